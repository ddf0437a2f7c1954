internal import Dialects
internal import Ledger
internal import Metering
internal import NIOHTTP1

/// How a call is allowed, and with which credentials it goes on.
struct CallAccess {
  /// The virtual key that it came with.
  let key: VirtualKey?
  /// Whether the client's credentials were taken out, and the provider's own put in where there are any.
  let isSwapped: Bool
  /// Where the call goes, without any key of Tollgate's in the query.
  let route: Route
  /// The fields that go upstream.
  let headers: [(name: String, value: String)]

  /// Checks the key of a request, and swaps it for the provider's.
  ///
  /// - Parameter requiresKey: whether every call needs one, also to providers that have no key here.
  /// - Throws: 401 where the key is not in force, missing where one is needed, or in a place where it would go upstream; 403 where
  ///   it does not allow the provider.
  init(
    _ headers: HTTPHeaders, route: Route, keys: VirtualKeys, requiresKey: Bool, at now: Timestamp
  ) throws(Refusal) {
    let forwardable = HopByHop.forwardable(headers)
    guard let presented = PresentedKey.find(in: headers, query: route.query) else {
      guard !Self.showsKey(forwardable, target: route.target) else { throw .misplacedKey() }
      guard !requiresKey, !route.provider.putsCredentialsIn else { throw .missingKey(provider: route.provider.name) }
      (key, isSwapped) = (nil, false)
      (self.route, self.headers) = (route, forwardable)
      return
    }
    let key = try keys.key(presented.text, at: now)
    guard key.grant.allows(provider: route.provider.name) else {
      throw .providerNotAllowed(route.provider.name, key: key)
    }
    self.key = key
    // What is meant for Tollgate ends here. A login of the client's own passes where the key stands beside it, and only there.
    let hasOwnLogin =
      presented.isBeside && !route.provider.isSigned && Self.hasLogin(headers: forwardable, query: route.query)
    isSwapped = !hasOwnLogin
    var fields = Self.fields(forwardable, keepingLogin: hasOwnLogin)
    let kept = Self.route(route, keepingLogin: hasOwnLogin)
    guard !Self.showsKey(fields, target: kept.target) else { throw .misplacedKey() }
    if !hasOwnLogin, let providerKey = route.provider.key { fields.append(providerKey.header(for: route)) }
    self.headers = fields
    self.route = kept
  }

  /// Whether what would go upstream has a key of Tollgate's in a place where none is looked for.
  private static func showsKey(_ headers: [(name: String, value: String)], target: String) -> Bool {
    CredentialText.stands(in: target) || headers.contains { CredentialText.stands(in: $0.value) }
  }

  /// The id that the ledger tells upstream keys apart by, of a key that was put in.
  var upstreamKeyID: String? {
    if let key = route.provider.key { return key.keyID }
    return route.provider.signer.map { UpstreamKeyDigest.keyID(of: $0.credentials.accessKeyID) }
  }

  /// Whether there is a credential that is not one of Tollgate's.
  private static func hasLogin(headers: [(name: String, value: String)], query: Substring?) -> Bool {
    for (name, value) in headers {
      guard let field = KnownField(name), let text = PresentedKey.credential(in: value, of: field) else { continue }
      if !text.isEmpty, !CredentialText.isMeant(by: text) { return true }
    }
    return query?.utf8.split(separator: UInt8(ascii: "&")).contains { parameter in
      PresentedKey.key(inParameter: Substring(parameter)).map { !$0.isEmpty && !CredentialText.isMeant(by: $0) }
        ?? false
    } ?? false
  }

  private static func fields(
    _ headers: [(name: String, value: String)], keepingLogin: Bool
  ) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    fields.reserveCapacity(headers.count + 1)
    for (name, value) in headers {
      guard let field = KnownField(name), let text = PresentedKey.credential(in: value, of: field),
        !keepingLogin || CredentialText.isMeant(by: text)
      else {
        fields.append((name, value))
        continue
      }
      // A subprotocol stands among others, which are the client's offer to the upstream.
      if field == .webSocketProtocol, let others = WebSocketOffer.withoutAPIKey(value) { fields.append((name, others)) }
    }
    return fields
  }

  /// The same for the parameter `key` of the query: of Google's API, and wherever it holds a key of Tollgate's.
  private static func route(_ route: Route, keepingLogin: Bool) -> Route {
    guard let query = route.query else { return route }
    let isGoogles = route.provider.dialect == .gemini
    let parameters = query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).map(
      Substring.init)
    let kept = parameters.filter { parameter in
      guard let text = PresentedKey.key(inParameter: parameter) else { return true }
      return !CredentialText.isMeant(by: text) && (keepingLogin || !isGoogles)
    }
    guard kept.count < parameters.count else { return route }
    var route = route
    let path = String(decoding: route.target.utf8.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
    route.target = kept.isEmpty ? path : path + "?" + kept.joined(separator: "&")
    return route
  }
}

extension ProviderRoute {
  /// Whether calls are signed here in place of the client.
  var isSigned: Bool { signer != nil }

  /// Whether Tollgate pays with credentials of the operator's, so that whoever calls must have a key for it.
  var putsCredentialsIn: Bool { key != nil || isSigned }
}
