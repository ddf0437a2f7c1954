import Dialects
import Metering
import Testing

@Suite("Completions that are answered later")
struct QueuedReplyTests {
  private static let completion =
    #"{"id":"pp","model":"sonar-deep-research","choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"num_search_queries":2,"citation_tokens":10,"reasoning_tokens":30,"cost":{"total_cost":0.5}}}"#

  @Test(
    "of Perplexity are charged once they are done, by the id of their request, in any order of members",
    arguments: [
      #"{"id":"as1","model":"sonar-deep-research","status":"COMPLETED","response":\#(completion)}"#,
      #"{"response":\#(completion),"status":"COMPLETED","model":"sonar-deep-research","id":"as1"}"#,
    ])
  func done(body: String) {
    for cut in [Cut.whole, .bytes, .random(3)] {
      let facts = readReply(.asyncChatCompletion, Array(body.utf8), cut)
      #expect(facts.responseID == "as1")
      #expect(facts.model == "sonar-deep-research")
      #expect(facts.reportedCostPicodollars == 500_000_000_000)
      #expect(answering(facts)?[.input] == 100)
      #expect(answering(facts)?[.webSearch] == 2)
      #expect(facts.finishReason == "stop")
      #expect(facts.isTerminal)
      #expect(!facts.isPending)
    }
    #expect(Dialects.Operation.asyncChatCompletion.repeatsUsage)
  }

  @Test("of Perplexity cost nothing while they wait, or when they fail")
  func waiting() {
    for status in ["CREATED", "IN_PROGRESS"] {
      let facts = readReply(.asyncChatCompletion, #"{"id":"as1","model":"m","status":"\#(status)","response":null}"#)
      #expect(facts.isPending)
      #expect(facts.responseID == "as1")
      #expect(facts.usage.isEmpty)
      #expect(facts.errorCode == nil)
    }
    let failed = readReply(.asyncChatCompletion, #"{"id":"as1","status":"FAILED","error_message":"x"}"#)
    #expect(failed.errorCode == "failed")
    #expect(!failed.isPending)
    #expect(failed.usage.isEmpty)
  }

  @Test("of Perplexity name their model in the request that is queued")
  func request() {
    let facts = readRequest(
      .asyncChatCompletion, #"{"request":{"model":"sonar","messages":[{"role":"user","content":"hi there"}]}}"#)
    #expect(facts.model == "sonar")
    #expect(facts.promptTextBytes == 8)
    #expect(facts.isComplete)
  }

  @Test("of xAI are a receipt without usage, and are not charged until they are fetched")
  func deferred() {
    let receipt = readReply(.chatCompletions, #"{"request_id":"dr"}"#)
    #expect(receipt.isPending)
    #expect(receipt.usage.isEmpty)
    for body in [
      #"{"request_id":"dr","id":"c","choices":[{"message":{"content":"x"}}]}"#, #"{"request_id":null}"#, "{}",
      #"{"request_id":"r","usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
      #"{"request_id":"r","choices":[{"message":{"content":"x"}}]}"#,
    ] {
      #expect(!readReply(.chatCompletions, body).isPending, "\(body)")
    }
  }

  @Test(
    "have endpoints of their own",
    arguments: [
      ("POST", "/async/chat/completions", .asyncChatCompletion),
      ("GET", "/async/chat/completions/as1", .asyncChatCompletion),
      ("POST", "/v1/async/sonar", .asyncChatCompletion), ("GET", "/v1/async/sonar/as1", .asyncChatCompletion),
      ("GET", "/async/chat/completions", .management), ("GET", "/v1/async/sonar", .management),
      ("POST", "/v1/sonar", .chatCompletions), ("POST", "/chat/completions", .chatCompletions),
      ("GET", "/v1/chat/deferred-completion/dr", .chatCompletionRetrieval),
      ("POST", "/v1/multimodalembeddings", .embeddings), ("POST", "/v1/contextualizedembeddings", .embeddings),
      ("POST", "/api/v2/cortex/inference:complete", .chatCompletions),
      ("POST", "/api/v2/cortex/inference%3Acomplete", .chatCompletions),
    ] as [(String, String, Dialects.Operation)])
  func endpoints(method: String, path: String, operation: Dialects.Operation) {
    #expect(Endpoint.recognise(method: method, path: path, dialect: .openai)?.operation == operation)
  }
}
