internal import Dialects
public import Observability
internal import Upstream

/// A provider's own key, which Tollgate puts in for its callers. It goes to this provider's address, and nowhere else.
public struct ProviderKey: Sendable, Hashable {
  /// The field that carries it.
  public enum Field: String, Sendable, CaseIterable {
    /// `authorization: Bearer …`
    case bearer
    case xAPIKey = "x-api-key"
    case xGoogAPIKey = "x-goog-api-key"
    case apiKey = "api-key"
  }

  public var secret: Secret
  /// Nil takes the one of the API that is called.
  public var field: Field?
  /// Tells it from others in the ledger, as with the keys of callers.
  let keyID: String

  public init(_ secret: Secret, field: Field? = nil) {
    self.secret = secret
    self.field = field
    keyID = UpstreamKeyDigest.keyID(of: secret.exposed)
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(keyID) }

  /// The field as it goes upstream.
  ///
  /// - Parameter route: where the call goes.
  func header(for route: Route) -> (name: String, value: String) {
    switch field ?? Self.field(for: route) {
    case .bearer: ("authorization", "Bearer \(secret.exposed)")
    case .xAPIKey: ("x-api-key", secret.exposed)
    case .xGoogAPIKey: ("x-goog-api-key", secret.exposed)
    case .apiKey: ("api-key", secret.exposed)
    }
  }

  /// Where the API that is called takes its key. Anthropic and Google serve OpenAI's API too, with its kind of login; hosts of
  /// Vertex take access tokens.
  private static func field(for route: Route) -> Field {
    let host = route.provider.origin.host
    if azureHosts.contains(where: host.hasSuffix) { return .apiKey }
    switch route.provider.dialect {
    case .anthropic: return route.path.hasSuffix("/chat/completions") ? .bearer : .xAPIKey
    case .gemini where host.hasSuffix("aiplatform.googleapis.com") || host.hasSuffix(".rep.googleapis.com"):
      return .bearer
    case .gemini: return route.path.contains("/openai/") ? .bearer : .xGoogAPIKey
    default: return route.provider.name == PlacedProvider.azure.rawValue ? .apiKey : .bearer
    }
  }

  private static let azureHosts = [
    ".openai.azure.com", ".openai.azure.us", ".cognitiveservices.azure.com", ".services.ai.azure.com",
  ]
}
