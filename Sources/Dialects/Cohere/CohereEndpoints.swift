extension Endpoint {
  /// The APIs of Cohere, both versions: https://docs.cohere.com/reference/about
  static func cohere(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? {
    let operation: Operation? =
      switch path.method {
      case "POST": coherePost(path, isConfigured: isConfigured)
      case "GET" where isConfigured: cohereGet(path)
      case "PATCH" where isConfigured, "DELETE" where isConfigured: cohereManagement(path)
      default: nil
      }
    return operation.map { Endpoint(dialect: .cohere, operation: $0) }
  }

  private static func coherePost(_ path: EndpointPath, isConfigured: Bool) -> Operation? {
    // Others have chats below roots of their own.
    let isAtRoot = path.segments.count == 2 && (path.beforeLast == "v1" || path.beforeLast == "v2")
    guard isConfigured || isAtRoot else { return nil }
    switch path.last {
    case "chat", "generate", "summarize": return .cohereChat
    case "embed", "classify": return .cohereEmbed
    case "rerank": return .rerank
    default: break
    }
    guard isConfigured else { return nil }
    switch path.last {
    case "parse": return .ocr
    case "tokenize", "detokenize": return .countTokens
    default: return cohereManagement(path)
    }
  }

  private static func cohereGet(_ path: EndpointPath) -> Operation? {
    if path.last == "models" || path.beforeLast == "models" { return .models }
    return cohereManagement(path)
  }

  private static func cohereManagement(_ path: EndpointPath) -> Operation? {
    let roots: Set<Substring> = ["datasets", "connectors", "embed-jobs", "batches", "check-api-key", "finetuning"]
    return path.segments.prefix(2).contains(where: roots.contains) ? .management : nil
  }
}
