import Upstream

/// A provider's base URL: scheme, host, port and a path that is put before every request's own.
struct BaseURL: Sendable, Hashable {
  var origin: UpstreamOrigin

  /// Reads `https://api.example.com`, `http://10.0.0.5:8000` or `https://gateway.example.com/team-a`.
  ///
  /// - Throws: ``MalformedText`` for another scheme, credentials, a query, a fragment or a bad host or port.
  init(parsing text: String) throws(MalformedText) {
    let malformed = MalformedText(
      "\"\(text)\" is not a base URL; write scheme and host, such as https://api.example.com")
    guard let separator = text.firstRange(of: "://"), !text.contains("?"), !text.contains("#"), !text.contains(" "),
      let scheme = UpstreamOrigin.Scheme(rawValue: String(text[..<separator.lowerBound]))
    else { throw malformed }
    let rest = text[separator.upperBound...]
    guard !rest.contains("@") else {
      throw MalformedText("a base URL must not contain a user name or a password; leave the key with the agent")
    }
    let authority = rest.prefix { $0 != "/" }
    var path = rest.dropFirst(authority.count)
    while path.hasSuffix("/") { path = path.dropLast() }
    guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw malformed }
    let hasPort = authority.hasPrefix("[") ? !authority.hasSuffix("]") : authority.contains(":")
    let defaultPort = scheme == .https ? 443 : 80
    guard let address = try? ListenAddress(parsing: hasPort ? String(authority) : "\(authority):\(defaultPort)"),
      address.port > 0
    else { throw malformed }
    origin = UpstreamOrigin(scheme: scheme, host: address.host, port: address.port, basePath: String(path))
  }
}

extension BaseURL: CustomStringConvertible {
  var description: String {
    let defaultPort = origin.scheme == .https ? 443 : 80
    let host = origin.host.contains(":") ? "[\(origin.host)]" : origin.host
    let port = origin.port == defaultPort ? "" : ":\(origin.port)"
    return "\(origin.scheme.rawValue)://\(host)\(port)\(origin.basePath)"
  }
}
