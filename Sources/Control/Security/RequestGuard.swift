internal import Ledger

/// Decides whether a request may be answered at all, before anything else is looked at.
///
/// A web page that the operator visits can make the browser send requests here; three rules keep it from reading or
/// spending. `Host` must name this server (else a page could rebind its own name to this address), requests that a
/// browser marks as another site's are refused, and whoever is not on this machine needs the token.
struct RequestGuard: Sendable {
  /// Host names by which the control plane may be called, in lower case, besides the loopback's and addresses.
  private let names: Set<String>
  private let addresses: Set<IPLiteral>
  private let trustsLoopback: Bool
  private let tokens: ControlTokens

  init(listenHost: String, allowedHosts: [String], trustsLoopback: Bool = true, tokens: ControlTokens) {
    let hosts = ([listenHost] + allowedHosts).map { Self.normalised($0) }
    names = Set(hosts.filter { IPLiteral($0) == nil } + ["localhost"])
    addresses = Set(hosts.compactMap(IPLiteral.init).filter { !$0.isUnspecified })
    self.trustsLoopback = trustsLoopback
    self.tokens = tokens
  }

  /// Whether the sender may read: it is on this machine, or has a token of a role for it.
  func isTrusted(_ origin: RequestOrigin, role: ControlRole = .viewer) -> Bool {
    isLocal(origin) || (actor(origin)?.role.includes(role) ?? false)
  }

  /// Why the request is refused; nil where it is not.
  ///
  /// - Parameters:
  ///   - isPage: whether the page for people is asked for, to which links elsewhere may lead.
  ///   - isHealth: whether it is read without a token: health, by probes, and what asks for the token itself.
  ///   - role: what reading it takes from elsewhere.
  func refusal(of origin: RequestOrigin, isPage: Bool, isHealth: Bool, role: ControlRole = .viewer) -> Problem? {
    if let problem = hostRefusal(origin) ?? siteRefusal(origin, isPage: isPage) { return problem }
    guard isHealth || isTrusted(origin, role: role) else {
      if let actor = actor(origin) { return Self.wrongRole(of: actor, needed: role) }
      return Problem(
        401, "Token needed",
        "\(trustsLoopback ? "From another machine this" : "This") needs the header authorization: Bearer followed by the content of the file "
          + "\(ControlToken.fileName) in Tollgate's data directory.")
    }
    return nil
  }

  /// Whoever changes something. That needs a token, on this machine too, and a content type that no web page can send by itself,
  /// as a deletion without a body does by its method.
  func actor(
    changing origin: RequestOrigin, contentType: String?, role: ControlRole, hasBody: Bool
  ) throws(Problem) -> Actor {
    guard let actor = actor(origin) else {
      throw Problem(
        401, "Token needed",
        "To change something takes the header authorization: Bearer followed by the content of the file "
          + "\(ControlToken.fileName) in Tollgate's data directory, or by a named token (tollgate token create).")
    }
    guard actor.role.includes(role) else { throw Self.wrongRole(of: actor, needed: role) }
    guard hasBody || contentType != nil else { return actor }
    let type = contentType?.prefix { $0 != ";" && $0 != " " }.lowercased()
    guard type == "application/json" else {
      throw Problem(415, "Unknown content type", "The body must be JSON, with content-type: application/json.")
    }
    return actor
  }

  /// Whoever types a token into a form of Tollgate's own page. The token itself is what no other site's form can have.
  func actor(typing token: String, role: ControlRole) throws(Problem) -> Actor {
    let text = String(token.filter { $0 != " " && $0 != "\n" })
    guard let actor = tokens.actor(holding: text) else {
      throw Problem(
        401, "Token needed",
        "That is no control token. A named one is made by tollgate token create NAME --role approver.")
    }
    guard actor.role.includes(role) else { throw Self.wrongRole(of: actor, needed: role) }
    return actor
  }

  /// Refuses what no form sends.
  static func checkForm(contentType: String?) throws(Problem) {
    let type = contentType?.prefix { $0 != ";" && $0 != " " }.lowercased()
    guard type == "application/x-www-form-urlencoded" else {
      throw Problem(415, "Unknown content type", "The body must be a form: application/x-www-form-urlencoded.")
    }
  }

  private static func wrongRole(of actor: Actor, needed: ControlRole) -> Problem {
    Problem(
      403, "Role not enough",
      "The token \(actor.name) has the role \(actor.role.rawValue), and this takes \(needed.rawValue).")
  }

  private func hostRefusal(_ origin: RequestOrigin) -> Problem? {
    guard let authority = origin.authority, !authority.isEmpty, !origin.hasSecondHost else {
      return Problem(400, "Bad host", "A request needs exactly one header host.")
    }
    let host = Self.host(of: authority)
    if names.contains(host) { return nil }
    if let address = IPLiteral(host) {
      if address.isLoopback || addresses.contains(address) { return nil }
      if let local = origin.localAddress.flatMap(IPLiteral.init), local == address { return nil }
    }
    return Problem(
      403, "Unknown host",
      "The header host names neither this machine's loopback nor an address or name that the control plane is "
        + "configured with.")
  }

  private func siteRefusal(_ origin: RequestOrigin, isPage: Bool) -> Problem? {
    let refused = Problem(
      403, "Cross-site request", "A browser sent this for another site; the control plane answers its own.")
    if let from = origin.origin?.lowercased(), let authority = origin.authority?.lowercased() {
      guard from == "http://\(authority)" || from == "https://\(authority)" else { return refused }
    }
    switch origin.fetchSite?.lowercased() {
    case nil, "none", "same-origin": return nil
    default:
      let isLink = origin.fetchMode == "navigate" && origin.fetchDestination == "document"
      return isPage && isLink ? nil : refused
    }
  }

  /// On this machine, and not passed on by a proxy for somebody who may not be.
  private func isLocal(_ origin: RequestOrigin) -> Bool {
    guard trustsLoopback, !origin.isForwarded else { return false }
    guard let peer = origin.peerAddress else { return true }
    return IPLiteral(peer)?.isLoopback ?? false
  }

  private func actor(_ origin: RequestOrigin) -> Actor? {
    guard let authorization = origin.authorization else { return nil }
    let parts = authorization.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return tokens.actor(holding: String(parts[1]))
  }

  /// The host of `host`, `host:port`, `[v6]` or `[v6]:port`.
  private static func host(of authority: String) -> String {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      return normalised(String(authority[authority.index(after: authority.startIndex)..<end]))
    }
    return normalised(String(authority.prefix { $0 != ":" }))
  }

  private static func normalised(_ host: String) -> String {
    let lower = host.lowercased()
    return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
  }
}
