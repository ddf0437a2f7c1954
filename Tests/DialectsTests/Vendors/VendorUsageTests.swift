import Dialects
import Metering
import Testing

@Suite("What vendors add to OpenAI's usage")
struct VendorUsageTests {
  private func facts(_ usage: String) -> ReplyFacts {
    readReply(.openai, .chatCompletions, #"{"choices":[],"usage":\#(usage)}"#)
  }

  @Test(
    "is a cost, read exactly, wherever the vendor puts it",
    arguments: [
      (#""cost":0.00007615"#, 76_150_000), (#""cost":1.4e-07"#, 140_000), (#""cost":"0.00007615""#, 76_150_000),
      (#""cost":0"#, 0), (#""cost":0.0076509169000000005"#, 7_650_916_900), (#""cost":12"#, 12_000_000_000_000),
      (#""cost":{"input_tokens_cost":0.1,"total_cost":0.00614}"#, 6_140_000_000),
      (#""cost_in_usd_ticks":200000000"#, 20_000_000_000),
      // OpenRouter's own account paid, and says what it paid itself.
      (
        #""cost":0.001191,"is_byok":false,"cost_details":{"upstream_inference_cost":0.001}"#, 1_191_000_000
      ),
      (#""cost":0.0160614,"cost_details":{"upstream_inference_cost":0.0001764}"#, 16_061_400_000),
      // The caller's own key paid, and OpenRouter's fee comes on top.
      (#""cost":0,"is_byok":true,"cost_details":{"upstream_inference_cost":0.0021}"#, 2_100_000_000),
      (#""cost":0.00005,"is_byok":true,"cost_details":{"upstream_inference_cost":0.001}"#, 1_050_000_000),
      (#""cost":0,"cost_details":{"upstream_inference_cost":0.0021}"#, 2_100_000_000),
      (#""cost":0,"cost_details":{"upstream_inference_cost":null}"#, 0),
      (#""cost":0,"is_byok":false,"cost_details":{"upstream_inference_cost":0.0021}"#, 0),
    ] as [(String, Int64)])
  func costs(members: String, picodollars: Int64) {
    #expect(facts("{\"prompt_tokens\":1,\"completion_tokens\":1,\(members)}").reportedCostPicodollars == picodollars)
  }

  @Test(
    "is no cost where it could not be one",
    arguments: [
      #""cost":-0.01"#, #""cost":null"#, #""cost":"free""#, #""cost":1e30"#, #""cost":1000000"#, #""cost":true"#,
      #""cost":[0.1]"#, #""cost":{"input_tokens_cost":0.1}"#, #""cost":{"total_cost":-1}"#,
      #""cost":0.01,"is_byok":true"#, #""cost":0.01,"is_byok":true,"cost_details":{"upstream_inference_cost":null}"#,
      #""cost":9000000,"is_byok":true,"cost_details":{"upstream_inference_cost":9000000}"#,
      #""cost_in_usd_ticks":0"#,
    ])
  func noCosts(members: String) {
    let facts = facts("{\"prompt_tokens\":1,\"completion_tokens\":1,\(members)}")
    #expect(facts.reportedCostPicodollars == nil)
    #expect(answering(facts) == cells([.input: 1, .output: 1]))
  }

  @Test(
    "is searches, citations, reasoning and tokens by other names",
    arguments: [
      // Voyage names a total alone.
      (#"{"total_tokens":26}"#, [.input: 26]),
      // OpenRouter.
      (
        #"{"prompt_tokens":9,"completion_tokens":4,"server_tool_use_details":{"web_search_requests":3}}"#,
        [.input: 9, .output: 4, .webSearch: 3]
      ),
      // Together counts the cached tokens at the top, vLLM gives no details.
      (
        #"{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"cached_tokens":5}"#,
        [.input: 4, .cachedInput: 5, .output: 4]
      ),
      (
        #"{"prompt_tokens":9,"total_tokens":13,"completion_tokens":4,"prompt_tokens_details":null}"#,
        [.input: 9, .output: 4]
      ),
      // Perplexity: a request by what it may search, or its searches.
      (
        #"{"prompt_tokens":8,"completion_tokens":5,"total_tokens":13,"search_context_size":"low"}"#,
        [.input: 8, .output: 5, .request: 1]
      ),
      (
        #"{"prompt_tokens":20,"completion_tokens":30,"total_tokens":50,"citation_tokens":7,"num_search_queries":21,"reasoning_tokens":900}"#,
        [.input: 20, .output: 30, .outputCitation: 7, .webSearch: 21, .reasoning: 900]
      ),
      // Mistral: audio stands beside the prompt, and is billed by its length.
      (
        #"{"prompt_audio_seconds":3,"prompt_tokens":9,"total_tokens":632,"completion_tokens":248,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":375}}"#,
        [.input: 9, .inputAudio: 375, .output: 248, .inputAudioTime: 3000]
      ),
      (
        #"{"prompt_audio_seconds":3,"prompt_tokens":384,"total_tokens":632,"completion_tokens":248,"prompt_tokens_details":{"audio_tokens":375}}"#,
        [.input: 9, .inputAudio: 375, .output: 248, .inputAudioTime: 3000]
      ),
      (
        #"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_audio_seconds":null,"num_cached_tokens":4}"#,
        [.input: 6, .cachedInput: 4, .output: 2]
      ),
      (
        #"{"prompt_tokens":10,"completion_tokens":2,"prompt_token_details":{"cached_tokens":4}}"#,
        [.input: 6, .cachedInput: 4, .output: 2]
      ),
      // GPUStack writes fractions beside its counts, Cohere's way of writing counts are fractions.
      (#"{"prompt_tokens":312.0,"completion_tokens":163,"draft_tokens_acceptance":0.5}"#, [.input: 312, .output: 163]),
    ] as [(String, [UsageCell: Int64])])
  func cellsOf(usage: String, expected: [UsageCell: Int64]) {
    #expect(answering(facts(usage)) == cells(expected))
  }

  @Test("is what decides the price")
  func context() {
    let usage = #"{"prompt_tokens":1,"completion_tokens":1,"search_context_size":"high","service_tier":"priority"}"#
    #expect(facts(usage).context.searchContext == "high")
    #expect(facts(usage).context.serviceTier == "priority")
  }

  @Test("counts on Responses too")
  func responses() {
    let facts = readReply(
      .openai, .responses,
      #"{"id":"gen-1","model":"m","status":"completed","usage":{"input_tokens":4020,"output_tokens":5,"cost":0.002196,"is_byok":false}}"#
    )
    #expect(facts.reportedCostPicodollars == 2_196_000_000)
    #expect(answering(facts) == cells([.input: 4020, .output: 5]))
  }

  @Test("is a header where the body says nothing")
  func headers() {
    let body = #"{"id":"x","model":"m","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}"#
    func usage(_ headers: [String: String], _ body: String, status: Int = 200) -> Usage? {
      answering(readReply(.mistral, .chatCompletions, body, status: status, headers: headers))
    }
    #expect(usage(["x-ratelimit-tokens-query-cost": "257"], body) == cells([.input: 257]))
    #expect(usage(["num-tokens": "77"], body) == cells([.input: 77]))
    #expect(usage(["x-ratelimit-audio-seconds-query-cost": "3.5"], body) == cells([.inputAudioTime: 3500]))
    #expect(usage(["x-ratelimit-ocr-pages-query-cost": "2"], body) == cells([.inputPages: 2]))
    #expect(usage(["x-ratelimit-input-characters-query-cost": "99"], body) == cells([.inputCharacters: 99]))
    #expect(usage(["x-ratelimit-tokens-query-cost": "-1", "num_tokens": "x"], body) == nil)
    #expect(usage(["x-ratelimit-tokens-query-cost": "9"], #"{"detail":"no"}"#, status: 401) == nil)
    #expect(
      usage(["x-ratelimit-tokens-query-cost": "9"], #"{"usage":{"prompt_tokens":1,"completion_tokens":2}}"#)
        == cells([.input: 1, .output: 2]))
  }
}
