import Dialects
import Metering
import Testing

@Suite("A Responses socket")
struct ResponsesSocketTests {
  static func create(_ model: String, lane: String? = nil, more: String = "") -> SocketMessage {
    .client(#"{"type":"response.create","model":"\#(model)","input":"Hello"\#(more)\#(suffix(lane))}"#)
  }

  static func created(_ id: String, lane: String? = nil) -> SocketMessage {
    .server(
      #"{"type":"response.created","response":{"id":"\#(id)","status":"in_progress","usage":null}\#(suffix(lane))}"#)
  }

  static func delta(_ text: String, lane: String? = nil) -> SocketMessage {
    .server(#"{"type":"response.output_text.delta","delta":"\#(text)"\#(suffix(lane))}"#)
  }

  static func completed(_ id: String, output: Int, lane: String? = nil, more: String = "") -> SocketMessage {
    .server(
      #"{"type":"response.completed","response":{"id":"\#(id)","model":"m-\#(id)","status":"completed"\#(more),"usage":"#
        + #"{"input_tokens":9,"output_tokens":\#(output)}}\#(suffix(lane))}"#)
  }

  private static func suffix(_ lane: String?) -> String { lane.map { #","stream_id":"\#($0)""# } ?? "" }

  @Test("has one bill for each response, in lanes that run in parallel, one after another within a lane")
  func lanes() {
    let messages = [
      Self.create("one", lane: "a"), Self.create("two", lane: "b"), Self.create("three", lane: "a"),
      Self.create("four"),
      Self.created("r1", lane: "a"), Self.created("r4"), Self.delta("12345", lane: "a"), Self.created("r2", lane: "b"),
      Self.delta("123", lane: "b"), Self.delta("1"), Self.completed("r1", output: 1, lane: "a"),
      Self.created("r3", lane: "a"), Self.delta("12", lane: "a"), Self.completed("r4", output: 4),
      Self.completed("r3", output: 3, lane: "a"), Self.completed("r2", output: 2, lane: "b"),
    ]
    for cut in [Cut.whole, .bytes, .random(3)] {
      let story = readSocket(.responsesSocket, messages, cut)
      #expect(story.problems.isEmpty)
      #expect(story.facts.map(\.responseID) == ["r1", "r2", "r3", "r4"])
      #expect(story.facts.map { answering($0)?[.output] } == [1, 2, 3, 4])
      #expect(story.facts.map(\.outputTextBytes) == [5, 3, 2, 1])
      #expect(story.replies.map(\.request.model) == ["one", "two", "three", "four"])
      #expect(story.facts.map(\.model) == ["m-r1", "m-r2", "m-r3", "m-r4"])
      #expect(story.order == [0, 3, 2, 1])
    }
  }

  @Test("ends a response by its terminal event", arguments: ["completed", "incomplete", "failed", "cancelled"])
  func terminals(name: String) {
    let story = readSocket(
      .responsesSocket,
      [
        Self.create("m"), Self.created("r"),
        .server(
          #"{"type":"response.\#(name)","response":{"id":"r","status":"\#(name)","incomplete_details":null,"usage":{"input_tokens":3,"output_tokens":2}}}"#
        ),
      ])
    #expect(story.facts[0].isTerminal && story.facts[0].finishReason == name && !story.facts[0].isPending)
    #expect(answering(story.facts[0]) == cells([.input: 3, .output: 2]))
  }

  @Test("ends the first response of a lane by an error of that lane, with its status")
  func errors() {
    let story = readSocket(
      .responsesSocket,
      [
        Self.create("one", lane: "a"), Self.create("two", lane: "b"),
        .server(#"{"type":"error","status":429,"error":{"code":"rate_limit_exceeded"},"stream_id":"b"}"#),
        .server(#"{"type":"error","error":{"type":"server_error"},"stream_id":"z"}"#),
      ])
    #expect(story.order == [1, 0])
    #expect(story.replies.map(\.status) == [0, 429])
    #expect(story.facts.map(\.errorCode) == [nil, "rate_limit_exceeded"])
  }

  @Test("counts tool calls of a cut response by its items, and of a whole one by its end")
  func tools() {
    let item = #"{"id":"fc","type":"function_call","call_id":"c1","name":"look","arguments":"{}"}"#
    let done = SocketMessage.server(#"{"type":"response.output_item.done","output_index":0,"item":\#(item)}"#)
    let added = SocketMessage.server(#"{"type":"response.output_item.added","output_index":0,"item":\#(item)}"#)
    let head = [Self.create("m"), Self.created("r"), added, done]
    let cut = readSocket(.responsesSocket, head)
    let whole = readSocket(.responsesSocket, head + [Self.completed("r", output: 1, more: #","output":[\#(item)]"#)])
    for story in [cut, whole] { #expect(story.facts[0].toolCalls == [ToolCall(id: "c1", name: "look")]) }
  }

  @Test("reads the request of each response as the body of a POST")
  func requests() {
    let more =
      #","previous_response_id":"r0","service_tier":"flex","input":[{"type":"function_call_output","call_id":"c","output":"x"}]"#
    let message = SocketMessage.client(#"{"type":"response.create","model":"m"\#(more)}"#)
    let story = readSocket(.responsesSocket, [message, .client(#"{"type":"response.cancel"}"#)])
    #expect(story.responses.count == 1)
    let request = story.responses[0].began
    #expect(request.model == "m" && request.toolResults == 1 && request.context.serviceTier == "flex")
    #expect(request.isComplete && request.wantsStream)
  }

  @Test("bills what was not asked for on it all the same")
  func unasked() {
    let story = readSocket(.responsesSocket, [Self.completed("r", output: 6)])
    #expect(answering(story.facts[0])?[.output] == 6)
  }
}

@Suite("The path of a socket")
struct SocketEndpointTests {
  @Test(
    "tells its API",
    arguments: [
      ("/v1/realtime", .openai, .realtimeSocket), ("/openai/realtime", .openai, .realtimeSocket),
      ("/openai/v1/realtime", .openai, .realtimeSocket), ("/voice-live/realtime", .openai, .realtimeSocket),
      ("/v1/realtime/translations", .openai, .realtimeSocket), ("/v1/responses", .openai, .responsesSocket),
      ("/backend-api/codex/responses", .openai, .responsesSocket), ("/v1/live", .openai, .liveSocket),
      ("/v1/live/sessions", .openai, .liveSocket), ("/v1/live/sessions/live_1/attach", .openai, .liveSocket),
      ("/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent", .gemini, .liveSocket),
      ("/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent", .gemini, .liveSocket),
    ] as [(String, Dialect, Dialects.Operation)])
  func paths(path: String, dialect: Dialect, operation: Dialects.Operation) {
    #expect(Endpoint.recogniseSocket(path: path) == Endpoint(dialect: dialect, operation: operation))
    let message = Endpoint.recognise(method: Endpoint.socketMessageMethod, path: path, dialect: nil)
    #expect(message == Endpoint(dialect: dialect, operation: .socketResponse, streams: true))
  }

  @Test(
    "may be of no API", arguments: ["/", "/v1/chat/completions", "/v1/responses/r1", "/ws/other", "/v1/realtime/calls"])
  func unknown(path: String) {
    #expect(Endpoint.recogniseSocket(path: path) == nil)
    #expect(Endpoint.recognise(method: Endpoint.socketMessageMethod, path: path, dialect: .openai) == nil)
  }

  @Test(
    "may have a query that names the model, or Azure's deployment",
    arguments: [
      ("model=gpt-realtime", "gpt-realtime"), ("a=b&model=gpt%2Drealtime&c", "gpt-realtime"),
      ("deployment=mine", "mine"),
      ("deployment=mine&model=m", "m"), ("model=", nil), ("model=%ZZ", nil), ("model=%00", nil), ("models=x", nil),
    ] as [(String, String?)])
  func queries(query: String, model: String?) {
    #expect(Endpoint.recogniseSocket(path: "/v1/realtime", query: Substring(query))?.model == model)
  }
}
