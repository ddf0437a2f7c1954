extension Endpoint {
  /// The APIs of OpenAI, and of all those that speak its dialect.
  static func openAI(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? {
    let operation: Operation? =
      switch path.method {
      case "POST": openAIPost(path)
      case "GET": openAIGet(path)
      default: nil
      }
    return operation.map { Endpoint(dialect: .openai, operation: $0) }
  }

  private static func openAIPost(_ path: EndpointPath) -> Operation? {
    switch (path.beforeLast, path.last) {
    case ("chat", "completions"): .chatCompletions
    case (_, "completions"): .completions
    case (_, "responses"), ("responses", "compact"): .responses
    case ("responses", "input_tokens"): .countTokens
    case (_, "cancel") where path.thirdLast == "responses": .responseRetrieval
    case (_, "embeddings"): .embeddings
    case (_, "moderations"): .moderations
    default: nil
    }
  }

  private static func openAIGet(_ path: EndpointPath) -> Operation? {
    if path.beforeLast == "responses" { return .responseRetrieval }
    // The id of a model may have slashes, but the list is under the API's root.
    guard let place = path.segments.firstIndex(of: "models"), place <= 3 else { return nil }
    return .models
  }
}
