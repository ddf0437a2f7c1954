import Dialects
import Testing

@Suite("Google's endpoints")
struct GeminiEndpointTests {
  private static let vertex = "/v1/projects/p-1/locations/europe-west4/publishers"

  @Test(
    "name the model and whether the reply is a stream",
    arguments: [
      ("/v1beta/models/gemini-3.5-flash:generateContent", .generateContent, "gemini-3.5-flash", false),
      ("/v1beta/models/gemini-3.5-flash:streamGenerateContent", .generateContent, "gemini-3.5-flash", true),
      ("/v1/models/gemini-2.5-pro:generateContent", .generateContent, "gemini-2.5-pro", false),
      ("/v1alpha/models/gemini-2.5-pro:countTokens", .countTokens, "gemini-2.5-pro", nil),
      ("/v1beta/tunedModels/mine-1:generateContent", .generateContent, "tunedModels/mine-1", false),
      ("/v1beta/models/gemini-embedding-001:embedContent", .embedContent, "gemini-embedding-001", nil),
      ("/v1beta/models/gemini-embedding-001:batchEmbedContents", .embedContent, "gemini-embedding-001", nil),
      ("/v1beta/models/gemini-2.5-flash:batchGenerateContent", .batchGenerateContent, "gemini-2.5-flash", nil),
      ("/v1beta/models/imagen-4:predict", .predict, "imagen-4", nil),
      ("/some/where/v1beta/models/m:generateContent", .generateContent, "m", false),
      ("/v1beta/models/gemini%2D3%2E5%3AgenerateContent", .generateContent, "gemini-3.5", false),
      (vertex + "/google/models/gemini-3-pro:generateContent", .generateContent, "gemini-3-pro", false),
      (vertex + "/google/models/gemini-3-pro@001:streamGenerateContent", .generateContent, "gemini-3-pro@001", true),
      (vertex + "/google/models/gemini-3-pro:countTokens", .countTokens, "gemini-3-pro", nil),
      (vertex + "/google/models/gemini-3-pro:computeTokens", .countTokens, "gemini-3-pro", nil),
      (vertex + "/google/models/text-embedding-005:predict", .predict, "text-embedding-005", nil),
      ("/v1beta1/publishers/google/models/gemini-3-pro:generateContent", .generateContent, "gemini-3-pro", false),
      (
        "/v1beta1/projects/p/locations/us-central1/endpoints/123:streamGenerateContent", .generateContent,
        "endpoints/123", true
      ),
    ] as [(String, Dialects.Operation, String, Bool?)])
  func methods(path: String, operation: Dialects.Operation, model: String, streams: Bool?) {
    let expected = Endpoint(dialect: .gemini, operation: operation, model: model, streams: streams)
    for dialect in [nil, Dialect.gemini, .openai] {
      #expect(Endpoint.recognise(method: "POST", path: path, dialect: dialect) == expected)
    }
    #expect(Endpoint.recognise(method: "GET", path: path, dialect: nil)?.operation != operation)
  }

  @Test(
    "of other publishers at Vertex have their own shape",
    arguments: [
      (
        "/anthropic/models/claude-x@2:rawPredict",
        Endpoint(dialect: .anthropic, operation: .messages, model: "claude-x@2")
      ),
      (
        "/anthropic/models/claude-x:streamRawPredict",
        Endpoint(dialect: .anthropic, operation: .messages, model: "claude-x", streams: true)
      ),
      ("/anthropic/models/count-tokens:rawPredict", Endpoint(dialect: .anthropic, operation: .countTokens)),
      (
        "/mistralai/models/mistral-small-2503:streamRawPredict",
        Endpoint(dialect: .mistral, operation: .chatCompletions, model: "mistral-small-2503", streams: true)
      ),
      (
        "/mistralai/models/mistral-ocr-2505:rawPredict",
        Endpoint(dialect: .mistral, operation: .ocr, model: "mistral-ocr-2505")
      ),
      ("/somebody/models/x:rawPredict", nil),
    ] as [(String, Endpoint?)])
  func publishers(path: String, endpoint: Endpoint?) {
    #expect(Endpoint.recognise(method: "POST", path: Self.vertex + path, dialect: nil) == endpoint)
  }

  @Test(
    "in OpenAI's shape are Gemini's all the same",
    arguments: [
      ("POST", "/v1beta/openai/chat/completions", .chatCompletions), ("POST", "/v1beta/openai/embeddings", .embeddings),
      ("GET", "/v1beta/openai/models", .models), ("GET", "/v1beta/openai/models/gemini-3-pro", .models),
      ("POST", "/v1/projects/p/locations/l/endpoints/openapi/chat/completions", .chatCompletions),
    ] as [(String, String, Dialects.Operation)])
  func compatible(method: String, path: String, operation: Dialects.Operation) {
    #expect(
      Endpoint.recognise(method: method, path: path, dialect: nil) == Endpoint(dialect: .gemini, operation: operation))
  }

  @Test(
    "of what is stored are told apart by what they may bill",
    arguments: [
      ("POST", "/v1beta/interactions", .interactions), ("GET", "/v1beta/interactions/v1_abc", .interactionRetrieval),
      ("POST", "/v1beta/interactions/v1_abc/cancel", .interactionRetrieval),
      ("DELETE", "/v1beta/interactions/v1_abc", .management),
      ("GET", "/v1beta/batches/b1", .batchGenerateContent), ("GET", "/v1beta/batches", .batchGenerateContent),
      ("POST", "/v1beta/batches/b1:cancel", .management), ("DELETE", "/v1beta/batches/b1", .management),
      ("POST", "/v1beta/cachedContents", .cachedContents), ("GET", "/v1beta/cachedContents", .management),
      ("GET", "/v1beta/cachedContents/c1", .management), ("PATCH", "/v1beta/cachedContents/c1", .management),
      ("POST", "/v1/projects/p/locations/l/cachedContents", .cachedContents),
      ("POST", "/upload/v1beta/files", .management), ("GET", "/v1beta/files", .management),
      ("GET", "/v1beta/files/f1", .management), ("DELETE", "/v1beta/files/f1", .management),
      ("GET", "/v1beta/files/f1:download", .fileContent), ("GET", "/download/v1beta/files/f1:download", .fileContent),
      ("GET", "/v1beta/models", .models), ("GET", "/v1beta/models/gemini-3-pro", .models),
      ("GET", "/v1beta/models/veo-3/operations/o1", .management), ("GET", "/v1beta/operations/o1", .management),
      ("GET", "/v1/projects/p/locations/l/tuningJobs/t1", .management),
      ("POST", "/v1beta/fileSearchStores", .management), ("POST", "/v1beta/decisions", .decisions),
    ] as [(String, String, Dialects.Operation)])
  func stored(method: String, path: String, operation: Dialects.Operation) {
    let isBatch = operation == .batchGenerateContent && path == "/v1beta/batches/b1"
    let resultsID = operation == .fileContent ? "f1" : isBatch ? "batches/b1" : nil
    #expect(
      Endpoint.recognise(method: method, path: path, dialect: nil)
        == Endpoint(dialect: .gemini, operation: operation, resultsID: resultsID))
  }

  @Test(
    "that may start what is billed elsewhere are not known, nor those of others",
    arguments: [
      ("POST", "/v1/projects/p/locations/l/tuningJobs"), ("POST", "/v1/projects/p/locations/l/batchPredictionJobs"),
      ("POST", "/upload/v1beta/fileSearchStores/s1:uploadToFileSearchStore"),
      ("POST", "/v1beta/models/veo-3:predictLongRunning"), ("POST", "/v1beta/models/:generateContent"),
      ("POST", "/v1beta/models/m"), ("POST", "/v1/projects/p/locations/l/endpoints/1:predict"),
      ("POST", "/models/m:generateContent"), ("POST", "/v1beta"), ("POST", "/v1beta/models/%zz:generateContent"),
      ("POST", "/v1beta/models/\(String(repeating: "m", count: 300)):generateContent"),
      ("GET", "/v1/interactions/i1"), ("GET", "/v1/batches/b1"), ("GET", "/v1/files/f1"),
    ])
  func unknown(method: String, path: String) {
    #expect(Endpoint.recognise(method: method, path: path, dialect: nil)?.dialect != .gemini)
  }

  @Test("with a version of others are Google's where the provider is")
  func configured() {
    #expect(Endpoint.recognise(method: "GET", path: "/v1/models", dialect: .gemini)?.dialect == .gemini)
    #expect(Endpoint.recognise(method: "GET", path: "/v1/files/f1", dialect: .gemini)?.operation == .management)
    #expect(Endpoint.recognise(method: "GET", path: "/v1/models", dialect: nil)?.dialect == .openai)
    #expect(
      Endpoint.recognise(method: "POST", path: "/v1/chat/completions", dialect: .gemini)
        == Endpoint(dialect: .openai, operation: .chatCompletions))
  }
}
