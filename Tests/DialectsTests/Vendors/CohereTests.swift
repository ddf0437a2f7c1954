import Dialects
import Metering
import Testing

@Suite("Cohere")
struct CohereTests {
  @Test("bills units, which are not the tokens, and keeps the provider's own words")
  func document() {
    let usage =
      #"{"billed_units":{"input_tokens":57.0,"output_tokens":20},"tokens":{"input_tokens":1490,"output_tokens":94,"reasoning_tokens":12},"cached_tokens":112}"#
    let facts = readReply(
      .cohere, .cohereChat,
      #"{"id":"r1","message":{"role":"assistant","tool_plan":"plan","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"x"}],"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"TOOL_CALL","usage":\#(usage)}"#
    )
    #expect(answering(facts) == cells([.input: 57, .output: 8, .reasoning: 12]))
    #expect(facts.usageRaw == Array(usage.utf8))
    #expect(facts.toolCalls == [ToolCall(id: "a", name: "f"), ToolCall(id: "b", name: "f")])
    #expect(facts.finishReason == "TOOL_CALL")
    #expect(facts.responseID == "r1")
    #expect(facts.model == nil)
    #expect(facts.outputTextBytes == 4 + 2 + 1 + 2 + 2)
    #expect(facts.isTerminal)
  }

  @Test("streams events, of which the last has the usage")
  func events() {
    let facts = readEvents(
      .cohere, .cohereChat,
      [
        #"{"id":"s1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}"#,
        #"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I will"}}}"#,
        #"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"c0","type":"function","function":{"name":"f","arguments":""}}}}}"#,
        #"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{}"}}}}}"#,
        #"{"type":"tool-call-end","index":0}"#,
        #"{"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":{"id":"c1","type":"function","function":{"name":"g","arguments":""}}}}}"#,
        #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hé"}}}}"#,
        #"{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":12,"output_tokens":64},"tokens":{"input_tokens":212,"output_tokens":64}}}}"#,
      ], end: "data: [DONE]\n\n")
    #expect(answering(facts) == cells([.input: 12, .output: 64]))
    #expect(facts.toolCalls == [ToolCall(id: "c0", name: "f"), ToolCall(id: "c1", name: "g")])
    #expect(facts.finishReason == "COMPLETE")
    #expect(facts.responseID == "s1")
    #expect(facts.outputTextBytes == 6 + 2 + 3)
    #expect(facts.isTerminal)
  }

  @Test("speaks lines in version 1, of which the last has everything again")
  func lines() {
    let end =
      #"{"is_finished":true,"event_type":"stream-end","finish_reason":"COMPLETE","response":{"response_id":"r","text":"Hi!","generation_id":"g","tool_calls":[{"name":"f","parameters":{"a":1}}],"meta":{"api_version":{"version":"1"},"billed_units":{"input_tokens":5,"output_tokens":2},"tokens":{"input_tokens":71,"output_tokens":2}}}}"#
    let lines = [
      #"{"is_finished":false,"event_type":"stream-start","generation_id":"g"}"#,
      #"{"is_finished":false,"event_type":"text-generation","text":"Hi"}"#,
      #"{"is_finished":false,"event_type":"text-generation","text":"!"}"#,
    ]
    for calls in [[#"{"event_type":"tool-calls-generation","tool_calls":[{"name":"f","parameters":{"a":1}}]}"#], []] {
      let facts = readLines(.cohere, .cohereChat, lines + calls + [end])
      #expect(answering(facts) == cells([.input: 5, .output: 2]))
      #expect(facts.toolCalls == [ToolCall(id: "", name: "f")])
      #expect(facts.responseID == "g")
      #expect(facts.finishReason == "COMPLETE")
      #expect(facts.isTerminal)
    }
    #expect(!readLines(.cohere, .cohereChat, lines).isTerminal)
  }

  @Test(
    "bills by what each API sells",
    arguments: [
      (.cohereChat, #"{"meta":{"billed_units":{"input_tokens":4,"output_tokens":9}}}"#, [.input: 4, .output: 9]),
      (.cohereChat, #"{"meta":{"billed_units":{"input_tokens":4,"search_units":2}}}"#, [.input: 4, .webSearch: 2]),
      (.cohereEmbed, #"{"meta":{"billed_units":{"input_tokens":208}}}"#, [.input: 208]),
      (
        .cohereEmbed, #"{"meta":{"billed_units":{"text_tokens":8,"image_tokens":1600,"images":1}}}"#,
        [.input: 8, .inputImage: 1600]
      ),
      (.cohereEmbed, #"{"meta":{"billed_units":{"images":3.0}}}"#, [.inputImages: 3]),
      (.cohereEmbed, #"{"meta":{"billed_units":{"classifications":6}}}"#, [.inputMessages: 6]),
      (.rerank, #"{"id":"x","results":[],"meta":{"billed_units":{"search_units":1}}}"#, [.rerank: 1]),
      (.ocr, #"{"meta":{"billed_units":{"pages":7}}}"#, [.inputPages: 7]),
      (
        .cohereChat, #"{"usage":{"tokens":{"input_tokens":10,"output_tokens":5},"cached_tokens":4}}"#,
        [.input: 6, .cachedInput: 4, .output: 5]
      ),
      // Rankings of Voyage, Jina and OpenRouter.
      (
        .rerank, #"{"object":"list","data":[{"index":0}],"model":"rerank-2","usage":{"total_tokens":26}}"#, [.input: 26]
      ),
      (.rerank, #"{"model":"jina","usage":{"total_tokens":15,"prompt_tokens":15},"results":[]}"#, [.input: 15]),
      (
        .rerank, #"{"model":"rerank-2.5-lite","results":[],"usage":{"total_tokens":17,"cost":3.4e-7},"id":"gen-1"}"#,
        [.input: 17]
      ),
    ] as [(Dialects.Operation, String, [UsageCell: Int64])])
  func units(operation: Dialects.Operation, body: String, expected: [UsageCell: Int64]) {
    #expect(answering(readReply(.cohere, operation, body)) == cells(expected))
  }

  @Test("says what a ranking cost, where the server does")
  func rerankCost() {
    let facts = readReply(.openai, .rerank, #"{"usage":{"total_tokens":17,"cost":3.4e-7},"id":"gen-1","model":"m"}"#)
    #expect(facts.reportedCostPicodollars == 340_000)
    #expect(facts.model == "m")
  }

  @Test(
    "has errors without a code",
    arguments: [
      (#"{"id":"x","message":"too many tokens","error_type":"TOO_MANY_TOKENS"}"#, "TOO_MANY_TOKENS"),
      (#"{"message":"invalid api token"}"#, "error"),
    ])
  func errors(body: String, code: String) {
    #expect(readReply(.cohere, .cohereChat, body, status: 400).errorCode == code)
  }

  @Test("may fail in a stream")
  func errorInStream() {
    let facts = readEvents(
      .cohere, .cohereChat,
      [
        #"{"type":"message-start","id":"a","delta":{"message":{"role":"assistant"}}}"#,
        #"{"type":"message-end","delta":{"error":"something broke","finish_reason":"ERROR"}}"#,
      ])
    #expect(facts.errorCode == "error")
    #expect(facts.finishReason == "ERROR")
  }

  @Test("is asked with results in both versions, of which the new ones count")
  func requests() {
    let two = readRequest(
      .cohere, .cohereChat,
      #"{"model":"command-a","stream":true,"max_tokens":5,"messages":[{"role":"tool","tool_call_id":"old","content":"o"},{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":[{"type":"document","document":{"data":"x"}}]}]}"#
    )
    #expect(two.toolResults == 1)
    #expect(two.wantsStream)
    #expect(two.wantsStreamUsage)
    #expect(two.outputTokensMax == 5)
    #expect(two.model == "command-a")
    let one = readRequest(
      .cohere, .cohereChat,
      #"{"message":"hi","chat_history":[{"role":"TOOL"}],"tool_results":[{"call":{"name":"f"},"outputs":[{"a":1}]},{"call":{"name":"g"},"outputs":[]}]}"#
    )
    #expect(one.toolResults == 2)
    #expect(!one.wantsStream)
    #expect(one.isComplete)
  }
}
