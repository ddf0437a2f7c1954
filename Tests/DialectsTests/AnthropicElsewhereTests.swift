import Dialects
import Metering
import Testing

private func read(
  _ operation: Dialects.Operation, _ body: String, _ cut: Cut = .whole, framing: ReplyFraming = .json
) -> (facts: ReplyFacts, items: [ReplyItem]) {
  let bytes = Array(body.utf8)
  var reader = ReplyReader(
    endpoint: Endpoint(dialect: .anthropic, operation: operation), status: 200, framing: framing)
  var items: [ReplyItem] = []
  for range in cut.ranges(of: bytes.count) {
    reader.consume(bytes.span.bytes.extracting(range))
    items += reader.takeItems()
  }
  return (reader.finish(), items)
}

@Suite("Anthropic's other APIs")
struct AnthropicElsewhereTests {
  @Test(
    "are told by their paths",
    arguments: [
      ("POST", "/v1/messages/batches", .management), ("GET", "/v1/messages/batches", .management),
      ("GET", "/v1/messages/batches/msgbatch_1", .management),
      ("DELETE", "/v1/messages/batches/msgbatch_1", .management),
      ("POST", "/v1/messages/batches/msgbatch_1/cancel", .management),
      ("GET", "/v1/messages/batches/msgbatch_1/results", .messageBatchResults),
      ("POST", "/v1/complete", .legacyComplete), ("POST", "/anthropic/v1/messages", .messages),
      ("POST", "/anthropic/v1/messages/count_tokens", .countTokens),
    ] as [(String, String, Dialects.Operation)])
  func shapes(method: String, path: String, operation: Dialects.Operation) {
    for dialect in [Dialect.anthropic, nil] {
      #expect(
        Endpoint.recognise(method: method, path: path, dialect: dialect)
          == Endpoint(dialect: .anthropic, operation: operation))
    }
  }

  @Test(
    "that look after something cost nothing",
    arguments: [
      ("POST", "/v1/files"), ("GET", "/v1/files/file_1/content"), ("DELETE", "/v1/files/file_1"),
      ("POST", "/v1/skills"), ("GET", "/v1/skills/s/versions/1"), ("GET", "/v1/organizations/cost_report"),
    ])
  func stores(method: String, path: String) {
    #expect(
      Endpoint.recognise(method: method, path: path, dialect: .anthropic)
        == Endpoint(dialect: .anthropic, operation: .management))
  }

  @Test("give each result of a batch once, at the batch's price")
  func batchResults() {
    let body = #"""
      {"custom_id":"a","result":{"type":"succeeded","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"abc"},{"type":"tool_use","id":"t","name":"f","input":{}}],"stop_reason":"tool_use","usage":{"input_tokens":11,"output_tokens":36,"service_tier":"batch"}}}}
      {"custom_id":"b","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"m"}}}}
      {"custom_id":"c","result":{"message":{"id":"msg_2","model":"claude-y","content":[],"usage":{"output_tokens":1,"input_tokens":2,"cache_creation_input_tokens":5,"cache_creation":{"ephemeral_1h_input_tokens":5}}},"type":"succeeded"}}
      {"custom_id":"d","result":{"type":"expired"}}
      {"custom_id":"e","result":{"type":"canceled"}}

      """#
    for framing in [ReplyFraming.lines, .json] {
      for cut in [Cut.whole, .bytes, .random(4)] {
        let (facts, items) = read(.messageBatchResults, body, cut, framing: framing)
        #expect(items.map(\.facts.responseID) == ["msg_1", "msg_2"])
        #expect(items.map(\.facts.model) == ["claude-x", "claude-y"])
        #expect(
          items.map { answering($0.facts) } == [
            cells([.input: 11, .output: 36]), cells([.input: 2, .output: 1, .cacheWrite1h: 5]),
          ])
        #expect(items.allSatisfy { $0.isBatch && $0.facts.context.processing == "batch" && $0.facts.isTerminal })
        #expect(items.first?.facts.toolCalls == [ToolCall(id: "t", name: "f")])
        #expect(items.first?.facts.finishReason == "tool_use")
        #expect(facts.usage.isEmpty && facts.errorCode == nil && facts.isTerminal)
      }
    }
  }

  @Test("say in a message of a batch's tier that it was one")
  func batchTier() {
    let body = #"{"usage":{"input_tokens":1,"output_tokens":2,"service_tier":"batch"}}"#
    #expect(read(.messages, body).facts.context.processing == "batch")
    #expect(read(.messages, body.replacing("batch", with: "priority")).facts.context.processing == nil)
  }

  @Test("complete a text without any usage")
  func complete() {
    let event =
      #"event: completion"# + "\r\n"
      + #"data: {"type":"completion","id":"compl_1","completion":"ab","stop_reason":null,"model":"claude-2.1"}"#
      + "   \r\n\r\n"
    let last = event.replacing("null", with: #""stop_sequence""#).replacing("ab", with: "")
    let stream = event + "event: ping\r\ndata: {\"type\": \"ping\"}\r\n\r\n" + event + last
    for cut in [Cut.whole, .bytes, .random(2)] {
      let facts = read(.legacyComplete, stream, cut, framing: .serverSentEvents).facts
      #expect(facts.usage.isEmpty && facts.isTerminal)
      #expect(facts.responseID == "compl_1" && facts.model == "claude-2.1")
      #expect(facts.finishReason == "stop_sequence")
      #expect(facts.outputTextBytes == 4 && facts.contentDeltas == 2)
    }
    #expect(!read(.legacyComplete, event, framing: .serverSentEvents).facts.isTerminal)
    let failed = "event: error\r\ndata: {\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}\r\n\r\n"
    #expect(
      read(.legacyComplete, event + failed, framing: .serverSentEvents).facts.errorCode == "overloaded_error")
    let request = readRequest(
      .legacyComplete, #"{"model":"claude-2.1","prompt":"\n\nHuman: hi","max_tokens_to_sample":9,"stream":true}"#)
    #expect(request.model == "claude-2.1" && request.outputTokensMax == 9 && request.wantsStream)
    #expect(request.promptTextBytes == 11)
  }

  @Test("fail within a stream, and are not whole then")
  func overloaded() {
    let facts = readStream(
      .messages,
      [
        #"{"type":"message_start","message":{"id":"m","model":"claude-x","usage":{"input_tokens":9,"output_tokens":1}}}"#,
        #"{"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#,
      ])
    #expect(facts.errorCode == "overloaded_error" && !facts.isTerminal)
    #expect(answering(facts) == cells([.input: 9]))
  }
}
