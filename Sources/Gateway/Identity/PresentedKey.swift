internal import Ledger
internal import NIOHTTP1

/// The key of Tollgate's own that a request came with.
struct PresentedKey {
  let text: String
  /// Whether it stands in `x-tollgate-key`, beside whatever else the client logs in with.
  let isBeside: Bool

  /// Looks where clients put keys: a field of Tollgate's own, the fields of all providers, a subprotocol, the query.
  ///
  /// What begins as a key of Tollgate's is one, be it sound or not.
  static func find(in headers: HTTPHeaders, query: Substring?) -> PresentedKey? {
    var inPlace: String?
    for (name, value) in headers {
      guard let field = KnownField(name) else { continue }
      if field == .tollgateKey { return PresentedKey(text: value, isBeside: true) }
      guard inPlace == nil, let text = credential(in: value, of: field), CredentialText.isMeant(by: text) else {
        continue
      }
      inPlace = text
    }
    if let inPlace { return PresentedKey(text: inPlace, isBeside: false) }
    guard let query else { return nil }
    for parameter in query.utf8.split(separator: UInt8(ascii: "&")) {
      guard let text = key(inParameter: Substring(parameter)), CredentialText.isMeant(by: text) else { continue }
      return PresentedKey(text: text, isBeside: false)
    }
    return nil
  }

  /// What a field holds that a client can log in with; nil where it holds nothing of that kind.
  static func credential(in value: String, of field: KnownField) -> String? {
    switch field {
    case .authorization where value.hasPrefixIgnoringCase("bearer "):
      String(decoding: value.utf8.dropFirst(7).drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
    // A client of AWS has nowhere else to put a key than where it names its own.
    case .authorization where value.hasPrefix("AWS4-"): Login.accessKeyID(inSignature: value)
    case .authorization, .apiKeyOfAnthropic, .apiKeyOfAzure, .apiKeyOfGoogle: value
    case .webSocketProtocol: WebSocketOffer.apiKey(inProtocols: value)
    default: nil
    }
  }

  /// The value of the parameter `key` of a query, which Google's clients may send.
  static func key(inParameter parameter: Substring) -> String? {
    guard parameter.hasPrefix("key=") else { return nil }
    let written = String(parameter.dropFirst(4))
    return IdentityValue.percentDecoded(written) ?? written
  }
}
