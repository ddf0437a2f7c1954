@testable import Dialects
@testable import Gateway

/// A frame as an end of a socket writes it.
struct Frame {
  var opcode: UInt8
  var payload: [UInt8]
  var isFinal = true
  var reserved: UInt8 = 0
  var mask: [UInt8]?
  /// How many bytes the length takes; nil is the shortest form.
  var lengthBytes: Int?

  static func text(_ text: String, isFinal: Bool = true, mask: [UInt8]? = nil) -> Frame {
    Frame(opcode: 1, payload: Array(text.utf8), isFinal: isFinal, mask: mask)
  }

  var bytes: [UInt8] {
    var bytes = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    let shortest = payload.count < 126 ? 0 : payload.count < 65536 ? 2 : 8
    let lengthBytes = lengthBytes ?? shortest
    switch lengthBytes {
    case 0: bytes.append(maskBit | UInt8(payload.count))
    case 2: bytes += [maskBit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    default: bytes += [maskBit | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
    }
    if let mask { bytes += mask }
    return bytes + payload.enumerated().map { $0.element ^ (mask?[$0.offset & 3] ?? 0) }
  }
}

/// What a scanner tells of some bytes that are cut into parts.
struct Scan: Equatable {
  var messages: [[UInt8]] = []
  var violation: FrameViolation?
  var closeCode: UInt16?
  var hasClosed = false
  var isAtBoundary = true

  init(_ bytes: [UInt8], from peer: SocketPeer, partBytes: () -> Int) {
    var scanner = FrameScanner(from: peer)
    var message: [UInt8] = []
    var start = 0
    while start < bytes.count, violation == nil {
      let part = Array(bytes[start..<min(bytes.count, start + max(1, partBytes()))])
      start += part.count
      var offset = 0
      scanning: while true {
        switch scanner.next(part.span.bytes, at: &offset) {
        case .needsMore: break scanning
        case .payload(let range, let phase):
          for index in range { message.append(part[index] ^ scanner.maskByte(phase + index - range.lowerBound)) }
        case .endOfMessage:
          messages.append(message)
          message = []
        case .violation(let found):
          violation = found
          break scanning
        }
      }
    }
    closeCode = scanner.closeCode
    hasClosed = scanner.hasClosed
    isAtBoundary = scanner.isAtBoundary
  }

  init(_ bytes: [UInt8], from peer: SocketPeer) { self.init(bytes, from: peer) { bytes.count } }
}
