/// A host with an optional port, as `Host`, `Origin` and base URLs write it.
struct Authority: Equatable {
  /// A name or an address, in lower case, without brackets and without a last dot.
  var host: String
  /// 1 to 65535; nil where none is written.
  var port: Int?

  /// Reads `name`, `name:80`, `127.0.0.1:80`, `[::1]:80`. Nil for anything else: user information, a path, a list, an
  /// escape, a zone, a name with other characters than letters, digits, `-`, `_` and dots.
  init?(_ text: some StringProtocol) {
    let bytes = text.utf8.map(\.asciiLowercased)
    let hostEnd: Int
    if bytes.first == UInt8(ascii: "[") {
      guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), AddressText.isIPv6(bytes[1..<close]) else {
        return nil
      }
      host = String(decoding: bytes[1..<close], as: UTF8.self)
      hostEnd = close + 1
    } else {
      hostEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
      let name = bytes[hostEnd > 0 && bytes[hostEnd - 1] == UInt8(ascii: ".") ? ..<(hostEnd - 1) : ..<hostEnd]
      guard Self.isName(name) else { return nil }
      host = String(decoding: name, as: UTF8.self)
    }
    guard hostEnd < bytes.count else { return }
    guard bytes[hostEnd] == UInt8(ascii: ":"), let port = Self.port(bytes[(hostEnd + 1)...]) else { return nil }
    self.port = port
  }

  /// Whether this is the machine itself, whatever the resolver says: `localhost` and names below it, 127.0.0.0/8, ::1.
  var isLoopback: Bool {
    host == "localhost" || host == "::1" || host.hasSuffix(".localhost") || host.hasPrefix("127.") && isAddress
  }

  /// Whether this is an address, and no name.
  var isAddress: Bool { host.contains(":") || AddressText.isIPv4(Array(host.utf8)[...]) }

  private static let nameBytes = ByteSet(alphanumericsAnd: "-_")

  /// Labels with dots between them, none of them empty.
  private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
    var isAfterDot = true
    for byte in bytes {
      let isDot = byte == UInt8(ascii: ".")
      guard isDot ? !isAfterDot : nameBytes.contains(byte) else { return false }
      isAfterDot = isDot
    }
    return !isAfterDot && bytes.count <= 253
  }

  private static func port(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard (1...5).contains(bytes.count) else { return nil }
    var number = 0
    for byte in bytes {
      guard ByteSet.digits.contains(byte) else { return nil }
      number = number * 10 + Int(byte & 15)
    }
    return (1...65535).contains(number) ? number : nil
  }
}
