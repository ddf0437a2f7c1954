import Dialects
import Testing

@Suite("Endpoints")
struct EndpointTests {
  @Test(
    "are told by method and path, whatever the provider puts before",
    arguments: [
      ("POST", "/v1/chat/completions", .openai, .chatCompletions),
      ("POST", "/openai/v1/chat/completions", .openai, .chatCompletions),
      ("POST", "/api/v1/chat/completions", .openai, .chatCompletions),
      ("POST", "/chat/completions", .openai, .chatCompletions),
      ("POST", "/v1/chat/completions/", .openai, .chatCompletions),
      ("POST", "//v1//chat/completions//", .openai, .chatCompletions),
      ("POST", "/v1/completions", .openai, .completions),
      ("POST", "/v1/responses", .openai, .responses),
      ("POST", "/v1/responses/compact", .openai, .responses),
      ("POST", "/v1/responses/input_tokens", .openai, .countTokens),
      ("GET", "/v1/responses/resp_1", .openai, .responseRetrieval),
      ("POST", "/v1/responses/resp_1/cancel", .openai, .responseRetrieval),
      ("POST", "/v1/embeddings", .openai, .embeddings),
      ("POST", "/v1/moderations", .openai, .moderations),
      ("GET", "/v1/models", .openai, .models),
      ("GET", "/v1/models/gpt-4.1", .openai, .models),
      ("GET", "/openai/v1/models/meta-llama/llama-4", .openai, .models),
      ("POST", "/v1/messages", .anthropic, .messages),
      ("POST", "/anthropic/v1/messages", .anthropic, .messages),
      ("POST", "/v1/messages/count_tokens", .anthropic, .countTokens),
    ] as [(String, String, Dialect, Dialects.Operation)])
  func areTold(method: String, path: String, dialect: Dialect, operation: Dialects.Operation) {
    var expected = Endpoint(dialect: dialect, operation: operation)
    expected.isCompaction = path == "/v1/responses/compact"
    #expect(Endpoint.recognise(method: method, path: path, dialect: nil) == expected)
  }

  @Test(
    "are none where the method or the path is another's",
    arguments: [
      ("PUT", "/v1/chat/completions"), ("PUT", "/v1/responses/resp_1"), ("POST", "/v1/models"), ("GET", "/v1/messages"),
      ("POST", "/"), ("POST", ""), ("GET", ""), ("POST", "/v1/chat/completionsx"), ("POST", "/v1/responses/r/x"),
      ("post", "/v1/embeddings"), ("POST", "/v1/Embeddings"),
      ("POST", "/v1/chat/completions?x=1"), ("PUT", "/v1/files"), ("POST", "/messages"), ("GET", "/v1/responses"),
    ])
  func areNone(method: String, path: String) {
    #expect(Endpoint.recognise(method: method, path: path, dialect: nil) == nil)
  }

  @Test("follow the provider's dialect where the path is common to several")
  func followDialect() {
    #expect(Endpoint.recognise(method: "GET", path: "/v1/models", dialect: .anthropic)?.dialect == .anthropic)
    #expect(Endpoint.recognise(method: "POST", path: "/messages", dialect: .anthropic)?.operation == .messages)
    #expect(Endpoint.recognise(method: "POST", path: "/v1/messages", dialect: .openai)?.dialect == .anthropic)
    #expect(Endpoint.recognise(method: "POST", path: "/v1/chat/completions", dialect: .anthropic)?.dialect == .openai)
  }
}
