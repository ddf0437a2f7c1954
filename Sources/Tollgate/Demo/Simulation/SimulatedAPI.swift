/// What the simulated endpoint answers, told from method and path.
enum SimulatedAPI: Sendable, Equatable {
  case chatCompletions, completions, responses, embeddings, messages, countTokens, models

  init?(method: String, path: String) {
    switch (method, path) {
    case ("POST", "/v1/chat/completions"): self = .chatCompletions
    case ("POST", "/v1/completions"): self = .completions
    case ("POST", "/v1/responses"): self = .responses
    case ("POST", "/v1/embeddings"): self = .embeddings
    case ("POST", "/v1/messages"): self = .messages
    case ("POST", "/v1/messages/count_tokens"): self = .countTokens
    case ("GET", "/v1/models"): self = .models
    default: return nil
    }
  }

  /// Whether the API is Anthropic's; errors have another shape there.
  var isAnthropic: Bool { self == .messages || self == .countTokens }
}
