extension Endpoint {
  /// The APIs of Mistral: https://docs.mistral.ai/api
  static func mistral(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? {
    let operation: Operation? =
      switch path.method {
      case "POST": mistralPost(path, isConfigured: isConfigured)
      case "GET" where isConfigured: mistralGet(path)
      case "PUT" where isConfigured, "PATCH" where isConfigured, "DELETE" where isConfigured: mistralManagement(path)
      default: nil
      }
    return operation.map {
      Endpoint(dialect: .mistral, operation: $0, resultsID: $0 == .fileContent ? path.resultsID : nil)
    }
  }

  private static func mistralPost(_ path: EndpointPath, isConfigured: Bool) -> Operation? {
    switch (path.beforeLast, path.last) {
    case ("fim", "completions"), ("agents", "completions"): return .chatCompletions
    case (_, "conversations"): return .conversations
    case ("conversations", _),
      (_, "restart") where path.thirdLast == "conversations":
      return .conversations
    case (_, "ocr"): return .ocr
    default: break
    }
    // The rest has paths that others have too.
    guard isConfigured else { return nil }
    switch (path.beforeLast, path.last) {
    case ("chat", "completions"): return .chatCompletions
    case (_, "embeddings"): return .embeddings
    case ("audio", "transcriptions"): return .transcription
    case ("audio", "speech"): return .speech
    case (_, "moderations"), (_, "classifications"): return .moderations
    default: return mistralManagement(path)
    }
  }

  private static func mistralGet(_ path: EndpointPath) -> Operation? {
    if path.thirdLast == "files", path.last == "content" { return .fileContent }
    if path.last == "models" || path.beforeLast == "models" { return .models }
    return mistralManagement(path)
  }

  /// What only stores, lists or removes. Batches are billed by their results, and training by what it trains.
  private static func mistralManagement(_ path: EndpointPath) -> Operation? {
    let roots: Set<Substring> = ["files", "agents", "libraries", "conversations", "models", "client"]
    if path.segments.contains("batch"), path.segments.contains("jobs") { return .management }
    return path.segments.prefix(3).contains(where: roots.contains) ? .management : nil
  }
}
