extension Endpoint {
  /// The APIs of OpenAI, and of all those that speak its dialect.
  static func openAI(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? {
    let generation: Operation? =
      switch path.method {
      case "POST": openAIPost(path, isConfigured: isConfigured)
      case "GET": openAIGet(path)
      default: nil
      }
    if let operation = generation {
      return Endpoint(
        dialect: .openai, operation: operation, model: azureDeployment(path),
        responseID: operation == .videos && path.method == "GET" ? path.last.map(String.init) : nil,
        isCompaction: operation == .responses && path.last == "compact",
        resultsID: operation == .fileContent ? path.resultsID : nil)
    }
    guard OpenAIStore.has(path, isConfigured: isConfigured) else { return nil }
    return Endpoint(dialect: .openai, operation: .management)
  }

  private static func openAIPost(_ path: EndpointPath, isConfigured: Bool) -> Operation? {
    switch (path.beforeLast, path.last) {
    case ("chat", "completions"): path.thirdLast == "async" ? .asyncChatCompletion : .chatCompletions
    case (_, "completions"): .completions
    case (_, "responses"), ("responses", "compact"): .responses
    case ("responses", "input_tokens"): .countTokens
    case (_, "cancel") where path.thirdLast == "responses": .responseRetrieval
    case (_, "embeddings"): .embeddings
    case (_, "moderations"): .moderations
    case (_, "decisions"): .decisions
    case ("threads", "runs"): .assistantRun
    default:
      openAIMedia(path) ?? openAIRun(path) ?? (isConfigured ? xAIPost(path) : nil)
        ?? compatiblePost(path, isConfigured: isConfigured)
    }
  }

  private static func openAIMedia(_ path: EndpointPath) -> Operation? {
    switch (path.beforeLast, path.last) {
    case ("images", "generations"), ("images", "edits"), ("images", "variations"): .images
    case ("audio", "speech"): .speech
    case ("audio", "transcriptions"), ("audio", "translations"): .transcription
    case (_, "videos"), ("videos", "generations"), ("videos", "edits"), ("videos", "extensions"): .videos
    case (_, "remix") where path.thirdLast == "videos": .videos
    default: nil
    }
  }

  /// What xAI adds under names that say little by themselves: its voices, its tokenizer.
  private static func xAIPost(_ path: EndpointPath) -> Operation? {
    switch path.last {
    case "tts": .speech
    case "stt": .transcription
    case "tokenize-text": .countTokens
    default: nil
    }
  }

  /// A run of an assistant under `threads/{thread}/runs`: made, changed, cancelled, given what its tools returned, or read.
  private static func openAIRun(_ path: EndpointPath) -> Operation? {
    guard let place = path.segments.firstIndex(of: "threads") else { return nil }
    let rest = path.segments[place...].dropFirst(2)
    guard rest.first == "runs" else { return nil }
    switch (rest.count, rest.last) {
    case (1, _) where path.method == "POST", (2, _), (3, "submit_tool_outputs"), (3, "cancel"): return .assistantRun
    // A list of runs, or of the steps of one, repeats what the runs say.
    default: return nil
    }
  }

  private static func openAIGet(_ path: EndpointPath) -> Operation? {
    if let operation = asyncGet(path) { return operation }
    switch (path.thirdLast, path.beforeLast, path.last) {
    case (_, "responses", _): return .responseRetrieval
    case ("chat", "completions", _), ("chat", "deferred-completion", _): return .chatCompletionRetrieval
    case (_, "videos", let id) where id != "characters": return .videos
    // The usage of a batch itself (`/v1/batches/{id}`) sums up the lines of its results: only these are metered, since
    // they name each response and its model. To meter both would charge twice.
    case ("batches", _, "results"): return .fileContent
    case ("files", _, "content") where !path.segments.contains { $0 == "containers" || $0 == "vector_stores" }:
      return .fileContent
    default: break
    }
    if let run = openAIRun(path) { return run }
    // The id of a model may have slashes, but the list is under the API's root.
    guard let place = path.segments.firstIndex(of: "models"), place <= 3 else { return nil }
    return .models
  }

  /// The deployment of Azure OpenAI that a path names: `/openai/deployments/{deployment}/chat/completions`. It is named by the
  /// customer, of letters, digits and `-_.`.
  private static func azureDeployment(_ path: EndpointPath) -> String? {
    guard let place = path.segments.firstIndex(of: "deployments"), place &+ 2 < path.segments.count else { return nil }
    let name = path.segments[place &+ 1]
    return name.utf8.count <= modelBytesMax ? String(name) : nil
  }
}
