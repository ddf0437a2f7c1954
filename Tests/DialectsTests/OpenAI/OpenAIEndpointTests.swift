import Dialects
import Testing

@Suite("Endpoints of OpenAI")
struct OpenAIEndpointTests {
  @Test(
    "generate, count or give again what was generated",
    arguments: [
      ("POST", "/v1/images/generations", .images), ("POST", "/v1/images/edits", .images),
      ("POST", "/v1/images/variations", .images), ("POST", "/v1/audio/speech", .speech),
      ("POST", "/v1/audio/transcriptions", .transcription), ("POST", "/v1/audio/translations", .transcription),
      ("POST", "/v1/videos", .videos), ("POST", "/v1/videos/generations", .videos),
      ("POST", "/v1/videos/video_1/remix", .videos), ("POST", "/v1/videos/edits", .videos),
      ("POST", "/v1/decisions", .decisions), ("GET", "/v1/chat/completions/chatcmpl-1", .chatCompletionRetrieval),
      ("GET", "/v1/chat/deferred-completion/r1", .chatCompletionRetrieval),
      ("GET", "/v1/files/file-1/content", .fileContent), ("GET", "/openai/v1/files/file-1/content", .fileContent),
      ("GET", "/v1/batches/batch_1/results", .fileContent), ("POST", "/v1/threads/runs", .assistantRun),
      ("POST", "/v1/threads/t1/runs", .assistantRun), ("GET", "/v1/threads/t1/runs/r1", .assistantRun),
      ("POST", "/v1/threads/t1/runs/r1", .assistantRun),
      ("POST", "/v1/threads/t1/runs/r1/submit_tool_outputs", .assistantRun),
      ("POST", "/v1/threads/t1/runs/r1/cancel", .assistantRun),
      ("POST", "/models/chat/completions", .chatCompletions), ("POST", "/openai/v1/embeddings", .embeddings),
    ] as [(String, String, Dialects.Operation)])
  func generate(method: String, path: String, operation: Dialects.Operation) {
    for dialect in [nil, Dialect.openai] {
      #expect(Endpoint.recognise(method: method, path: path, dialect: dialect)?.operation == operation)
    }
    #expect(!operation.isFree)
  }

  @Test(
    "that look after what is stored are free",
    arguments: [
      ("POST", "/v1/files"), ("GET", "/v1/files"), ("GET", "/v1/files/file-1"), ("DELETE", "/v1/files/file-1"),
      ("POST", "/v1/uploads"), ("POST", "/v1/uploads/u/parts"), ("POST", "/v1/uploads/u/complete"),
      ("POST", "/v1/batches"), ("GET", "/v1/batches"), ("GET", "/v1/batches/batch_1"),
      ("POST", "/v1/batches/batch_1/cancel"), ("POST", "/v1/batches/batch_1/requests"), ("POST", "/openai/batches"),
      ("POST", "/v1/conversations"), ("POST", "/v1/conversations/c/items"), ("DELETE", "/v1/conversations/c"),
      ("GET", "/v1/responses/resp_1/input_items"), ("DELETE", "/v1/responses/resp_1"),
      ("GET", "/v1/chat/completions"), ("POST", "/v1/chat/completions/c1"), ("DELETE", "/v1/chat/completions/c1"),
      ("GET", "/v1/chat/completions/c1/messages"), ("POST", "/v1/assistants"), ("GET", "/v1/assistants/a"),
      ("POST", "/v1/threads"), ("POST", "/v1/threads/t/messages"), ("GET", "/v1/threads/t/runs"),
      ("GET", "/v1/threads/t/runs/r/steps"), ("GET", "/v1/threads/t/runs/r/steps/s"),
      ("POST", "/v1/vector_stores"), ("POST", "/v1/vector_stores/v/files"), ("POST", "/v1/vector_stores/v/search"),
      ("GET", "/v1/vector_stores/v/files/f/content"), ("POST", "/v1/containers"),
      ("GET", "/v1/containers/c/files/f/content"), ("POST", "/v1/fine_tuning/jobs"), ("POST", "/v1/evals/e/runs"),
      ("POST", "/v1/evals/e/runs/r/cancel"), ("POST", "/v1/realtime/client_secrets"), ("POST", "/v1/realtime/calls"),
      ("POST", "/v1/realtime/calls/c/accept"), ("POST", "/v1/realtime/sessions"),
      ("POST", "/v1/realtime/translations/client_secrets"), ("POST", "/v1/live/sessions/s/fork"),
      ("GET", "/v1/videos"), ("GET", "/v1/videos/v/content"), ("DELETE", "/v1/videos/v"),
      ("POST", "/v1/videos/characters"), ("GET", "/v1/videos/characters/c"), ("POST", "/v1/audio/voices"),
      ("DELETE", "/v1/models/ft:x"), ("GET", "/v1/organization/costs"), ("POST", "/v1/traces/ingest"),
      ("POST", "/v1/chatkit/sessions"), ("POST", "/v1/content_provenance_checks"),
    ])
  func areFree(method: String, path: String) {
    for dialect in [nil, Dialect.openai] {
      #expect(
        Endpoint.recognise(method: method, path: path, dialect: dialect)
          == Endpoint(dialect: .openai, operation: .management))
    }
  }

  @Test(
    "that may bill what is not known are none",
    arguments: [
      ("POST", "/v1/videos/v/upscale"), ("POST", "/v1/audio/dubbing"), ("POST", "/v1/responses/r/fork"),
      ("POST", "/v1/models/m/generate"), ("POST", "/v1/agents/sessions"), ("GET", "/v1/realtime"),
      ("GET", "/v1/live"), ("GET", "/v1/responses"), ("PATCH", "/v1/files/f"), ("POST", "/x/y/files"),
      ("POST", "/files"), ("POST", "/v1/images"),
    ])
  func areNone(method: String, path: String) {
    #expect(Endpoint.recognise(method: method, path: path, dialect: nil) == nil)
  }

  @Test("know the deployment of Azure, and the id of a polled video")
  func names() {
    let path = "/openai/deployments/my-gpt/chat/completions"
    #expect(
      Endpoint.recognise(method: "POST", path: path, dialect: .openai)
        == Endpoint(dialect: .openai, operation: .chatCompletions, model: "my-gpt"))
    #expect(
      Endpoint.recognise(method: "POST", path: "/openai/deployments/w/audio/transcriptions", dialect: .openai)
        == Endpoint(dialect: .openai, operation: .transcription, model: "w"))
    #expect(
      Endpoint.recognise(method: "GET", path: "/v1/videos/v1", dialect: .openai)
        == Endpoint(dialect: .openai, operation: .videos, responseID: "v1"))
    let long = String(repeating: "x", count: 257)
    #expect(
      Endpoint.recognise(method: "POST", path: "/openai/deployments/\(long)/embeddings", dialect: .openai)?.model == nil
    )
  }

  @Test("of voices and tokenizers are xAI's only where the provider speaks OpenAI's dialect")
  func voices() {
    for (path, operation) in [
      ("/v1/tts", Dialects.Operation.speech), ("/v1/stt", .transcription), ("/v1/tokenize-text", .countTokens),
    ] {
      #expect(Endpoint.recognise(method: "POST", path: path, dialect: .openai)?.operation == operation)
      #expect(Endpoint.recognise(method: "POST", path: path, dialect: nil) == nil)
    }
  }

  @Test("say the model of the body, and the deployment where it says none")
  func deploymentIsLastResort() {
    let endpoint = Endpoint(dialect: .openai, operation: .chatCompletions, model: "prod")
    for (body, model) in [(#"{"model":"gpt-4o"}"#, "gpt-4o"), ("{}", "prod")] {
      var reader = RequestReader(endpoint: endpoint)
      reader.consume(Array(body.utf8).span.bytes)
      #expect(reader.finish().model == model)
    }
  }
}
