extension Endpoint {
  /// The APIs of Anthropic.
  static func anthropic(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? {
    let operation: Operation? =
      switch path.method {
      case "POST": anthropicPost(path, isConfigured: isConfigured)
      case "GET" where isConfigured: anthropicGet(path)
      default: nil
      }
    return operation.map { Endpoint(dialect: .anthropic, operation: $0) }
  }

  private static func anthropicPost(_ path: EndpointPath, isConfigured: Bool) -> Operation? {
    switch (path.beforeLast, path.last) {
    case ("messages", "count_tokens"): .countTokens
    // Other APIs have messages too, of threads for one.
    case ("v1", "messages"): .messages
    case (nil, "messages") where isConfigured: .messages
    default: nil
    }
  }

  private static func anthropicGet(_ path: EndpointPath) -> Operation? {
    guard let place = path.segments.firstIndex(of: "models"), place <= 3 else { return nil }
    return .models
  }
}
