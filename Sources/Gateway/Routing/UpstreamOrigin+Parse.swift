public import Upstream

/// Why a base URL was not understood. The description names what is wrong and what to write instead.
public struct OriginError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: String, Sendable, CaseIterable {
    case scheme
    case userInformation = "user_information"
    case host
    case path
    case queryOrFragment = "query_or_fragment"
  }

  public var reason: Reason
  public var description: String
}

extension UpstreamOrigin {
  /// Reads a base URL: `https://host`, `http://127.0.0.1:8000`, `https://[::1]:8443/prefix/`. The port is 443 or 80 where
  /// none is written; one `/` at the end is taken off.
  /// - Throws: ``OriginError`` for other schemes, user information (`name:password@`), a query, a fragment, a host that is
  ///   neither a name nor an address, or a path that ``RequestTarget`` refuses.
  public static func parse(_ text: String) throws(OriginError) -> UpstreamOrigin {
    let (scheme, start) = try readScheme(text)
    let rest = text[start...]
    guard !rest.contains("?"), !rest.contains("#") else {
      throw OriginError(
        reason: .queryOrFragment, description: "a base URL has no query ('?') and no fragment ('#')")
    }
    let authorityText = rest.prefix { $0 != "/" }
    guard !authorityText.contains("@") else {
      throw OriginError(
        reason: .userInformation,
        description: "a base URL has no user information ('name:password@'): set the provider's key instead")
    }
    guard let authority = Authority(authorityText) else {
      throw OriginError(
        reason: .host, description: "the base URL's host is neither a name nor an address with an optional port")
    }
    return UpstreamOrigin(
      scheme: scheme, host: authority.host, port: authority.port ?? (scheme == .https ? 443 : 80),
      basePath: try readBasePath(rest[authorityText.endIndex...]))
  }

  private static func readScheme(_ text: String) throws(OriginError) -> (Scheme, String.Index) {
    for (prefix, scheme) in [("https://", Scheme.https), ("http://", Scheme.http)]
    where text.lowercased().hasPrefix(prefix) {
      return (scheme, text.index(text.startIndex, offsetBy: prefix.count))
    }
    throw OriginError(reason: .scheme, description: "a base URL begins with 'https://' or 'http://'")
  }

  private static func readBasePath(_ path: Substring) throws(OriginError) -> String {
    guard !path.isEmpty else { return "" }
    do {
      let text = try RequestTarget(String(path)).text
      return text.hasSuffix("/") ? String(text.dropLast()) : text
    } catch {
      throw OriginError(reason: .path, description: "the base URL's path cannot be used. \(error.message)")
    }
  }
}
