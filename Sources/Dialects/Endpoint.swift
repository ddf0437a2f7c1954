/// The wire dialect of an API: decides how requests and replies are read, and the shape of an error.
public enum Dialect: String, Sendable, CaseIterable {
  case openai
  case anthropic
}

/// Which API a call is for, told from its method and path.
public enum Operation: Sendable, Equatable, CaseIterable {
  case chatCompletions
  case completions
  case responses
  /// `GET /v1/responses/{id}`, polling included, and its cancelling: repeats the usage of a call that was made earlier.
  case responseRetrieval
  case embeddings
  /// Free.
  case moderations
  /// Free: a list of models, or one of them.
  case models
  case messages
  /// Anthropic's `count_tokens` and OpenAI's `input_tokens`: they count, and bill nothing.
  case countTokens

  /// Whether the provider bills nothing for it.
  public var isFree: Bool {
    switch self {
    case .moderations, .models, .countTokens: true
    default: false
    }
  }
}

/// An API that Tollgate understands.
public struct Endpoint: Sendable, Equatable {
  public var dialect: Dialect
  public var operation: Operation

  public init(dialect: Dialect, operation: Operation) {
    self.dialect = dialect
    self.operation = operation
  }
}
