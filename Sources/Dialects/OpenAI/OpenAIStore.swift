/// What OpenAI and those that speak its dialect keep for their customers: files, batches, conversations, sessions, secrets. To
/// look after it is never billed by the call.
///
/// What a run of a fine-tuning or an evaluation costs is billed apart, and said by no reply.
enum OpenAIStore {
  /// How many segments may stand before the name of a collection (`/openai/v1/files`).
  private static let placeMax = 3

  /// Whether a path is one of a collection.
  static func has(_ path: EndpointPath, isConfigured: Bool) -> Bool {
    guard path.method == "GET" || path.method == "POST" || path.method == "DELETE" else { return false }
    let segments = path.segments
    for place in segments.indices.prefix(placeMax &+ 1) {
      guard place > 0 ? isRoot(segments[place &- 1]) : isConfigured else { continue }
      if isStored(segments[place...], method: path.method) { return true }
    }
    return false
  }

  /// What the name of a collection follows: a version, or Azure's `openai`.
  private static func isRoot(_ segment: Substring) -> Bool {
    segment == "openai" || segment.utf8.first == UInt8(ascii: "v") && segment.utf8.count == 2
  }

  private static func isStored(_ path: ArraySlice<Substring>, method: String) -> Bool {
    switch path.first {
    case "files", "uploads", "batches", "vector_stores", "fine_tuning", "fine-tunes", "containers", "assistants",
      "threads", "evals", "conversations", "skills", "organization", "chatkit", "content_provenance_checks", "safety",
      "traces", "webhooks", "api-key":
      return true
    // What generates under these names is known by its own path.
    case "responses", "videos", "models", "agents", "audio":
      guard let second = path.dropFirst().first else { return method == "GET" && path.first != "responses" }
      return method != "POST" || second == "characters" || second == "voices" || second == "voice_consents"
    case "chat": return path.dropFirst().first == "completions" && (path.count > 2 || method == "GET")
    // Secrets and calls over WebRTC, whose media does not pass here. The socket itself is no part of it.
    case "realtime", "live":
      return path.contains {
        $0 == "client_secrets" || $0 == "sessions" || $0 == "transcription_sessions" || $0 == "calls"
      }
    default: return false
    }
  }
}
