import Dialects
import Metering
import Testing

@Suite("OpenAI's usage")
struct OpenAIUsageTests {
  @Test(
    "becomes disjoint cells whose sums are the provider's totals",
    arguments: [
      (#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}"#, [.input: 10, .output: 5]),
      (
        #"{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens":5}"#,
        [.input: 6, .cachedInput: 4, .output: 5]
      ),
      (
        #"{"prompt_tokens":100,"prompt_tokens_details":{"cached_tokens":40,"cache_write_tokens":30},"completion_tokens":0}"#,
        [.input: 30, .cachedInput: 40, .cacheWrite: 30]
      ),
      (
        #"""
        {"input_tokens":100,"input_tokens_details":{"cache_write_tokens":60,
        "cache_write_tokens_details":{"ttl_30m_tokens":20,"ttl_12h_tokens":30}},"output_tokens":1}
        """#,
        [.input: 40, .cacheWrite: 10, .cacheWrite30m: 20, .cacheWrite12h: 30, .output: 1]
      ),
      (
        #"""
        {"prompt_tokens":50,"prompt_tokens_details":{"audio_tokens":20,"image_tokens":5,"text_tokens":25,"cached_tokens":10,
        "cached_tokens_details":{"audio_tokens":6,"image_tokens":1,"text_tokens":3}},"completion_tokens":9,
        "completion_tokens_details":{"audio_tokens":4,"text_tokens":2,"reasoning_tokens":3}}
        """#,
        [
          .input: 22, .inputAudio: 14, .inputImage: 4, .cachedInput: 3, .cachedInputAudio: 6, .cachedInputImage: 1,
          .output: 2, .reasoning: 3, .outputAudio: 4,
        ]
      ),
      (
        #"""
        {"prompt_tokens":1,"completion_tokens":30,"completion_tokens_details":{"accepted_prediction_tokens":8,
        "rejected_prediction_tokens":12,"reasoning_tokens":0}}
        """#,
        [.input: 1, .output: 30]
      ),
      // Parts beyond their total are cut.
      (
        #"{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":99,"audio_tokens":5},"completion_tokens":10,"completion_tokens_details":{"reasoning_tokens":11}}"#,
        [.cachedInput: 10, .reasoning: 10]
      ),
      (#"{"prompt_tokens":5,"prompt_tokens_details":null,"completion_tokens":null}"#, [.input: 5]),
      (
        #"{"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":-3},"completion_tokens":2}"#,
        [.input: 5, .output: 2]
      ),
      (
        #"{"prompt_tokens":9,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":5,"completion_tokens":1}"#,
        [.input: 5, .cachedInput: 4, .output: 1]
      ),
      (#"{"prompt_tokens":0,"completion_tokens":0}"#, [:]),
    ] as [(String, [UsageCell: Int64])])
  func becomesCells(usage: String, expected: [UsageCell: Int64]) {
    let facts = readReply(.chatCompletions, #"{"usage":\#(usage)}"#)
    #expect(answering(facts) == cells(expected))
    #expect(facts.usageRaw.map { String(decoding: $0, as: UTF8.self) } == usage)
  }

  @Test(
    "is none where a total is no count",
    arguments: [
      "null", "{}", "[]", "7", #""x""#, #"{"prompt_tokens":-1,"completion_tokens":5}"#,
      #"{"prompt_tokens":1.5,"completion_tokens":5}"#, #"{"prompt_tokens":1,"completion_tokens":1e-3}"#,
      #"{"prompt_tokens":9223372036854775808,"completion_tokens":5}"#, #"{"prompt_tokens":"5","completion_tokens":5}"#,
      #"{"total_tokens":0}"#,
    ])
  func isNone(usage: String) {
    let facts = readReply(.chatCompletions, #"{"usage":\#(usage)}"#)
    #expect(facts.usage.isEmpty)
    #expect(facts.usageRaw == nil)
    #expect(facts.isTerminal)
  }

  @Test("of embeddings counts the prompt")
  func embeddings() {
    let facts = readReply(
      .embeddings,
      #"{"object":"list","data":[{"embedding":[0.1,-2e-3],"index":0}],"model":"e","usage":{"prompt_tokens":8,"total_tokens":8}}"#
    )
    #expect(answering(facts) == cells([.input: 8]))
    #expect(facts.model == "e")
  }

  @Test("is not read where the call is free")
  func free() {
    #expect(readReply(.countTokens, #"{"object":"response.input_tokens","input_tokens":11}"#) == terminal())
    #expect(readReply(.models, #"{"object":"list","data":[{"id":"gpt"}],"usage":{"prompt_tokens":1}}"#) == terminal())
    let moderation = readReply(.moderations, #"{"id":"modr-1","model":"omni","results":[]}"#)
    #expect(moderation.responseID == "modr-1")
    #expect(moderation.model == "omni")
    #expect(moderation.usage.isEmpty)
  }

  private func terminal() -> ReplyFacts {
    var facts = ReplyFacts()
    facts.isTerminal = true
    return facts
  }
}
