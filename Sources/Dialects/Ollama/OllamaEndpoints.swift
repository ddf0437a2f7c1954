extension Endpoint {
  /// The native APIs of Ollama, which stand below `/api`: https://github.com/ollama/ollama/blob/main/docs/api.md
  static func ollama(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? {
    let isBlob = path.thirdLast == "api" && path.beforeLast == "blobs"
    guard path.beforeLast == "api" || isBlob else { return nil }
    let operation: Operation? =
      switch (path.method, path.last) {
      case ("POST", "chat"): .ollamaChat
      case ("POST", "generate"): .ollamaGenerate
      case ("POST", "embed"), ("POST", "embeddings"): .ollamaEmbed
      case ("GET", "tags"), ("GET", "ps"), ("POST", "show"): .models
      case ("GET", "version"), ("HEAD", "version"): .management
      case ("POST", "pull"), ("POST", "push"), ("POST", "create"), ("POST", "copy"), ("DELETE", "delete"): .management
      case ("POST", _) where isBlob, ("HEAD", _) where isBlob: .management
      default: nil
      }
    return operation.map { Endpoint(dialect: .ollama, operation: $0) }
  }
}
