/// Why a setting about the heads of requests cannot be used. The description names the value and what to write instead.
public struct HeadRulesError: Error, Sendable, Equatable, CustomStringConvertible {
  public var description: String
}

/// What the operator decides about the heads of requests.
public struct HeadRules: Sendable {
  /// Whether a `Host` must be known: where Tollgate listens on loopback, where a foreign name means that a web page had its own
  /// name resolve to this machine (DNS rebinding), and where the operator says by which names it is called.
  public var requiresKnownHost: Bool
  /// Whether an address is as good as a known name: beyond loopback, where it leads to no other machine than it says.
  private let allowsAddresses: Bool
  /// Host names and addresses that are allowed besides loopback's, in lower case, without ports.
  public private(set) var hosts: Set<String>
  /// Origins of web pages that may call, in lower case, as browsers write them (`https://app.example`), besides those on
  /// loopback.
  public private(set) var origins: Set<String>
  /// The most that a request's body may have.
  public var bodyBytesMax: Int64

  /// - Parameters:
  ///   - listenHost: the name or address that is listened on, without port or brackets.
  ///   - allowedHosts: further values of `Host`; a port in them is ignored.
  ///   - allowedOrigins: further values of `Origin`, compared without regard to case.
  public init(
    listenHost: String, allowedHosts: [String] = [], allowedOrigins: [String] = [], bodyBytesMax: Int64 = 64 << 20
  ) throws(HeadRulesError) {
    let listening = try Self.authority(listenHost)
    requiresKnownHost = listening.isLoopback || !allowedHosts.isEmpty
    allowsAddresses = !listening.isLoopback
    hosts = [listening.host]
    origins = []
    self.bodyBytesMax = bodyBytesMax
    for host in allowedHosts { hosts.insert(try Self.authority(host).host) }
    for origin in allowedOrigins { origins.insert(try Self.origin(origin)) }
  }

  private static func authority(_ text: String) throws(HeadRulesError) -> Authority {
    guard let authority = Authority(text) ?? Authority("[\(text)]") else {
      throw HeadRulesError(
        description: "'\(text)' is neither a host name nor an address: write it as in a URL, no path")
    }
    return authority
  }

  private static func origin(_ text: String) throws(HeadRulesError) -> String {
    let parts = text.lowercased().split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count > 1, parts[0].hasSuffix(":"), parts[1].isEmpty, !parts[2].isEmpty,
      !parts[2].contains("/"), !parts[2].contains("*")
    else {
      throw HeadRulesError(
        description: "'\(text)' is not an origin: write scheme and host as a browser does, https://app.example")
    }
    return text.lowercased()
  }

  func allows(_ authority: Authority) -> Bool {
    !requiresKnownHost || authority.isLoopback || hosts.contains(authority.host)
      || allowsAddresses && authority.isAddress
  }

  /// Whether pages of this origin may call.
  func allowsOrigin(_ origin: String) -> Bool {
    let origin = origin.lowercased()
    if origins.contains(origin) { return true }
    for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
      return Authority(origin.dropFirst(scheme.count))?.isLoopback ?? false
    }
    return false
  }
}
