import Dialects
import Metering
import Testing

@Suite("A realtime socket")
struct RealtimeSocketTests {
  static let created = #"{"type":"session.created","session":{"model":"gpt-realtime"}}"#
  static let ask = #"{"type":"response.create"}"#

  static func begun(_ id: String) -> String {
    #"{"type":"response.created","response":{"id":"\#(id)","status":"in_progress"}}"#
  }

  static func done(_ id: String, output: Int = 5, status: String = "completed", more: String = "") -> String {
    #"{"type":"response.done","response":{"id":"\#(id)","status":"\#(status)"\#(more),"usage":{"input_tokens":9,"#
      + #""output_tokens":\#(output)}}}"#
  }

  @Test("has one bill for each response, asked for by the client or begun by the server")
  func bills() {
    let story = read([
      .server(Self.created), .client(Self.ask), .server(Self.begun("a")), .server(Self.done("a")),
      .server(Self.begun("b")), .server(Self.done("b", output: 7)),
    ])
    #expect(story.facts.map(\.responseID) == ["a", "b"])
    #expect(story.facts.map { answering($0)?[.output] } == [5, 7])
    #expect(story.facts.allSatisfy { $0.model == "gpt-realtime" && $0.isTerminal && $0.finishReason == "completed" })
  }

  @Test("admits a response when the client asks, before the server has said anything")
  func admission() {
    let story = read([.server(Self.created), .client(Self.ask)])
    #expect(story.responses.count == 1)
    #expect(story.responses[0].began.model == "gpt-realtime")
    #expect(story.replies[0].status == 0 && !story.facts[0].isTerminal)
  }

  @Test("tells several responses at once apart by their ids")
  func parallel() {
    let story = read([
      .client(Self.ask), .client(Self.ask), .server(Self.begun("a")), .server(Self.begun("b")),
      .server(#"{"type":"response.output_text.delta","response_id":"b","delta":"12345"}"#),
      .server(Self.done("b", output: 1)), .server(Self.done("a", output: 2)),
    ])
    #expect(story.responses.count == 2 && story.order == [1, 0])
    #expect(story.facts.map(\.responseID) == ["a", "b"])
    #expect(story.facts.map(\.outputTextBytes) == [0, 5])
  }

  @Test("takes the model from the handshake until the session names it")
  func models() {
    let unnamed = read(model: "asked", [.client(Self.ask), .server(Self.done("a"))])
    #expect(unnamed.facts[0].model == "asked")
    let named = read(model: "asked", [.server(Self.created), .client(Self.ask), .server(Self.done("a"))])
    #expect(named.facts[0].model == "gpt-realtime")
    let changed = read([
      .server(Self.created), .server(#"{"type":"session.updated","session":{"model":"other"}}"#),
      .server(Self.done("a")),
    ])
    #expect(changed.facts[0].model == "other")
  }

  @Test(
    "counts cached and fresh tokens of each kind in cells of their own",
    arguments: [
      (
        #"{"input_tokens":100,"output_tokens":40,"input_token_details":{"text_tokens":30,"audio_tokens":60,"image_tokens":10,"cached_tokens":50,"cached_tokens_details":{"text_tokens":10,"audio_tokens":36,"image_tokens":4}},"output_token_details":{"text_tokens":15,"audio_tokens":25}}"#,
        [
          .input: 20, .inputAudio: 24, .inputImage: 6, .cachedInput: 10, .cachedInputAudio: 36, .cachedInputImage: 4,
          .output: 15, .outputAudio: 25,
        ]
      ),
      (
        #"{"output_tokens":9,"output_token_details":{"reasoning_tokens":4},"input_tokens":7,"input_token_details":null}"#,
        [.input: 7, .output: 5, .reasoning: 4]
      ),
      (
        #"{"input_tokens":7,"output_tokens":2,"input_token_details":{"cached_tokens":5}}"#,
        [.input: 2, .cachedInput: 5, .output: 2]
      ),
    ] as [(String, [UsageCell: Int64])])
  func usage(object: String, expected: [UsageCell: Int64]) {
    let story = read([.server(#"{"type":"response.done","response":{"id":"a","usage":\#(object)}}"#)])
    #expect(answering(story.facts[0]) == cells(expected))
    #expect(story.facts[0].usageRaw.map { String(decoding: $0, as: UTF8.self) } == object)
  }

  @Test("bills xAI's audio by its length, and the texts it was asked with by their number")
  func lengths() {
    let text =
      #"{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]}}"#
    let audio =
      #"{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_audio","audio":"AAAA"}]}}"#
    let done =
      #"{"type":"response.done","response":{"id":"a","status":"completed","usage":{}},"response_id":"a","usage":{"input_tokens":13,"output_tokens":113,"total_tokens":126,"output_audio_seconds":2.0900000000000003,"billable_audio_seconds":1.25}}"#
    let story = read([.client(text), .client(audio), .client(text), .client(Self.ask), .server(done)])
    #expect(answering(story.facts[0]) == cells([.audioTime: 1250, .inputMessages: 2]))
  }

  @Test("bills what was said, written down, to the model that does it, by tokens or by length")
  func transcriptions() {
    let duration =
      #"{"type":"conversation.item.input_audio_transcription.completed","item_id":"i1","usage":{"type":"duration","seconds":3.5}}"#
    let tokens =
      #"{"type":"conversation.item.input_audio_transcription.completed","item_id":"i2","usage":{"type":"tokens","input_tokens":20,"output_tokens":4,"total_tokens":24,"input_token_details":{"text_tokens":2,"audio_tokens":18}}}"#
    let story = read([
      .client(#"{"type":"session.update","session":{"input_audio_transcription":{"model":"whisper-1"}}}"#),
      .server(
        #"{"type":"session.updated","session":{"model":"m","audio":{"input":{"transcription":{"model":"scribe"}}}}}"#),
      .server(duration), .server(tokens),
      .server(#"{"type":"conversation.item.input_audio_transcription.completed","item_id":"i3"}"#),
    ])
    #expect(story.facts.map(\.responseID) == ["i1", "i2"])
    #expect(story.facts.allSatisfy { $0.model == "scribe" })
    #expect(
      story.facts.map(answering) == [cells([.inputAudioTime: 3500]), cells([.input: 2, .inputAudio: 18, .output: 4])])
  }

  @Test("counts each tool call once, by the whole that ends a response, or by the items of one that is cut")
  func toolCalls() {
    let item = #"{"id":"fc","type":"function_call","call_id":"c1","name":"look","arguments":"{}"}"#
    let itemDone = #"{"type":"response.output_item.done","response_id":"a","item":\#(item)}"#
    let added = #"{"type":"response.output_item.added","response_id":"a","item":\#(item)}"#
    let whole = read([
      .server(Self.begun("a")), .server(added), .server(itemDone),
      .server(Self.done("a", more: #","output":[\#(item)]"#)),
    ])
    #expect(whole.facts[0].toolCalls == [ToolCall(id: "c1", name: "look")])
    let cut = read([.server(Self.begun("a")), .server(added), .server(itemDone)])
    #expect(cut.facts[0].toolCalls == [ToolCall(id: "c1", name: "look")] && !cut.facts[0].isTerminal)
    let bare = read([.server(Self.begun("a")), .server(itemDone), .server(Self.done("a"))])
    #expect(bare.facts[0].toolCallCount == 1)
  }

  @Test("counts tool results to the response that they are followed by")
  func toolResults() {
    let result =
      #"{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"c","output":"12 degrees"}}"#
    let story = read([
      .client(Self.ask), .server(Self.done("a")), .client(result), .client(result), .client(Self.ask),
      .server(Self.done("b")),
    ])
    #expect(story.replies.map(\.request.toolResults) == [0, 2])
    #expect(story.replies.map(\.request.promptTextBytes) == [0, 20])
  }

  @Test(
    "has the reason of a response that did not complete",
    arguments: [
      ("cancelled", #"{"type":"cancelled","reason":"turn_detected"}"#, "turn_detected", nil),
      ("incomplete", #"{"type":"incomplete","reason":"max_output_tokens"}"#, "max_output_tokens", nil),
      ("failed", #"{"type":"failed","error":{"type":"server_error","code":"oops"}}"#, "failed", "oops"),
      ("completed", #""unimplemented""#, "completed", nil),
      ("completed", "null", "completed", nil),
    ] as [(String, String, String, String?)])
  func reasons(status: String, details: String, finish: String, error: String?) {
    let story = read([.server(Self.done("a", status: status, more: #","status_details":\#(details)"#))])
    #expect(story.facts[0].finishReason == finish && story.facts[0].errorCode == error)
    #expect(answering(story.facts[0])?[.output] == 5)
  }

  @Test("ends a response that was asked for by the message that an error answers, and no other")
  func errors() {
    let error = { (members: String) in #"{"type":"error","error":{"type":"invalid_request_error",\#(members)}}"# }
    let ask = #"{"type":"response.create","event_id":"e1"}"#
    let answered = read([.client(ask), .server(error(#""code":"bad","event_id":"e1""#))])
    #expect(answered.facts[0].errorCode == "bad" && answered.replies[0].status == 400)
    let busy = read([
      .client(Self.ask), .server(Self.begun("a")), .client(Self.ask),
      .server(error(#""code":"conversation_already_has_active_response""#)), .server(Self.done("a")),
    ])
    #expect(busy.facts.map(\.errorCode) == [nil, "conversation_already_has_active_response"])
    #expect(busy.order == [1, 0])
    let other = read([.client(ask), .server(error(#""code":"bad","event_id":"e2""#)), .server(Self.done("a"))])
    #expect(other.facts.map(\.errorCode) == [nil])
  }

  @Test("tells progress at the first content, at the id, and now and then with its text")
  func progress() {
    let delta =
      #"{"type":"response.output_audio_transcript.delta","response_id":"a","delta":"\#(String(repeating: "x", count: 100))"}"#
    let audio = #"{"type":"response.output_audio.delta","response_id":"a","delta":"AAAAAAAA"}"#
    let story = read(
      [.client(Self.ask), .server(Self.begun("a")), .server(audio)] + Array(repeating: .server(delta), count: 12))
    let progress = story.responses[0].progress
    #expect(progress.map(\.responseID) == Array(repeating: "a", count: 4))
    #expect(progress.map(\.hasContent) == [false, true, true, true])
    #expect(progress.map(\.outputTextBytes) == [0, 0, 600, 1200])
    #expect(story.facts[0].outputTextBytes == 1200)
  }

  @Test("bills a Live session by its length so far, and what it delegates by its own model")
  func live() {
    let usage = { (seconds: String) in #"{"type":"session.usage.updated","usage":{"seconds":\#(seconds)}}"# }
    let inner = { (event: String) in #"{"type":"response.event","delegation_id":"d","event":\#(event)}"# }
    let messages: [SocketMessage] = [
      .server(#"{"type":"session.started","session":{"id":"live_1","model":"gpt-live-1"}}"#),
      .server(usage("1.5")),
      .server(inner(#"{"type":"response.created","response":{"id":"r1","model":"gpt-5"}}"#)),
      .server(inner(#"{"type":"response.output_text.delta","delta":"hello"}"#)),
      .server(
        inner(
          #"{"type":"response.completed","response":{"id":"r1","model":"gpt-5","status":"completed","usage":{"input_tokens":8,"input_tokens_details":{"cached_tokens":3},"output_tokens":2}}}"#
        )),
      .server(usage("61.25")),
    ]
    let closed = readSocket(
      .liveSocket,
      messages + [.server(#"{"type":"session.closed","session":{"model":"gpt-live-1"},"usage":{"seconds":62}}"#)])
    #expect(closed.facts.map(\.model) == ["gpt-live-1", "gpt-5"])
    #expect(
      closed.facts.map(answering) == [cells([.audioTime: 62_000]), cells([.input: 5, .cachedInput: 3, .output: 2])])
    #expect(closed.facts.allSatisfy { $0.isTerminal })
    let cut = readSocket(.liveSocket, messages)
    #expect(answering(cut.facts[0]) == cells([.audioTime: 61_250]) && !cut.facts[0].isTerminal)
    #expect(cut.responses[0].progress.last?.usage == cells([.audioTime: 61_250]))
  }

  @Test("is never brought down by what it is sent, and ends what it began", arguments: 0..<60)
  func noise(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let texts = [
      Self.created, Self.ask, Self.begun("a"), Self.done("a"), Self.done("b"), "{", "[1]", "null", #"{"type":7}"#, "",
      #"{"type":"response.done"}"#, #"{"type":"response.done","response":null,"usage":{"seconds":1e400}}"#,
      #"{"type":"error","error":"text"}"#, #"{"type":"session.usage.updated","usage":{"seconds":-1}}"#,
    ]
    let messages = (0..<40).map { _ in
      let text = texts.randomElement(using: &random) ?? ""
      return Bool.random(using: &random) ? SocketMessage.client(text) : .server(text)
    }
    for operation in [Dialects.Operation.realtimeSocket, .responsesSocket, .liveSocket] {
      for dialect in [Dialect.openai, .gemini] {
        let story = readSocket(operation, dialect: dialect, messages, .random(seed))
        #expect(story.problems.isEmpty, "seed \(seed)")
        #expect(story.replies.count == story.responses.count, "seed \(seed)")
      }
    }
  }

  @Test("keeps at most 256 responses open")
  func limit() {
    let story = read(Array(repeating: .client(Self.ask), count: 300))
    #expect(story.responses.count == 300 && story.problems.isEmpty)
    #expect(story.order == Array(0..<300))
  }

  private func read(model: String? = nil, _ messages: [SocketMessage]) -> SocketStory {
    let story = readSocket(.realtimeSocket, model: model, messages)
    #expect(story.problems.isEmpty)
    return story
  }
}
