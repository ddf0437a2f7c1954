extension Endpoint {
  /// What those who speak OpenAI's dialect have beside its paths.
  static func compatiblePost(_ path: EndpointPath, isConfigured: Bool) -> Operation? {
    switch (path.beforeLast, path.last) {
    // Voyage, Jina, vLLM and others, where the version before it does not make it Cohere's.
    case (_, "rerank"): .rerank
    // Writer's chat, whose path is Cohere's too.
    case (_, "chat") where isConfigured: .chatCompletions
    // llama.cpp's own: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
    case (nil, "completion"), (nil, "infill"): .llamaCompletion
    case (nil, "tokenize"), (nil, "detokenize"), (nil, "apply-template"): .countTokens
    default: nil
    }
  }
}
