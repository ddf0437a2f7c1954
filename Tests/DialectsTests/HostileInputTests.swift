import Dialects
import Testing

private let operations: [Dialects.Operation] = [
  .chatCompletions, .responses, .messages, .moderations, .converse, .invokeModel, .legacyComplete, .messageBatchResults,
]

@Suite("Hostile input")
struct HostileInputTests {
  private static let streams: [(Dialects.Operation, String)] = [
    (
      .chatCompletions,
      stream([
        #"{"id":"c\u00e9","model":"m","choices":[{"index":0,"delta":{"content":"a\"b","tool_calls":[{"index":0,"id":"x","function":{"name":"f"}}]}}]}"#,
        #"{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":1}}}"#,
        "[DONE]",
      ])
    ),
    (
      .responses,
      stream([
        #"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f"}}"#,
        #"{"type":"response.output_text.delta","delta":"\ud83d\ude00"}"#,
        #"{"type":"response.completed","response":{"id":"r","status":"completed","usage":{"input_tokens":1,"output_tokens":2},"tool_usage":{"web_search":{"num_requests":1}}}}"#,
      ]).replacing("\n", with: "\r\n")
    ),
    (
      .messages,
      stream([
        #"{"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":1,"output_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5,"iterations":[{"type":"compaction","input_tokens":1,"output_tokens":1}]}}"#,
        #"{"type":"message_stop"}"#,
      ]).replacing("\n\n", with: "\r\r")
    ),
  ]

  @Test("gives the same facts at every cut", arguments: streams)
  func everyCut(operation: Dialects.Operation, text: String) {
    let body = Array(text.utf8)
    let whole = readReply(operation, body, framing: .serverSentEvents)
    #expect(whole.isTerminal)
    for cut in 0...body.count {
      #expect(readReply(operation, body, .at(cut), framing: .serverSentEvents) == whole, "cut at \(cut)")
    }
    for seed in UInt64(0)..<50 {
      #expect(readReply(operation, body, .random(seed), framing: .serverSentEvents) == whole, "seed \(seed)")
    }
  }

  @Test("that ends anywhere is read as far as it goes", arguments: streams)
  func truncated(operation: Dialects.Operation, text: String) {
    let body = Array(text.utf8)
    for end in 0..<body.count {
      let facts = readReply(operation, Array(body[..<end]), .random(UInt64(end)), framing: .serverSentEvents)
      #expect(!facts.isTerminal || end >= body.count - 6)
    }
  }

  @Test("that is broken in places never traps", arguments: streams)
  func mutated(operation: Dialects.Operation, text: String) {
    let original = Array(text.utf8)
    var random = SeededRandom(seed: 7)
    let alphabet = Array(#"{}[]:,"\u0e-+.tfn 1a"#.utf8) + [0x0A, 0x0D, 0, 0xFF, 0xC3, 0xED]
    for _ in 0..<3000 {
      var body = original
      for _ in 0..<4 {
        let place = Int(random.next() % UInt64(body.count))
        body[place] = alphabet[Int(random.next() % UInt64(alphabet.count))]
      }
      _ = readReply(operation, body, .random(random.next()), framing: .serverSentEvents)
    }
  }

  @Test(
    "is refused or passed over, whatever it is",
    arguments: [
      String(repeating: "[", count: 10_000), String(repeating: #"{"choices":[{"message":"#, count: 500),
      #"{"usage":{"prompt_tokens":\#(String(repeating: "9", count: 10_000)),"completion_tokens":1}}"#,
      #"{"usage":{"prompt_tokens":NaN,"completion_tokens":1}}"#, #"{"usage":{"prompt_tokens":-Infinity}}"#,
      #"{"id":"\ud800","model":"\udfff\ud800","usage":{"\ud800":1}}"#,
      #"{"id":7,"model":{},"choices":{},"usage":[[]]}"#,
      #"{"choices":[1,null,"x",[],{"delta":[],"message":7,"index":-1,"finish_reason":{}}]}"#,
      #"{"choices":[{"index":9223372036854775807,"delta":{"tool_calls":[{"index":9223372036854775807,"id":"a","function":{"name":"f"}}]}}]}"#,
      #"{"type":7,"message":[],"content":{"type":"tool_use"},"usage":{"iterations":{"type":"message"}}}"#,
      #"{"output":{"type":"function_call"},"item":[],"output_index":"x","delta":{}}"#,
      "data:", "data: [DONE", "[DONE]", "\u{FEFF}", "\u{0}", "{\"a\":\"\u{1}\"}",
    ])
  func oddities(body: String) {
    for operation in operations {
      for framing in [ReplyFraming.json, .serverSentEvents, .opaque] {
        let facts = readReply(operation, body, framing: framing)
        #expect(facts.usage.isEmpty)
        _ = readReply(operation, Array(stream([body]).utf8), .bytes, framing: framing)
      }
      _ = readRequest(operation, body)
    }
  }

  @Test("that is no text at all is passed over")
  func bytes() {
    var random = SeededRandom(seed: 11)
    for _ in 0..<300 {
      let body = (0..<200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      for operation in operations {
        _ = readReply(operation, [UInt8(ascii: "{")] + body, .random(1))
        _ = readReply(operation, Array("data: ".utf8) + body, .random(2), framing: .serverSentEvents)
        _ = readRequest(operation, body)
      }
    }
  }

  @Test("with endless lists of calls and usage stays bounded")
  func bounded() {
    let entries = (0..<5000).map { #"{"type":"advisor_message","model":"m\#($0)","input_tokens":1,"output_tokens":1}"# }
    let facts = readReply(
      .messages,
      #"{"usage":{"input_tokens":1,"output_tokens":1,"iterations":[\#(entries.joined(separator: ","))]}}"#)
    #expect(facts.usage.count == 65)
    #expect(facts.usageRaw == nil)
    let names = (0..<500).map { #"{"type":"server_tool_use","id":"i","name":"n\#($0)"}"# }
    let tools = readReply(.messages, #"{"content":[\#(names.joined(separator: ","))]}"#)
    #expect(tools.serverToolCalls.count == 65)
    #expect(tools.serverToolCalls["other"] == 436)
  }
}
