import Dialects
import Metering
import Testing

@Suite("Mistral")
struct MistralTests {
  @Test("has its usage in the chunk that ends the reply, and tool ids without a prefix")
  func stream() {
    let facts = readEvents(
      .mistral, .chatCompletions,
      [
        #"{"id":"m1","model":"mistral-small","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
        #"{"id":"m1","model":"mistral-small","choices":[{"index":0,"delta":{"content":null,"tool_calls":[{"id":"D681PevKs","function":{"name":"f","arguments":"{}"},"index":0}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":222,"total_tokens":265,"completion_tokens":43,"prompt_tokens_details":{"cached_tokens":192},"service_tier":"standard"},"p":"abc"}"#,
      ], end: "data: [DONE]\n\n")
    #expect(answering(facts) == cells([.input: 30, .cachedInput: 192, .output: 43]))
    #expect(facts.toolCalls == [ToolCall(id: "D681PevKs", name: "f")])
    #expect(facts.finishReason == "tool_calls")
    #expect(facts.isTerminal)
  }

  @Test("bills a transcription by its time, told in one document or at the end of a stream")
  func transcription() {
    let usage =
      #"{"prompt_audio_seconds":3,"prompt_tokens":3,"total_tokens":389,"completion_tokens":11,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":375}}"#
    let document =
      #"{"model":"voxtral-mini","text":"Ruby","language":null,"segments":[{"text":"Ruby"}],"usage":\#(usage),"finish_reason":null}"#
    let whole = readReply(.mistral, .transcription, document)
    #expect(answering(whole) == cells([.inputAudioTime: 3000]))
    #expect(whole.usageRaw == Array(usage.utf8))
    #expect(whole.model == "voxtral-mini")
    #expect(whole.outputTextBytes == 4)
    let streamed = readEvents(
      .mistral, .transcription,
      [
        #"{"type":"transcription.text.delta","text":"Ru"}"#, #"{"type":"transcription.text.delta","text":"by"}"#,
        #"{"type":"transcription.done","model":"voxtral-mini","text":"Ruby","usage":\#(usage)}"#,
      ])
    #expect(answering(streamed) == answering(whole))
    #expect(streamed.outputTextBytes == 4)
    #expect(streamed.isTerminal)
    let tokens = readReply(.mistral, .transcription, #"{"text":"x","usage":{"prompt_tokens":3,"completion_tokens":1}}"#)
    #expect(answering(tokens) == cells([.input: 3, .output: 1]))
  }

  @Test("bills pages, and annotated ones at their own price where annotation was asked for")
  func pages() {
    let reply =
      #"{"pages":[{"index":0,"markdown":"x"}],"model":"mistral-ocr-latest","document_annotation":null,"usage_info":{"pages_processed":4,"doc_size_bytes":18810}}"#
    func facts(_ request: String) -> ReplyFacts {
      var facts = readReply(.mistral, .ocr, reply)
      facts.complete(with: readRequest(.mistral, .ocr, request))
      return facts
    }
    let plain = #"{"model":"mistral-ocr-latest","document":{"type":"document_url","document_url":"u"}"#
    #expect(answering(facts(plain + "}")) == cells([.inputPages: 4]))
    #expect(answering(facts(plain + #","bbox_annotation_format":null}"#)) == cells([.inputPages: 4]))
    for member in ["document_annotation_format", "bbox_annotation_format"] {
      let annotated = facts(plain + #",""# + member + #"":{"type":"json_schema","json_schema":{}}}"#)
      #expect(answering(annotated) == cells([.inputPagesAnnotated: 4]), "\(member)")
    }
    #expect(facts(plain + "}").usageRaw == Array(#"{"pages_processed":4,"doc_size_bytes":18810}"#.utf8))
  }

  private let conversationUsage =
    #"{"prompt_tokens":188,"completion_tokens":55,"total_tokens":7355,"connector_tokens":7112,"connectors":{"web_search":1}}"#

  @Test("bills what the connectors of a conversation read, and counts their runs")
  func conversation() {
    let facts = readReply(
      .mistral, .conversations,
      #"{"object":"conversation.response","conversation_id":"conv_1","outputs":[{"object":"entry","type":"tool.execution","name":"web_search","arguments":"{}"},{"type":"function.call","tool_call_id":"c1","name":"f","arguments":"{}"},{"type":"function.call","tool_call_id":"c2","name":"f","arguments":"{}"},{"type":"message.output","model":"mistral-medium","content":[{"type":"text","text":"Hi"},{"type":"tool_reference","title":"t"}]}],"usage":\#(conversationUsage)}"#
    )
    #expect(answering(facts) == cells([.input: 7300, .output: 55, .webSearch: 1]))
    #expect(facts.toolCalls == [ToolCall(id: "c1", name: "f"), ToolCall(id: "c2", name: "f")])
    #expect(facts.serverToolCalls == ["web_search": 1])
    #expect(facts.model == "mistral-medium")
    #expect(facts.isTerminal)
  }

  @Test("streams a conversation as events, of which calls come in pieces")
  func conversationStream() {
    let events = [
      #"{"type":"conversation.response.started","conversation_id":"conv_1"}"#,
      #"{"type":"tool.execution.started","name":"web_search","output_index":0,"arguments":""}"#,
      #"{"type":"tool.execution.done","name":"web_search","output_index":0}"#,
      #"{"type":"message.output.delta","id":"m","output_index":1,"content":"He","model":"mistral-medium"}"#,
      #"{"type":"function.call.delta","id":"e","output_index":2,"name":"f","tool_call_id":"c1","arguments":"{"}"#,
      #"{"type":"function.call.delta","id":"e","output_index":2,"name":"f","tool_call_id":"c1","arguments":"}"}"#,
      #"{"type":"conversation.response.done","usage":\#(conversationUsage)}"#,
    ]
    let facts = readEvents(.mistral, .conversations, events)
    #expect(answering(facts) == cells([.input: 7300, .output: 55, .webSearch: 1]))
    #expect(facts.toolCalls == [ToolCall(id: "c1", name: "f")])
    #expect(facts.serverToolCalls == ["web_search": 1])
    #expect(facts.isTerminal)
    #expect(!readEvents(.mistral, .conversations, Array(events.dropLast())).isTerminal)
    let failed = readEvents(
      .mistral, .conversations,
      events.dropLast() + [#"{"type":"conversation.response.error","message":"m","code":3000}"#])
    #expect(failed.errorCode == "3000")
  }

  @Test(
    "has errors of three shapes",
    arguments: [
      (#"{"detail":"Invalid API Key"}"#, "error"),
      (#"{"object":"error","message":"m","type":"invalid_model","param":null,"code":"1500"}"#, "1500"),
      (#"{"detail":[{"type":"missing","loc":["body","model"],"msg":"Field required"}]}"#, "error"),
    ])
  func errors(body: String, code: String) {
    for operation in [Dialects.Operation.chatCompletions, .ocr, .conversations, .transcription] {
      #expect(readReply(.mistral, operation, body, status: 422).errorCode == code, "\(operation)")
    }
  }
}
