import Dialects
import Metering
import Testing
import Tokenizers

@Suite("Requests")
struct RequestTests {
  @Test("of chat completions")
  func chat() {
    let facts = readRequest(
      .chatCompletions,
      #"""
      {"model":"gpt-4.1","stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"max_completion_tokens":7,
       "n":3,"service_tier":"flex","messages":[{"role":"system","content":"ab"},
       {"role":"user","content":[{"type":"text","text":"cdé"},{"type":"image_url","image_url":{"url":"data:AAAA"}}]},
       {"role":"assistant","content":null,"tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{}"}}]},
       {"role":"tool","tool_call_id":"c1","content":"\n\"x\""}],"tools":[{"type":"function"}],"user":"someone"}
      """#)
    var expected = RequestFacts()
    expected.model = "gpt-4.1"
    expected.wantsStream = true
    expected.wantsStreamUsage = true
    expected.outputTokensMax = 7
    // `max_tokens` stands there too: which one counts is the provider's.
    expected.outputLimitLocation = nil
    expected.choices = 3
    expected.context.serviceTier = "flex"
    expected.toolResults = 1
    expected.promptTextBytes = 2 + 4 + 3 + 4 + 21
    expected.isComplete = true
    expected.isPromptToldApart = true
    expected.renderedTextBytes = 2 + 21
    expected.media = [.unknown(bytes: 0)]
    expected.mediaCount = 1
    expected.mediaWrittenBytes = 9
    expected.bodyBytes = facts.bodyBytes
    expected.promptTexts = facts.promptTexts
    #expect(facts == expected)
  }

  @Test("of responses")
  func responses() {
    let facts = readRequest(
      .responses,
      #"""
      {"model":"gpt-5","input":[{"role":"user","content":"ab"},{"type":"function_call","call_id":"c0","name":"f","arguments":"{}"},
       {"type":"function_call_output","call_id":"c0","output":"cd"},{"type":"reasoning","summary":[{"text":"e"}],"encrypted_content":"AAAA"},
       {"type":"function_call","call_id":"c1","name":"f","arguments":""},
       {"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"fgh"},{"type":"input_image","image_url":"x"}]},
       {"type":"shell_call_output","call_id":"c2","output":[{"stdout":"i","stderr":""}]}],
       "instructions":"jk","max_output_tokens":99,"stream":false,"background":true,"tools":[]}
      """#)
    var expected = RequestFacts()
    expected.model = "gpt-5"
    expected.wantsStreamUsage = true
    expected.outputTokensMax = 99
    expected.outputLimitLocation = facts.outputLimitLocation
    // A background response is charged when it is fetched: nothing bounds what it starts.
    expected.hasStoredContext = true
    expected.toolResults = 2
    expected.promptTextBytes = 2 + 3 + 2 + 1 + 1 + 3 + 1 + 2 + 2
    expected.isComplete = true
    expected.isPromptToldApart = true
    expected.renderedTextBytes = 2 + 2
    expected.media = [.unknown(bytes: 1)]
    expected.mediaCount = 1
    expected.mediaWrittenBytes = 1
    expected.bodyBytes = facts.bodyBytes
    expected.promptTexts = facts.promptTexts
    #expect(facts == expected)
  }

  @Test("of messages")
  func messages() {
    let facts = readRequest(
      .messages,
      #"""
      {"model":"claude-x","max_tokens":1024,"speed":"fast","service_tier":"auto","stream":true,"system":[{"type":"text","text":"ab"}],
       "messages":[{"role":"user","content":"cd"},
       {"role":"assistant","content":[{"type":"thinking","thinking":"e","signature":"AAAA"},{"type":"tool_use","id":"t","name":"f","input":{"a":1}}]},
       {"content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"gh"},{"type":"image","source":{"type":"base64","data":"AAAA"}}]},
        {"type":"tool_result","tool_use_id":"u","content":"ij","is_error":true},
        {"type":"document","source":{"data":"klm","type":"text"}}],"role":"user"}]}
      """#)
    var expected = RequestFacts()
    expected.model = "claude-x"
    expected.wantsStream = true
    expected.wantsStreamUsage = true
    expected.outputTokensMax = 1024
    expected.outputLimitLocation = facts.outputLimitLocation
    expected.context.serviceTier = "auto"
    expected.context.speed = "fast"
    expected.toolResults = 2
    expected.toolResultErrors = 1
    expected.promptTextBytes = 2 + 2 + 1 + 1 + 7 + 2 + 2 + 3
    expected.isComplete = true
    expected.isPromptToldApart = true
    expected.renderedTextBytes = 7
    expected.media = [.unknown(bytes: 4)]
    expected.mediaCount = 1
    expected.mediaWrittenBytes = 4
    expected.bodyBytes = facts.bodyBytes
    expected.promptTexts = facts.promptTexts
    expected.promptCensus = facts.promptCensus
    #expect(facts == expected)
  }

  @Test("of completions and embeddings count any form of prompt")
  func prompts() {
    #expect(readRequest(.completions, #"{"prompt":"abc","best_of":4,"n":2}"#).promptTextBytes == 3)
    #expect(readRequest(.completions, #"{"prompt":"abc","best_of":4,"n":2}"#).choices == 4)
    #expect(readRequest(.completions, #"{"prompt":["abc","d"]}"#).promptTextBytes == 4)
    #expect(readRequest(.embeddings, #"{"input":"x"}"#).streamOptions == nil)
  }

  @Test(
    "of completions and embeddings count tokens exactly where they stand in place of text",
    arguments: [
      (#"[1,23,456]"#, 3), (#"[[1,2],[3],[]]"#, 3), (#"[]"#, 0), (#"[0]"#, 1), (#""12""#, 0), (#"["1","2"]"#, 0),
      (#"[[1,2],"text"]"#, 0), (#"[{"text":"a"},{"text":"b"}]"#, 0), (#"null"#, 0), (#"[[[1,2]]]"#, 0),
    ] as [(String, Int64)])
  func tokens(prompt: String, count: Int64) {
    for (operation, name) in [(Dialects.Operation.completions, "prompt"), (.embeddings, "input")] {
      let facts = readRequest(operation, #"{"model":"m","\#(name)":\#(prompt)}"#)
      #expect(facts.usage == cells([.input: count]))
      #expect(facts.promptTextBytes >= count)
    }
  }

  @Test(
    "count results in the new tail only",
    arguments: [
      (["assistant", "tool", "tool"], 2), (["assistant", "tool", "assistant"], 0),
      (["assistant", "tool", "assistant", "tool"], 1), (["assistant", "tool", "user"], 1), (["tool", "function"], 2),
      ([], 0),
    ] as [([String], Int)])
  func tail(roles: [String], results: Int) {
    let messages = roles.map { #"{"content":"x","role":"\#($0)"}"# }.joined(separator: ",")
    #expect(readRequest(.chatCompletions, #"{"messages":[\#(messages)]}"#).toolResults == results)
  }

  @Test(
    "say where a stream's usage is to be asked for",
    arguments: [
      (#"{"model":"m"}"#, .insertMember(afterBrace: 0)),
      (#" {"model":"m"}"#, .insertMember(afterBrace: 1)),
      (#"{"stream_options":{"include_usage":true}}"#, nil),
      (#"{"stream_options":{"include_usage":false}}"#, .replaceValue(35..<40, isWholeObject: false)),
      (#"{"stream_options":{"include_usage": null}}"#, .replaceValue(36..<40, isWholeObject: false)),
      (#"{"stream_options":{"include_usage":[1]}}"#, .replaceValue(35..<38, isWholeObject: false)),
      (#"{"stream_options":{"include_obfuscation":false}}"#, .insertInclude(afterBrace: 18)),
      (#"{"stream_options":{ }}"#, .replaceValue(18..<21, isWholeObject: true)),
      (#"{"stream_options":null}"#, .replaceValue(18..<22, isWholeObject: true)),
      (#"{"stream_options":"x"}"#, .replaceValue(18..<21, isWholeObject: true)),
      (#"{"stream_options":[{"include_usage":true}]}"#, .replaceValue(18..<42, isWholeObject: true)),
      (#"{"model":"m""#, nil),
      (#"{"x":{"stream_options":{"include_usage":true}}}"#, .insertMember(afterBrace: 0)),
    ] as [(String, StreamOptionsLocation?)])
  func streamOptions(body: String, location: StreamOptionsLocation?) {
    let bytes = Array(body.utf8)
    #expect(readRequest(.chatCompletions, bytes).streamOptions == location)
    #expect(readRequest(.chatCompletions, bytes, .bytes).streamOptions == location)
    #expect(
      readRequest(.chatCompletions, bytes).wantsStreamUsage == (body == #"{"stream_options":{"include_usage":true}}"#))
  }

  @Test(
    "are ambiguous where a member that decides occurs twice",
    arguments: [
      (#"{"model":"a","model":"b"}"#, true), (#"{"model":"a","\u006dodel":"b"}"#, true),
      (#"{"stream":true,"stream":false}"#, true),
      (#"{"max_tokens":1,"max_tokens":2}"#, true), (#"{"max_tokens":1,"max_completion_tokens":2}"#, false),
      (#"{"stream_options":{},"stream_options":{}}"#, true),
      (#"{"stream_options":{"include_usage":true,"include_usage":false}}"#, true),
      (#"{"model":"a","x":{"model":"b"},"user":1,"user":2}"#, false), (#"{"n":1,"n":1}"#, true),
    ])
  func ambiguous(body: String, isAmbiguous: Bool) {
    let facts = readRequest(.chatCompletions, body)
    #expect(facts.isAmbiguous == isAmbiguous)
    #expect(facts.isComplete)
    if isAmbiguous { #expect(facts.streamOptions == nil) }
  }

  @Test(
    "are complete only as one whole object",
    arguments: [
      ("{}", true), (" {} \n", true), ("", false), ("{", false), ("[]", false), ("[{}]", false), ("{} {}", false),
      ("{}x", false),
      ("\"x\"", false), ("7", false), ("null", false), ("{\"model\":}", false),
    ])
  func complete(body: String, isComplete: Bool) {
    for operation in [Dialects.Operation.chatCompletions, .responses, .messages] {
      #expect(readRequest(operation, body).isComplete == isComplete)
    }
  }

  @Test("name no model that is too long, empty or no string")
  func models() {
    let long = String(repeating: "m", count: 256)
    #expect(readRequest(.chatCompletions, #"{"model":"\#(long)"}"#).model == long)
    #expect(readRequest(.chatCompletions, #"{"model":"\#(long)m"}"#).model == nil)
    #expect(readRequest(.chatCompletions, #"{"model":""}"#).model == nil)
    #expect(readRequest(.chatCompletions, #"{"model":7}"#).model == nil)
    #expect(readRequest(.chatCompletions, #"{"model":null,"max_tokens":-1}"#).outputTokensMax == nil)
  }
}
