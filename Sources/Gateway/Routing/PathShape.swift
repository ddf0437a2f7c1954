internal import Dialects

/// What a path alone tells about the API that it belongs to.
enum PathShape {
  /// The provider that serves paths of this shape where no prefix names one. `path` begins with `/`.
  static func provider(of path: borrowing Span<UInt8>, hasAnthropicVersion: Bool) -> String? {
    if path.hasPrefix("/v1/") { return providerOfVersionOne(path, hasAnthropicVersion: hasAnthropicVersion) }
    if isAtOrBelow("/v1beta/models", path) { return "gemini" }
    if path.hasPrefix("/model/"), path.hasSuffix("/converse") || path.hasSuffix("/converse-stream") { return "bedrock" }
    if isAtOrBelow("/api/chat", path) { return "ollama" }
    if path.hasPrefix("/ws/google.ai.generativelanguage.") { return "gemini" }
    return nil
  }

  private static func providerOfVersionOne(_ path: borrowing Span<UInt8>, hasAnthropicVersion: Bool) -> String? {
    if isAtOrBelow("/v1/messages", path) { return "anthropic" }
    if isAtOrBelow("/v1/models", path) { return hasAnthropicVersion ? "anthropic" : "openai" }
    let isOpenAI =
      isAtOrBelow("/v1/chat/completions", path) || isAtOrBelow("/v1/responses", path)
      || isAtOrBelow("/v1/embeddings", path) || isAtOrBelow("/v1/completions", path)
      || isAtOrBelow("/v1/moderations", path) || isAtOrBelow("/v1/realtime", path) || isAtOrBelow("/v1/live", path)
    return isOpenAI ? "openai" : nil
  }

  /// The dialect of a path at a provider whose dialect is not configured. Providers put the same APIs at different roots
  /// (`/openai/v1/chat/completions`, `/api/v1/chat/completions`, `/chat/completions`), so its end decides.
  static func dialect(of path: borrowing Span<UInt8>) -> Dialect? {
    if path.hasSuffix("/v1/messages") || path.hasSuffix("/v1/messages/count_tokens") { return .anthropic }
    let isOpenAI =
      path.hasSuffix("/completions") || path.hasSuffix("/responses") || path.hasSuffix("/responses/input_tokens")
      || path.hasSuffix("/embeddings") || path.hasSuffix("/moderations") || path.hasSuffix("/v1/models")
    return isOpenAI ? .openai : nil
  }

  private static func isAtOrBelow(_ root: StaticString, _ path: borrowing Span<UInt8>) -> Bool {
    let count = root.utf8CodeUnitCount
    return path.hasPrefix(root) && (path.count == count || path[count] == UInt8(ascii: "/"))
  }
}
