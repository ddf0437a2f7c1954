import Dialects
import Observability
import Testing

@testable import Gateway

@Suite("What a call does, by OpenTelemetry's GenAI conventions")
struct GenAIOperationTests {
  @Test(
    "is told from its API",
    arguments: [
      (.chatCompletions, .chat), (.messages, .chat), (.responses, .chat), (.converse, .chat), (.socketResponse, .chat),
      (.completions, .textCompletion), (.generateContent, .generateContent), (.embeddings, .embeddings),
      (.embedContent, .embeddings), (.rerank, .rerank), (.images, .imageGeneration), (.speech, .speech),
    ] as [(Dialects.Operation, GenAIOperation)])
  func operations(operation: Dialects.Operation, expected: GenAIOperation) {
    #expect(GenAIOperation(operation, method: "POST") == expected)
  }

  @Test("is nothing where no model is asked: what providers bill nothing for, and what is only fetched")
  func none() {
    for operation in Dialects.Operation.allCases where operation.isFree {
      #expect(GenAIOperation(operation, method: "POST") == nil, "\(operation)")
    }
    for operation in Dialects.Operation.allCases where operation != .socketResponse {
      #expect(GenAIOperation(operation, method: "GET") == nil, "\(operation)")
    }
    // A response on a socket has the method of the socket's opening.
    #expect(GenAIOperation(.socketResponse, method: "GET") == .chat)
    #expect(GenAIOperation(.responseRetrieval, method: "POST") == nil)
  }
}
