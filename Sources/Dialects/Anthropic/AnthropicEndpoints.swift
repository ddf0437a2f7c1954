extension Endpoint {
  /// The APIs of Anthropic, at Anthropic itself and where others serve them behind a prefix (Foundry, Bedrock's mantle, local
  /// servers). Vertex has names of its own for them (``gemini(_:isConfigured:)``).
  static func anthropic(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? {
    let operation: Operation? =
      switch path.method {
      case "POST": anthropicPost(path, isConfigured: isConfigured)
      case "GET": anthropicGet(path, isConfigured: isConfigured)
      case "DELETE" where isConfigured || path.isMessageBatch: .management
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
    case ("v1", "complete"): .legacyComplete
    case (nil, "complete") where isConfigured: .legacyComplete
    case ("messages", "batches"): .management
    case (_, "cancel") where path.isMessageBatch: .management
    default: isConfigured && path.hasRoot(of: anthropicStores) ? .management : nil
    }
  }

  private static func anthropicGet(_ path: EndpointPath, isConfigured: Bool) -> Operation? {
    if path.isMessageBatch { return path.last == "results" ? .messageBatchResults : .management }
    if path.beforeLast == "messages", path.last == "batches" { return .management }
    guard isConfigured else { return nil }
    if path.hasRoot(of: ["models"]) { return .models }
    return path.hasRoot(of: anthropicStores) ? .management : nil
  }

  /// What is stored, listed and looked after at Anthropic, and billed by no call.
  private static let anthropicStores: Set<Substring> = ["files", "skills", "organizations", "user_profiles"]
}

extension EndpointPath {
  /// Whether the path is that of a Message Batch, or of something below it.
  fileprivate var isMessageBatch: Bool {
    guard let place = segments.firstIndex(of: "batches"), place > 0, segments[place - 1] == "messages" else {
      return false
    }
    return (place + 2...place + 3).contains(segments.count)
  }

  /// Whether one of these is the first segment behind the API's root, which is `v1` or none.
  fileprivate func hasRoot(of names: Set<Substring>) -> Bool {
    guard let place = segments.firstIndex(where: names.contains) else { return false }
    return place == 0 || segments[place - 1] == "v1"
  }
}
