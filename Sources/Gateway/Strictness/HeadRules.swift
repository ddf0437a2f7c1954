/// What the operator decides about the heads of requests.
public struct HeadRules: Sendable {
  /// Whether a `Host` must be known: only while Tollgate listens on loopback, where a foreign name means that a web page
  /// had its own name resolve to this machine (DNS rebinding).
  public var requiresKnownHost: Bool
  /// Host names and addresses that are allowed besides loopback's, in lower case, without ports.
  public private(set) var hosts: Set<String>
  /// Origins of web pages that may call, as browsers write them (`https://app.example`), besides those on loopback.
  public private(set) var origins: Set<String>
  /// The most that a request's body may have.
  public var bodyBytesMax: Int64

  /// - Parameters:
  ///   - listenHost: the name or address that is listened on, without port or brackets.
  ///   - allowedHosts: further values of `Host`; a port in them is ignored.
  ///   - allowedOrigins: further values of `Origin`, compared without regard to case.
  public init(
    listenHost: String, allowedHosts: [String] = [], allowedOrigins: [String] = [], bodyBytesMax: Int64 = 64 << 20
  ) {
    let listening = Self.authority(listenHost)
    requiresKnownHost = listening?.isLoopback ?? false
    hosts = Set(([listenHost] + allowedHosts).compactMap { Self.authority($0)?.host })
    origins = Set(allowedOrigins.map { $0.lowercased() })
    self.bodyBytesMax = bodyBytesMax
  }

  private static func authority(_ text: String) -> Authority? {
    Authority(text[...]) ?? Authority("[\(text)]")
  }

  func allows(_ authority: Authority) -> Bool {
    !requiresKnownHost || authority.isLoopback || hosts.contains(authority.host)
  }

  /// Whether pages of this origin may call.
  func allowsOrigin(_ origin: String) -> Bool {
    if origins.contains(origin.lowercased()) { return true }
    for scheme in ["http://", "https://"] where origin.lowercased().hasPrefix(scheme) {
      return Authority(origin.dropFirst(scheme.count))?.isLoopback ?? false
    }
    return false
  }
}
