import Dialects
import Metering
import Testing

@Suite("Chat completions of vendors")
struct CompatibleReplyTests {
  @Test("of Groq have their usage without being asked, and once where it comes twice")
  func groqUsage() {
    let usage =
      #"{"queue_time":0.004,"prompt_tokens":304,"prompt_time":0.01,"completion_tokens":49,"total_tokens":353,"completion_tokens_details":{"reasoning_tokens":23}}"#
    for members in [#""x_groq":{"id":"r","usage":\#(usage)}"#, #""x_groq":{"usage":\#(usage)},"usage":\#(usage)"#] {
      let facts = readEvents(
        .openai, .chatCompletions,
        [
          #"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"hi"}}],"x_groq":{"id":"r","seed":1}}"#,
          #"{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],\#(members)}"#,
        ], end: "data: [DONE]\n\n")
      #expect(answering(facts) == cells([.input: 304, .output: 26, .reasoning: 23]))
      #expect(facts.usageRaw == Array(usage.utf8))
      #expect(facts.isTerminal)
    }
  }

  @Test("of Moonshot have the usage of a stream in its choices: one prompt, and what each wrote")
  func usageOfChoices() {
    func chunk(_ index: Int, _ completion: Int, _ own: String = "") -> String {
      #"{"id":"c","choices":[{"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":100,"completion_tokens":\#(completion),"total_tokens":\#(100 + completion),"cached_tokens":40},"index":\#(index)}]\#(own)}"#
    }
    let text = #"{"id":"c","choices":[{"index":0,"delta":{"content":"hello"}}]}"#
    let one = readEvents(.openai, .chatCompletions, [text, chunk(0, 50)], end: "data: [DONE]\n\n")
    #expect(answering(one) == cells([.input: 60, .cachedInput: 40, .output: 50]))
    #expect(one.isTerminal)
    let two = readEvents(.openai, .chatCompletions, [text, chunk(1, 7), chunk(0, 50)])
    #expect(answering(two) == cells([.input: 60, .cachedInput: 40, .output: 57]))
    // Repeated, it is the same; and what the whole reply says goes before it.
    let again = readEvents(.openai, .chatCompletions, [chunk(0, 20), chunk(0, 50)])
    #expect(answering(again) == cells([.input: 60, .cachedInput: 40, .output: 50]))
    let sum = #","usage":{"prompt_tokens":9,"completion_tokens":3}"#
    for events in [[chunk(0, 50, sum)], [chunk(0, 50), #"{"choices":[]\#(sum)}"#], [chunk(0, 50, sum), chunk(0, 50)]] {
      #expect(answering(readEvents(.openai, .chatCompletions, events)) == cells([.input: 9, .output: 3]))
    }
  }

  @Test("of Groq's compound systems bill each model, and count the tools that ran")
  func compound() {
    let breakdown =
      #"{"models":[{"model":"openai/gpt-oss-120b","usage":{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110}},{"model":"llama-4","usage":{"prompt_tokens":50,"completion_tokens":5,"total_tokens":55}}]}"#
    let facts = readReply(
      .openai, .chatCompletions,
      #"""
      {"id":"c","model":"groq/compound","choices":[{"index":0,"message":{"role":"assistant","content":"x",
       "executed_tools":[{"index":0,"type":"search","arguments":"{}","output":"o"},{"index":1,"type":"python","arguments":""}]},
       "finish_reason":"stop"}],"usage":{"prompt_tokens":150,"completion_tokens":15,"total_tokens":165},
       "usage_breakdown":\#(breakdown),"x_groq":{"id":"r","usage":{"dram_cached_tokens":0,"sram_cached_tokens":7}}}
      """#)
    #expect(
      facts.usage == [
        ModelUsage(model: nil, usage: cells([.webSearch: 1])),
        ModelUsage(model: "openai/gpt-oss-120b", usage: cells([.input: 100, .output: 10])),
        ModelUsage(model: "llama-4", usage: cells([.input: 50, .output: 5])),
      ])
    #expect(facts.serverToolCalls == ["search": 1, "python": 1])
    #expect(facts.toolCallCount == 0)
  }

  @Test("of Groq show a tool twice in a stream, and count it once")
  func executedTools() {
    let tool = #"{"index":0,"type":"python","arguments":"1+1""#
    let facts = readEvents(
      .openai, .chatCompletions,
      [
        #"{"choices":[{"index":0,"delta":{"executed_tools":[\#(tool)}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"executed_tools":[\#(tool),"output":"2"}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
      ])
    #expect(facts.serverToolCalls == ["python": 1])
    #expect(answering(facts) == cells([.input: 1, .output: 2]))
  }

  @Test("of Perplexity repeat the whole message beside each delta: its text counts once, and its last usage")
  func perplexity() {
    func chunk(_ delta: String, _ message: String, tokens: Int, finish: String = "null") -> String {
      #"{"id":"p","model":"sonar","usage":{"prompt_tokens":8,"completion_tokens":\#(tokens),"total_tokens":\#(8 + tokens),"search_context_size":"low","cost":{"input_tokens_cost":0,"total_cost":\#(tokens == 5 ? "0.00501" : "0")}},"choices":[{"index":0,"finish_reason":\#(finish),"message":{"role":"assistant","content":"\#(message)"},"delta":{"role":"assistant","content":"\#(delta)"}}]}"#
    }
    let chunks = [
      chunk("1 ", "1 ", tokens: 1), chunk("2 ", "1 2 ", tokens: 3), chunk("3", "1 2 3", tokens: 5),
      chunk("", "1 2 3", tokens: 5, finish: "\"stop\""),
    ]
    let facts = readEvents(.openai, .chatCompletions, chunks)
    #expect(facts.outputTextBytes == 5)
    #expect(facts.contentDeltas == 3)
    #expect(answering(facts) == cells([.input: 8, .output: 5, .request: 1]))
    #expect(facts.reportedCostPicodollars == 5_010_000_000)
    #expect(facts.isTerminal)
    let whole = readReply(.openai, .chatCompletions, chunks[3])
    #expect(whole.outputTextBytes == 5)
  }

  @Test(
    "say one text under several names, which is counted once",
    arguments: [
      // Together.
      (#"{"index":0,"text":"abc","delta":{"content":"abc"}}"#, 3),
      (#"{"index":0,"text":"abc"}"#, 3),
      (#"{"index":0,"delta":{"reasoning":"abcd","reasoning_content":"abcd"}}"#, 4),
      (#"{"index":0,"delta":{"reasoning":"abcd","reasoning_details":[{"type":"reasoning.text","text":"abcd"}]}}"#, 4),
      (#"{"index":0,"delta":{"content":"","reasoning_details":[{"text":"15"}],"refusal":"","tool_calls":null}}"#, 2),
      (#"{"index":0,"delta":{"content":"x","reasoning_content":"yz"}}"#, 3),
      (
        #"{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"ab"}]},{"type":"text","text":"c"}]}}"#,
        3
      ),
    ])
  func text(choice: String, bytes: Int64) {
    #expect(readEvents(.openai, .chatCompletions, [#"{"choices":[\#(choice)]}"#]).outputTextBytes == bytes)
  }

  @Test("of Snowflake fill what is not there with zeros, which is nothing")
  func snowflake() {
    let facts = readReply(
      .openai, .chatCompletions,
      #"{"choices":[{"finish_reason":"","index":0,"message":{"audio":{"data":"","transcript":""},"content":"ok","function_call":{"arguments":"","name":""},"tool_calls":null}}],"id":"","model":"claude","service_tier":"","usage":{"completion_tokens":21,"prompt_tokens":642}}"#
    )
    #expect(facts.finishReason == nil)
    #expect(facts.responseID == nil)
    #expect(facts.context.serviceTier == nil)
    #expect(facts.toolCalls.isEmpty)
    #expect(facts.outputTextBytes == 2)
  }

  @Test("of OpenRouter may break off with an error in a 200, whose usage counts")
  func openRouterError() {
    let facts = readEvents(
      .openai, .chatCompletions,
      [
        #"{"id":"gen-1","model":"m","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}"#,
        #"{"id":"gen-1","error":{"code":400,"message":"Token limit"},"model":"m","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"usage":{"prompt_tokens":43,"completion_tokens":10,"cost":0}}"#,
      ], end: "data: [DONE]\n\n")
    #expect(facts.errorCode == "400")
    #expect(answering(facts) == cells([.input: 43, .output: 10]))
  }

  @Test(
    "may begin with blank lines and comments that keep the connection alive",
    arguments: ["\n\n \n", ": keep-alive\n\n", ": keep-alive\r\n\r\n: keep-alive\r\n\r\n\r\n", "\n: a\n\n", ":\n"])
  func keepAlive(prefix: String) {
    let document =
      #"{"id":"d","model":"deepseek-chat","choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":1,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":5}}"#
    let facts = readReply(.openai, .chatCompletions, prefix + document)
    #expect(answering(facts) == cells([.input: 5, .cachedInput: 4, .output: 1]))
    #expect(facts.isTerminal)
    let events = readReply(
      .openai, .chatCompletions, prefix + stream([document]) + "data: [DONE]\n\n", framing: .serverSentEvents)
    #expect(answering(events) == answering(facts))
    #expect(events.isTerminal)
  }

  @Test("of vLLM have usage in every chunk where that is asked for: the last one counts")
  func continuousUsage() {
    let chunks = (0...3).map {
      #"{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":7,"total_tokens":\#(7 + $0),"completion_tokens":\#($0)}}"#
    }
    let facts = readEvents(
      .openai, .chatCompletions,
      chunks + [#"{"choices":[],"usage":{"prompt_tokens":7,"total_tokens":11,"completion_tokens":4}}"#])
    #expect(answering(facts) == cells([.input: 7, .output: 4]))
  }

  @Test("of llama.cpp count by their timings where no usage comes, and by the usage where it does")
  func timings() {
    let timings =
      #""timings":{"cache_n":236,"prompt_n":1,"prompt_ms":30.9,"predicted_n":35,"predicted_per_second":52.9}"#
    let choice = #""choices":[{"index":0,"delta":{},"finish_reason":"stop"}]"#
    let bare = readEvents(.openai, .chatCompletions, [#"{\#(choice),\#(timings)}"#])
    #expect(answering(bare) == cells([.input: 1, .cachedInput: 236, .output: 35]))
    #expect(bare.usageRaw != nil)
    let usage = #""usage":{"prompt_tokens":237,"completion_tokens":35}"#
    for body in [#"{\#(choice),\#(timings),\#(usage)}"#, #"{\#(choice),\#(usage),\#(timings)}"#] {
      #expect(answering(readEvents(.openai, .chatCompletions, [body])) == cells([.input: 237, .output: 35]))
    }
  }

  @Test("of llama.cpp's own API count by its last event")
  func llamaCompletion() {
    let end =
      #"{"index":0,"content":"","stop":true,"stop_type":"eos","model":"m","tokens_evaluated":12,"tokens_predicted":3,"tokens_cached":14"#
    let events = [#"{"content":"Hel","stop":false,"tokens_predicted":1,"tokens_evaluated":12}"#, end + "}"]
    let facts = readEvents(.openai, .llamaCompletion, events)
    #expect(answering(facts) == cells([.input: 12, .output: 3]))
    #expect(facts.isTerminal)
    #expect(facts.finishReason == "eos")
    #expect(facts.outputTextBytes == 3)
    let timed = readReply(.openai, .llamaCompletion, end + #","timings":{"prompt_n":2,"cache_n":10,"predicted_n":3}}"#)
    #expect(answering(timed) == cells([.input: 2, .cachedInput: 10, .output: 3]))
    #expect(!readEvents(.openai, .llamaCompletion, Array(events.prefix(1))).isTerminal)
  }

  @Test(
    "may be errors that are the document itself",
    arguments: [
      (#"{"object":"error","message":"m","type":"BadRequestError","param":null,"code":400}"#, "400"),
      (#"{"object":"error","message":"m","type":"invalid_model","code":null}"#, "invalid_model"),
      (#"{"type":"invalid_model","object":"error","code":"1500"}"#, "1500"),
      (#"{"detail":"Invalid API Key"}"#, "error"),
      (#"{"detail":[{"loc":["body"],"msg":"m","type":"missing"}]}"#, "error"),
      (#"{"error":"Model not found"}"#, "error"), (#"{"code":"invalid-argument","error":"no"}"#, "invalid-argument"),
      (#"{"error":{"type":"tokens","code":"rate_limit_exceeded"}}"#, "rate_limit_exceeded"),
    ])
  func errors(body: String, code: String) {
    #expect(readReply(.openai, .chatCompletions, body, status: 400).errorCode == code)
  }
}
