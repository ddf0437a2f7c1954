import Dialects
import Metering
import Testing

@Suite("Azure OpenAI")
struct AzureTests {
  private func read(_ body: String, _ fields: KeyValuePairs<String, String>) -> ReplyFacts {
    var headers = ReplyHeaders()
    for (name, value) in fields { headers.read(name: name, value: value) }
    var reader = ReplyReader(
      endpoint: Endpoint(dialect: .openai, operation: .responses), status: 200, framing: .json, headers: headers)
    reader.consume(Array(body.utf8).span.bytes)
    return reader.finish()
  }

  @Test(
    "prices the model that served a deployment, unless the reply names it already",
    arguments: [
      ("my-prod", "gpt-5-nano-2025-08-07", "my-prod", "gpt-5-nano-2025-08-07"),
      ("gpt-5", "gpt-5-nano-2025-08-07", "gpt-5", "gpt-5-nano-2025-08-07"),
      ("gpt-5-nano", "gpt-5-nano-2025-08-07", "gpt-5-nano", nil), ("gpt-5-nano", "gpt-5-nano", "gpt-5-nano", nil),
      ("", "gpt-4o-2024-08-06", "gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
    ] as [(String, String, String, String?)])
  func servedModel(body: String, header: String, model: String, priced: String?) {
    let facts = read(#"{"id":"r","model":"\#(body)"}"#, ["x-ms-served-model": header])
    #expect(facts.model == model)
    #expect(facts.modelPriced == priced)
  }

  @Test("says in its header which tier served, and whether a reservation was exceeded")
  func tier() {
    let facts = read(#"{"id":"r"}"#, ["azureai-processed-tier": "priority", "x-ms-is-spilled-over": "true"])
    #expect(facts.context.serviceTier == "priority")
    #expect(facts.context.route == "spillover")
    let own = read(#"{"service_tier":"flex"}"#, ["azureai-processed-tier": "default", "x-ms-is-spilled-over": "false"])
    #expect(own.context.serviceTier == "flex")
    #expect(own.context.route == nil)
  }

  @Test("gives a request the id of its gateway where the API gives none")
  func requestID() {
    var headers = ReplyHeaders()
    headers.read(name: "apim-request-id", value: "gateway")
    #expect(headers.requestID == "gateway")
    headers.read(name: "x-request-id", value: "own")
    #expect(headers.requestID == "own")
    headers.read(name: "x-ratelimit-remaining-tokens", value: "49362")
    headers.read(name: "x-ratelimit-reset-tokens", value: "0")
    #expect(headers.remainingTokens == 49362)
  }

  @Test("begins a stream with a chunk that is none, and bills its Grok by its own prices")
  func firstChunk() {
    let facts = readStream(
      .chatCompletions,
      [
        #"{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}"#,
        #"{"choices":[{"content_filter_results":{},"delta":{"content":"Hi"},"finish_reason":"content_filter","index":0}],"id":"chatcmpl-1","model":"grok-4"}"#,
        #"{"choices":[],"model":"","usage":{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":9},"num_sources_used":0,"cost_in_usd_ticks":0}}"#,
        "[DONE]",
      ])
    #expect(facts.model == "grok-4")
    #expect(facts.responseID == "chatcmpl-1")
    #expect(facts.finishReason == "content_filter")
    #expect(answering(facts) == cells([.cachedInput: 5, .output: 2]))
    #expect(facts.reportedCostPicodollars == nil)
  }
}
