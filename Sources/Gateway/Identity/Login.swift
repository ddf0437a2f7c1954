internal import Dialects
internal import Metering
internal import Upstream

/// What the credential of a request tells: who pays, and a digest that tells keys apart.
struct Login {
  private let authorization: Credential?
  private let apiKey: String?
  private let isChatGPTAccount: Bool
  private let hasSubscriptionBeta: Bool

  init(_ fields: IdentityFields) {
    authorization = fields.authorization.map(Credential.init)
    apiKey = fields.apiKey
    isChatGPTAccount = fields.isChatGPTAccount
    hasSubscriptionBeta = fields.hasSubscriptionBeta
  }

  /// The digest of the key. A key field comes before `authorization`, which some clients send beside it for a gateway.
  var keyID: String? {
    if let apiKey { return UpstreamKeyDigest.keyID(of: apiKey) }
    return authorization.map { UpstreamKeyDigest.keyID(of: $0.text) }
  }

  /// Who pays. What the operator configured wins; a key of its own field is always metered. A bearer token is a
  /// subscription's where it is one of a Claude login (`sk-ant-oat…`, or the beta `oauth-2025-04-20` that such a login
  /// needs) that is sent to Anthropic, or of a ChatGPT login (a JWT, which API keys never are) that is sent to OpenAI.
  ///
  /// A subscription is outside of budgets in dollars, and any caller can write a field: so the token itself has to be one that
  /// the provider would not bill, and the host the provider's own. Whoever else speaks its API, under its name too, takes keys
  /// that may look like anything.
  func billing(at provider: ProviderRoute) -> Billing {
    if let configured = provider.billing { return configured }
    guard let authorization, authorization.isBearer, apiKey == nil else { return .metered }
    if Self.isChatGPT(provider), isChatGPTAccount { return .subscription }
    if Self.isOpenAI(provider) { return authorization.isJSONWebToken ? .subscription : .metered }
    guard Self.isAnthropic(provider), !authorization.text.hasPrefix("sk-ant-api") else { return .metered }
    return hasSubscriptionBeta || authorization.text.hasPrefix("sk-ant-oat") ? .subscription : .metered
  }

  /// The id of the key that made a signature of AWS.
  static func accessKeyID(inSignature authorization: String) -> String? {
    guard let start = authorization.firstRange(of: "Credential=")?.upperBound else { return nil }
    return String(authorization[start...].prefix { $0 != "/" && $0 != "," })
  }

  private static func isOpenAI(_ provider: ProviderRoute) -> Bool {
    isChatGPT(provider) || provider.isAt("api.openai.com")
  }

  /// Takes logins of ChatGPT and no API keys.
  private static func isChatGPT(_ provider: ProviderRoute) -> Bool { provider.isAt("chatgpt.com") }

  private static func isAnthropic(_ provider: ProviderRoute) -> Bool { provider.isAt("api.anthropic.com") }
}

extension ProviderRoute {
  /// Whether calls go to the host, or to one of its regions (`eu.api.openai.com`).
  fileprivate func isAt(_ host: String) -> Bool {
    let own = origin.host.lowercased()
    return own == host || own.hasSuffix("." + host)
  }
}

/// The value of an `authorization` field, apart into scheme and secret. It is never stored or printed.
private struct Credential {
  let text: Substring
  let isBearer: Bool

  init(_ value: String) {
    isBearer = value.hasPrefixIgnoringCase("bearer ")
    // A signature of AWS is another for each request; the id of the key that made it is the same.
    if value.hasPrefix("AWS4-"), let id = Login.accessKeyID(inSignature: value) {
      text = id[...]
      return
    }
    let scheme = value.utf8.prefix { $0 != UInt8(ascii: " ") }
    let secret = value.utf8[scheme.endIndex...].drop { $0 == UInt8(ascii: " ") }
    text = secret.isEmpty ? value[...] : Substring(secret)
  }

  /// A JSON Web Token begins with the base64 of `{"`.
  var isJSONWebToken: Bool { text.hasPrefix("eyJ") }
}
