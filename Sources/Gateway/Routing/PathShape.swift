internal import Dialects

/// What a path alone tells about the API that it belongs to.
enum PathShape {
  /// The provider that serves paths of this shape where no prefix names one. `path` begins with `/`.
  ///
  /// Only paths that begin with an API's own root are told: what stands before a root may be a provider's name that was
  /// mistyped, and its key is nobody else's business.
  static func provider(method: String, path: String, hasAnthropicVersion: Bool) -> String? {
    if path.hasPrefix("/ws/google.ai.generativelanguage.") { return "gemini" }
    if isAtOrBelow("/v1/models", path) { return hasAnthropicVersion ? "anthropic" : "openai" }
    // Anthropic has files too, which its clients ask for with its version.
    if isAtOrBelow("/v1/files", path) { return hasAnthropicVersion ? "anthropic" : "openai" }
    // What looks after an API's results stands below its root, and need not be an API itself.
    for (root, provider) in roots where isAtOrBelow(root, path) { return provider }
    guard let endpoint = Endpoint.recognise(method: method, path: path, dialect: nil) else { return nil }
    switch endpoint.dialect {
    case .gemini where path.hasPrefix("/v1beta/"): return "gemini"
    case .bedrock where path.hasPrefix("/model/"): return "bedrock"
    case .ollama where path.hasPrefix("/api/"): return "ollama"
    default: return nil
    }
  }

  private static let roots: [(root: String, provider: String)] = [
    ("/v1/messages", "anthropic"), ("/v1/complete", "anthropic"),
    ("/v1/chat/completions", "openai"), ("/v1/responses", "openai"), ("/v1/embeddings", "openai"),
    ("/v1/completions", "openai"), ("/v1/moderations", "openai"), ("/v1/images", "openai"), ("/v1/audio", "openai"),
    ("/v1/videos", "openai"), ("/v1/batches", "openai"), ("/v1/realtime", "openai"), ("/v1/live", "openai"),
    ("/v1beta/models", "gemini"),
  ]

  /// The dialect of a path at a provider whose dialect is not configured. Providers put the same APIs at different roots
  /// (`/openai/v1/chat/completions`, `/api/v1/chat/completions`, `/chat/completions`), so its end decides.
  static func dialect(method: String, path: String) -> Dialect? {
    Endpoint.recognise(method: method, path: path, dialect: nil)?.dialect
  }

  private static func isAtOrBelow(_ root: String, _ path: String) -> Bool {
    guard path.utf8.starts(with: root.utf8) else { return false }
    let rest = path.utf8.dropFirst(root.utf8.count)
    return rest.isEmpty || rest.first == UInt8(ascii: "/")
  }
}
