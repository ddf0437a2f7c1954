/// Where a server listens: an address or name, and a port.
struct ListenAddress: Sendable, Hashable {
  /// Without brackets.
  var host: String
  /// 0 lets the system choose.
  var port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `127.0.0.1:4100`, `[::1]:4100` or `localhost:4100`.
  ///
  /// - Throws: ``MalformedText`` for anything else, a port without address included.
  init(parsing text: String) throws(MalformedText) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      throw Self.malformed(text)
    }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    guard !host.isEmpty, host.utf8.allSatisfy(Self.isHostByte), host.contains(":") == isBracketed else {
      throw Self.malformed(text)
    }
    self.init(host: String(host), port: Int(port))
  }

  /// Whether it stands for every address of the machine.
  var isWildcard: Bool { host == "0.0.0.0" || host == "::" }

  /// Whether only this machine can reach it: `localhost`, 127.0.0.0/8 or `::1`.
  var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  private static func malformed(_ text: String) -> MalformedText {
    MalformedText(
      "\"\(text)\" is not an address to listen on; write ADDRESS:PORT, such as 127.0.0.1:4100 or [::1]:4100")
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "%"):
      true
    default: false
    }
  }
}

extension ListenAddress: CustomStringConvertible {
  /// As it stands in a URL and in the configuration.
  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
