import Dialects
import Testing

@Suite("Endpoints of vendors")
struct VendorEndpointTests {
  @Test(
    "are told at their provider",
    arguments: [
      (.mistral, "POST", "/v1/chat/completions", .chatCompletions),
      (.mistral, "POST", "/v1/fim/completions", .chatCompletions),
      (.mistral, "POST", "/v1/agents/completions", .chatCompletions),
      (.mistral, "POST", "/v1/conversations", .conversations),
      (.mistral, "POST", "/v1/conversations/conv_1", .conversations),
      (.mistral, "POST", "/v1/conversations/conv_1/restart", .conversations),
      (.mistral, "GET", "/v1/conversations/conv_1/history", .management),
      (.mistral, "POST", "/v1/embeddings", .embeddings), (.mistral, "POST", "/v1/ocr", .ocr),
      (.mistral, "POST", "/v1/audio/transcriptions", .transcription), (.mistral, "POST", "/v1/audio/speech", .speech),
      (.mistral, "POST", "/v1/moderations", .moderations), (.mistral, "POST", "/v1/chat/moderations", .moderations),
      (.mistral, "POST", "/v1/batch/jobs", .management), (.mistral, "GET", "/v1/batch/jobs/j", .management),
      (.mistral, "POST", "/v1/files", .management), (.mistral, "GET", "/v1/files/f/content", .fileContent),
      (.mistral, "DELETE", "/v1/files/f", .management), (.mistral, "GET", "/v1/models", .models),
      (.mistral, "GET", "/v1/models/mistral-small", .models),
      (.cohere, "POST", "/v2/chat", .cohereChat), (.cohere, "POST", "/v1/chat", .cohereChat),
      (.cohere, "POST", "/v1/generate", .cohereChat), (.cohere, "POST", "/v1/summarize", .cohereChat),
      (.cohere, "POST", "/v2/embed", .cohereEmbed), (.cohere, "POST", "/v1/classify", .cohereEmbed),
      (.cohere, "POST", "/v2/rerank", .rerank), (.cohere, "POST", "/v2/parse", .ocr),
      (.cohere, "POST", "/v1/tokenize", .countTokens), (.cohere, "POST", "/v1/check-api-key", .management),
      (.cohere, "POST", "/v1/embed-jobs", .management), (.cohere, "GET", "/v1/models", .models),
      (.ollama, "POST", "/api/chat", .ollamaChat), (.ollama, "POST", "/api/generate", .ollamaGenerate),
      (.ollama, "POST", "/api/embed", .ollamaEmbed), (.ollama, "POST", "/api/embeddings", .ollamaEmbed),
      (.ollama, "GET", "/api/tags", .models), (.ollama, "POST", "/api/show", .models),
      (.ollama, "GET", "/api/ps", .models),
      (.ollama, "POST", "/api/pull", .management), (.ollama, "POST", "/api/blobs/sha256:1", .management),
      (.ollama, "DELETE", "/api/delete", .management), (.ollama, "GET", "/api/version", .management),
      (.mcp, "POST", "/mcp", .mcp), (.mcp, "POST", "/", .mcp), (.mcp, "POST", "/anything/at/all", .mcp),
      (.mcp, "DELETE", "/mcp", .management), (.mcp, "POST", "/token", .management),
    ] as [(Dialect, String, String, Dialects.Operation)])
  func areTold(dialect: Dialect, method: String, path: String, operation: Dialects.Operation) {
    let endpoint = Endpoint.recognise(method: method, path: path, dialect: dialect)
    let resultsID = operation == .fileContent ? "f" : nil
    #expect(endpoint == Endpoint(dialect: dialect, operation: operation, resultsID: resultsID))
  }

  @Test(
    "are told by their path alone where it is theirs",
    arguments: [
      ("POST", "/v2/chat", .cohere, .cohereChat), ("POST", "/v1/rerank", .openai, .rerank),
      ("POST", "/api/v1/rerank", .openai, .rerank), ("POST", "/rerank", .openai, .rerank),
      ("POST", "/api/chat", .ollama, .ollamaChat),
      ("POST", "/v1/ocr", .mistral, .ocr), ("POST", "/deepwiki/mcp", .mcp, .mcp),
      ("POST", "/api/v2/cortex/v1/chat/completions", .openai, .chatCompletions),
      ("POST", "/novita/v3/openai/chat/completions", .openai, .chatCompletions),
      ("POST", "/api/paas/v4/chat/completions", .openai, .chatCompletions),
      ("POST", "/completion", .openai, .llamaCompletion), ("POST", "/tokenize", .openai, .countTokens),
      ("POST", "/compatibility/v1/chat/completions", .openai, .chatCompletions),
    ] as [(String, String, Dialect, Dialects.Operation)])
  func byPath(method: String, path: String, dialect: Dialect, operation: Dialects.Operation) {
    #expect(
      Endpoint.recognise(method: method, path: path, dialect: nil) == Endpoint(dialect: dialect, operation: operation))
  }

  @Test("are none where a path says little by itself")
  func areNone() {
    for (method, path) in [
      ("POST", "/chat"), ("POST", "/embed"), ("POST", "/v3/chat"), ("POST", "/api/v1/chat"), ("GET", "/v2/chat"),
      ("POST", "/api/pulls"), ("PUT", "/mcp"), ("POST", "/mcps"),
      ("POST", "/v1/parse"),
    ] {
      #expect(Endpoint.recognise(method: method, path: path, dialect: nil) == nil, "\(method) \(path)")
    }
  }

  @Test("of Writer are chats")
  func writer() {
    #expect(
      Endpoint.recognise(method: "POST", path: "/v1/chat", dialect: .openai)
        == Endpoint(dialect: .openai, operation: .chatCompletions))
    #expect(Endpoint.recognise(method: "POST", path: "/v1/chat", dialect: nil)?.dialect == .cohere)
  }
}
