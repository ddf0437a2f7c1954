import NIOCore

/// A close frame of Tollgate's own (RFC 6455, section 5.5.1).
struct CloseFrame: Equatable {
  /// Why, as a close code of section 7.4.1 and of the registry it founded.
  enum Code: UInt16 {
    /// The server is going down, or the socket was idle for too long.
    case goingAway = 1001
    case protocolError = 1002
    /// A budget, or the virtual key, does not let the call pass.
    case policyViolation = 1008
    /// The ledger cannot take another call now.
    case tryAgainLater = 1013
  }

  var code: Code
  /// Shown to people; at most 123 bytes of ASCII.
  var reason: String

  private static let reasonBytesMax = 123

  /// The frame as it goes out: masked where it goes to a server.
  func encoded(masked: Bool, allocator: ByteBufferAllocator) -> ByteBuffer {
    let text = reason.utf8.prefix(Self.reasonBytesMax)
    var buffer = allocator.buffer(capacity: 8 + text.count)
    buffer.writeInteger(UInt8(0x88))
    buffer.writeInteger(UInt8(2 + text.count) | (masked ? 0x80 : 0))
    var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
    payload.append(contentsOf: text)
    if masked {
      let key = UInt32.random(in: 0...UInt32.max)
      buffer.writeInteger(key)
      for index in payload.indices { payload[index] ^= UInt8(truncatingIfNeeded: key >> UInt32(24 - 8 * (index & 3))) }
    }
    buffer.writeBytes(payload)
    return buffer
  }
}
