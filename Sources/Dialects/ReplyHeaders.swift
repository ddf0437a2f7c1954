public import Metering

/// What the header of a reply says about the call, by the names of every provider.
///
/// Fed with each field; a value that is too long or malformed is passed over.
public struct ReplyHeaders: Sendable, Equatable {
  /// Longer values are no ids; they are left out.
  private static let textBytesMax = 256

  /// The provider's id of the request.
  public var requestID: String? { ownRequestID ?? gatewayRequestID }
  /// The organisation, project or workspace that the key belongs to.
  public var project: String?
  /// The model that answered.
  public var model: String?
  /// What the header says about the price.
  public var context = PricingContext()
  /// Tokens that the header reports: the fallback where the body has no usage.
  public var usage: Usage?
  /// Whether the tier is that of a host which serves another's models, so that what they say of a tier does not count.
  var isTierOfHost = false
  /// The machine-readable error.
  public var errorCode: String?
  /// What is left of the provider's limit on requests and on tokens; nil where it does not say.
  public var remainingRequests: Int64?
  public var remainingTokens: Int64?

  var ownRequestID: String?
  /// The id that a gateway before the API gives to the request, where the API itself gives none.
  private var gatewayRequestID: String?
  /// The model behind a deployment of Azure, which its customer named.
  private var servedModel: String?

  public init() {}

  /// Reads one field.
  /// - Parameter name: in lower case.
  public mutating func read(name: String, value: String) {
    switch name {
    case "x-request-id", "request-id", "x-amzn-requestid": ownRequestID = ownRequestID ?? Self.text(value)
    case "apim-request-id": gatewayRequestID = Self.text(value)
    case "openai-project", "anthropic-workspace-id": project = Self.text(value) ?? project
    case "openai-organization", "anthropic-organization-id": project = project ?? Self.text(value)
    case "x-ratelimit-remaining-requests", "anthropic-ratelimit-requests-remaining":
      remainingRequests = Self.count(value)
    case "x-ratelimit-remaining-tokens", "anthropic-ratelimit-tokens-remaining": remainingTokens = Self.count(value)
    case "x-gemini-service-tier": context.serviceTier = Self.text(value) ?? context.serviceTier
    case "openai-model": model = model ?? Self.text(value)
    case "x-ms-served-model": servedModel = Self.text(value)
    case "azureai-processed-tier": context.serviceTier = Self.text(value)
    // A call beyond what a customer has reserved: it is billed like one of those that have reserved nothing.
    case "x-ms-is-spilled-over": context.route = value == "true" || value == "True" ? "spillover" : context.route
    default:
      if name.hasPrefix("x-amzn-") {
        readAmazon(name: name, value: value)
      } else {
        readVendor(name: name, value: value)
      }
    }
  }

  /// Fills in what the body of a reply left out.
  func complete(_ facts: inout ReplyFacts) {
    // On Azure the body may name the deployment, whose name says nothing of the model: then the one that served it is priced.
    if let servedModel, !Self.isSnapshot(servedModel, of: facts.model) { facts.modelPriced = servedModel }
    if facts.model == nil { facts.model = servedModel ?? model }
    if facts.errorCode == nil { facts.errorCode = errorCode }
    if facts.usage.isEmpty, facts.errorCode == nil, let usage { facts.usage = [ModelUsage(model: nil, usage: usage)] }
    if isTierOfHost { facts.context.serviceTier = context.serviceTier }
    facts.context = facts.context.completed(by: context, isTierKnown: false, region: nil)
  }

  /// Whether a model is a dated snapshot of another (`gpt-5-nano-2025-08-07` of `gpt-5-nano`), so that the other is a model's
  /// name as well, and the better known one.
  private static func isSnapshot(_ model: String, of other: String?) -> Bool {
    guard let other, model.hasPrefix(other) else { return false }
    let rest = model.utf8.dropFirst(other.utf8.count)
    return rest.allSatisfy { $0 == UInt8(ascii: "-") || $0 &- UInt8(ascii: "0") < 10 }
  }

  /// A value as it is kept; nil where it is empty or too long.
  static func text(_ value: String) -> String? {
    value.isEmpty || value.utf8.count > textBytesMax ? nil : value
  }

  /// A value that is a count.
  static func count(_ value: String) -> Int64? {
    guard let count = Int64(value), count >= 0 else { return nil }
    return count
  }
}
