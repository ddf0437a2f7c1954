extension Endpoint {
  /// The API that a method and a path (without query) name; nil where no dialect knows it.
  ///
  /// Whatever a provider puts before the API's own path (`/v1`, `/openai/v1`, `/api/v1`, nothing) is accepted, and so
  /// are slashes at the end.
  ///
  /// - Parameter dialect: the dialect the provider is configured with: decides where a path is common to several
  ///   (`/v1/models`), or would mean little by itself (`/messages`). Nil lets the path's shape decide.
  public static func recognise(method: String, path: String, dialect: Dialect?) -> Endpoint? {
    let segments = path.utf8.split(separator: UInt8(ascii: "/"))
    let names = segments.suffix(4).map { Substring($0) }
    switch method {
    case "POST": return post(names, dialect)
    case "GET": return get(segments.map { Substring($0) }, dialect)
    default: return nil
    }
  }

  private static func post(_ names: [Substring], _ dialect: Dialect?) -> Endpoint? {
    let last = names.last
    let before = names.dropLast().last
    switch (before, last) {
    case ("chat", "completions"): return openAI(.chatCompletions)
    case (_, "completions"): return openAI(.completions)
    case (_, "responses"), ("responses", "compact"): return openAI(.responses)
    case ("responses", "input_tokens"): return openAI(.countTokens)
    case (_, "cancel") where names.dropLast(2).last == "responses": return openAI(.responseRetrieval)
    case (_, "embeddings"): return openAI(.embeddings)
    case (_, "moderations"): return openAI(.moderations)
    case ("messages", "count_tokens"): return anthropic(.countTokens)
    // Other APIs have messages too, of threads for one.
    case ("v1", "messages"): return anthropic(.messages)
    case (nil, "messages") where dialect == .anthropic: return anthropic(.messages)
    default: return nil
    }
  }

  private static func get(_ names: [Substring], _ dialect: Dialect?) -> Endpoint? {
    let before = names.dropLast().last
    if before == "responses" { return openAI(.responseRetrieval) }
    // The id of a model may have slashes, but the list is under the API's root.
    guard let place = names.firstIndex(of: "models"), place <= 3 else { return nil }
    return dialect == .anthropic ? anthropic(.models) : openAI(.models)
  }

  private static func openAI(_ operation: Operation) -> Endpoint { Endpoint(dialect: .openai, operation: operation) }

  private static func anthropic(_ operation: Operation) -> Endpoint {
    Endpoint(dialect: .anthropic, operation: operation)
  }
}
