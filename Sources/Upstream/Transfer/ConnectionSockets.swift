import Glibc

/// What tells one TCP connection of this machine from another, as far as libcurl says it before it sends on one.
struct ConnectionName: Hashable {
  var localPort: Int32
  var remotePort: Int32
  var remoteAddress: String
}

/// The sockets of one thread's connections, so that a pooled connection can be looked at before it is used again.
///
/// libcurl 7.88 takes a pooled connection although bytes wait on it: an answer to nothing, such as a `408` before an idle
/// connection is closed, would be taken for the answer to the next request, which is another agent's.
struct ConnectionSockets {
  /// Beyond this many, those of connections that are gone make room.
  private static let socketsMax = 65_536

  private var descriptors: [ConnectionName: Int32] = [:]

  /// A new connection stands: notes which of the sockets that were opened for it is its own.
  mutating func note(_ name: ConnectionName, among opened: [Int32]) {
    guard let descriptor = opened.last(where: { Self.localPort(of: $0) == name.localPort }) else { return }
    if descriptors.count >= Self.socketsMax { descriptors.removeAll() }
    descriptors[name] = descriptor
  }

  /// Whether nothing waits on a pooled connection: no byte, no end, no error. One that is not known counts as used up.
  func isQuiet(_ name: ConnectionName) -> Bool {
    guard let descriptor = descriptors[name], Self.localPort(of: descriptor) == name.localPort else { return false }
    var byte: UInt8 = 0
    let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)
  }

  private static func localPort(of descriptor: Int32) -> Int32? {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = withUnsafeMutableBytes(of: &address) { bytes in
      bytes.baseAddress.map { getsockname(descriptor, $0.assumingMemoryBound(to: sockaddr.self), &length) } ?? -1
    }
    guard status == 0 else { return nil }
    // The port stands at the same place in addresses of both versions, in network order.
    return withUnsafeBytes(of: address) { Int32($0[2]) << 8 | Int32($0[3]) }
  }
}
