import Dialects
import Metering
import Testing

@Suite("Chat completions")
struct ChatReplyTests {
  @Test("are read from one document")
  func document() {
    let facts = readReply(
      .chatCompletions,
      #"""
      {"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4.1-2025","choices":[
        {"index":0,"message":{"role":"assistant","content":"Hi \"you\"","refusal":null,"tool_calls":[
          {"id":"call_a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},
          {"id":"call_b","type":"custom","custom":{"name":"g","input":"abc"}}]},"finish_reason":"tool_calls"},
        {"index":1,"message":{"content":null,"tool_calls":[{"id":"call_c","function":{"name":"f","arguments":""}}]},
         "finish_reason":"stop"}],
       "usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7},"service_tier":"flex","system_fingerprint":"x"}
      """#)
    #expect(facts.responseID == "chatcmpl-1")
    #expect(facts.model == "gpt-4.1-2025")
    #expect(
      facts.toolCalls == [
        ToolCall(id: "call_a", name: "f"), ToolCall(id: "call_b", name: "g"), ToolCall(id: "call_c", name: "f"),
      ])
    #expect(facts.toolCallCount == 3)
    #expect(facts.finishReason == "tool_calls")
    #expect(facts.context.serviceTier == "flex")
    #expect(facts.outputTextBytes == 8 + 7 + 3)
    #expect(facts.contentDeltas == 0)
    #expect(facts.isTerminal)
    #expect(facts.errorCode == nil)
  }

  @Test("are read from chunks, of which the usage need not be the last")
  func chunks() {
    let facts = readStream(
      .chatCompletions,
      [
        // Azure begins with a chunk that says nothing.
        #"{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}"#,
        #"{"id":"chatcmpl-1","model":"gpt-4o","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"usage":null}"#,
        #"{"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"delta":{"content":"Hé"}}],"usage":null,"obfuscation":"xxxx"}"#,
        #"{"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"delta":{"reasoning_content":"abc"}}],"usage":null}"#,
        #"{"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
        #"{"id":"chatcmpl-1","model":"gpt-4o","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}"#,
        #"{"id":"chatcmpl-1","model":"","choices":[],"moderation":{"results":[]},"usage":null}"#,
        "[DONE]",
      ])
    #expect(facts.responseID == "chatcmpl-1")
    #expect(facts.model == "gpt-4o")
    #expect(answering(facts) == cells([.input: 5, .output: 2]))
    #expect(facts.usageRaw == Array(#"{"prompt_tokens":5,"completion_tokens":2}"#.utf8))
    #expect(facts.finishReason == "stop")
    #expect(facts.outputTextBytes == 6)
    #expect(facts.contentDeltas == 2)
    #expect(facts.isTerminal)
  }

  @Test("take the last usage of a stream, and never add them up")
  func continuousUsage() {
    let chunks = (1...3).map { #"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":\#($0)}}"# }
    #expect(answering(readStream(.chatCompletions, chunks)) == cells([.input: 5, .output: 3]))
  }

  @Test(
    "count each tool call of a stream once",
    arguments: [
      // Fragments of two calls.
      (
        [
          #"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#,
          #"{"index":0,"function":{"arguments":"{"}}"#, #"{"index":1,"id":"b","function":{"name":"g","arguments":""}}"#,
          #"{"index":1,"function":{"arguments":"}"}}"#,
        ], ["a f", "b g"]
      ),
      // The id and the name in every fragment.
      (
        [
          #"{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}"#,
          #"{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}"#,
        ], ["a f"]
      ),
      // A new id under a known index.
      (
        [
          #"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#,
          #"{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}"#,
        ], ["a f", "b f"]
      ),
      // The name behind the id.
      (
        [
          #"{"index":0,"id":"a","function":{"name":"","arguments":""}}"#, #"{"index":0,"function":{"name":"f"}}"#,
        ], ["a f"]
      ),
      // The id behind the name.
      ([#"{"index":0,"function":{"name":"f"}}"#, #"{"index":0,"id":"a","function":{"arguments":""}}"#], ["a f"]),
      // Empty ids, and no index.
      ([#"{"id":"","function":{"name":"f","arguments":"{}"}}"#], [" f"]),
      // Zeroes.
      ([#"{"index":0,"id":"","function":{"name":"","arguments":""},"custom":{"name":"","input":""}}"#], []),
      // An empty custom part beside a function.
      ([#"{"index":0,"id":"a","function":{"name":"f","arguments":""},"custom":{"name":""}}"#], ["a f"]),
    ] as [([String], [String])])
  func fragments(fragments: [String], calls: [String]) {
    let facts = readStream(
      .chatCompletions,
      fragments.map { #"{"choices":[{"delta":{"tool_calls":[\#($0)]},"index":0}]}"# })
    #expect(facts.toolCalls.map { "\($0.id) \($0.name)" } == calls)
    #expect(facts.toolCallCount == calls.count)
  }

  @Test("tell the calls of several choices apart")
  func choices() {
    let facts = readStream(
      .chatCompletions,
      [1, 0, 1].map {
        #"{"choices":[{"index":\#($0),"delta":{"tool_calls":[{"index":0,"id":"c\#($0)","function":{"name":"f"}}]},"finish_reason":"r\#($0)"}]}"#
      })
    #expect(facts.toolCalls.map(\.id) == ["c1", "c0"])
    #expect(facts.finishReason == "r0")
  }

  @Test("know the function call of old")
  func functionCall() {
    let stream = readStream(
      .chatCompletions,
      [
        #"{"choices":[{"index":0,"delta":{"function_call":{"name":"f","arguments":""}}}]}"#,
        #"{"choices":[{"index":0,"delta":{"function_call":{"arguments":"{}"}},"finish_reason":"function_call"}]}"#,
      ])
    #expect(stream.toolCalls == [ToolCall(id: "", name: "f")])
    #expect(stream.outputTextBytes == 2)
    let empty = readReply(
      .chatCompletions,
      #"{"choices":[{"message":{"content":"x","function_call":{"name":"","arguments":""},"tool_calls":[]}}]}"#)
    #expect(empty.toolCallCount == 0)
  }

  @Test("keep so many calls, and count all")
  func manyCalls() {
    let calls = (0..<1500).map { #"{"id":"c\#($0)","function":{"name":"f","arguments":"{}"}}"# }
    let facts = readReply(
      .chatCompletions, #"{"choices":[{"message":{"tool_calls":[\#(calls.joined(separator: ","))]}}]}"#)
    #expect(facts.toolCalls.count == 1024)
    #expect(facts.toolCallCount == 1500)
  }

  @Test("count text, whatever it is called")
  func content() {
    let facts = readReply(
      .chatCompletions,
      #"""
      {"choices":[{"message":{"content":[{"type":"text","text":"abc"},{"type":"image_url","image_url":{"url":"x"}}],
      "reasoning":"de","refusal":"f","audio":{"id":"audio_1","data":"AAAA","transcript":"gh"}}},{"text":"i"}]}
      """#)
    #expect(facts.outputTextBytes == 9)
    #expect(readReply(.completions, #"{"choices":[{"text":"abc","index":0}]}"#).outputTextBytes == 3)
  }

  @Test("without their end are not terminal")
  func cutShort() {
    let chunk = #"{"id":"c","choices":[{"index":0,"delta":{"content":"abc"}}]}"#
    #expect(!readStream(.chatCompletions, [chunk]).isTerminal)
    #expect(!readStream(.chatCompletions, [#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#]).isTerminal)
    #expect(!readReply(.chatCompletions, #"{"id":"c","choices":["#).isTerminal)
    // Some servers send no mark, but all that it would confirm.
    let accounted =
      #"{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#
    #expect(readStream(.chatCompletions, [accounted]).isTerminal)
    #expect(!readReply(.chatCompletions, "").isTerminal)
    #expect(!readReply(.chatCompletions, #"{"id":"c"} trailing"#).isTerminal)
    // The last event need not be complete to count.
    let end = "data: \(chunk)\n\ndata: [DONE]"
    #expect(readReply(.chatCompletions, end, framing: .serverSentEvents).isTerminal)
    #expect(readReply(.chatCompletions, "data: \(chunk)", framing: .serverSentEvents).outputTextBytes == 3)
  }
}
