extension Endpoint {
  /// What those who speak OpenAI's dialect have beside its paths.
  static func compatiblePost(_ path: EndpointPath, isConfigured: Bool) -> Operation? {
    switch (path.beforeLast, path.last) {
    // Voyage, Jina, vLLM and others, where the version before it does not make it Cohere's.
    case (_, "rerank"): .rerank
    // Writer's chat, whose path is Cohere's too.
    case (_, "chat") where isConfigured: .chatCompletions
    // Perplexity's newer names: https://docs.perplexity.ai/api-reference/sonar-post
    case ("async", "sonar"): .asyncChatCompletion
    case (_, "sonar") where isConfigured: .chatCompletions
    // Voyage's: https://docs.voyageai.com/reference/multimodal-embeddings-api
    case (_, "multimodalembeddings"), (_, "contextualizedembeddings"): .embeddings
    // Snowflake's: https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api
    case ("cortex", "inference:complete"), ("cortex", "inference%3Acomplete"), ("cortex", "inference%3acomplete"):
      .chatCompletions
    // llama.cpp's own: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
    case (nil, "completion"), (nil, "infill"): .llamaCompletion
    case (nil, "tokenize"), (nil, "detokenize"), (nil, "apply-template"): .countTokens
    default: nil
    }
  }

  /// What has become of a request in Perplexity's queue, under either of its names; or the list of them.
  static func asyncGet(_ path: EndpointPath) -> Operation? {
    let segments = path.segments
    guard let place = segments.firstIndex(of: "async") else { return nil }
    switch segments[(place &+ 1)...].joined(separator: "/") {
    case "chat/completions", "sonar": return .management
    default: break
    }
    let isKnown = path.beforeLast == "sonar" || path.beforeLast == "completions" && path.thirdLast == "chat"
    return isKnown ? .asyncChatCompletion : nil
  }
}
