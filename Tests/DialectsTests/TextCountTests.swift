import Dialects
import Testing
import Tokenizers

@Suite("Counting the tokens of a body's text")
struct TextCountTests {
  private static let cuts: [Cut] = [.whole, .bytes] + (1...6).map { .random($0) } + (20...60).map { .at($0) }

  private func request(_ dialect: Dialect, _ operation: Dialects.Operation, _ body: String, _ cut: Cut) -> RequestFacts
  {
    let bytes = Array(body.utf8)
    var reader = RequestReader(endpoint: Endpoint(dialect: dialect, operation: operation), counting: .o200k)
    for range in cut.ranges(of: bytes.count) { reader.consume(bytes.span.bytes.extracting(range)) }
    return reader.finish()
  }

  private func reply(
    _ dialect: Dialect, _ operation: Dialects.Operation, _ body: String, _ cut: Cut, framing: ReplyFraming
  ) -> ReplyFacts {
    let bytes = Array(body.utf8)
    var reader = ReplyReader(
      endpoint: Endpoint(dialect: dialect, operation: operation), status: 200, framing: framing, counting: .o200k)
    for range in cut.ranges(of: bytes.count) { reader.consume(bytes.span.bytes.extracting(range)) }
    return reader.finish()
  }

  private func tokens(_ texts: [String]) -> Int64 {
    texts.reduce(0) { $0 + Tokenizer.o200k.count(Array($1.utf8).span.bytes) }
  }

  private func bytes(_ texts: [String]) -> Int64 { Int64(texts.reduce(0) { $0 + $1.utf8.count }) }

  @Test(
    "Each text of a chat is counted with its escapes undone, and a tool's definition as it is written", arguments: cuts)
  func chatRequest(cut: Cut) {
    let tools = #"[{"type":"function","function":{"name":"f\u00e9","parameters":{"a":[1,"x\"y"]}}}]"#
    let body = #"""
      {"model":"gpt-5","messages":[{"role":"system","content":"You're\tbrief.\n\nVery \u4f60\u597d \ud83d\ude00!"},
      {"role":"user","content":[{"type":"text","text":"a \"quoted\" C:\\path 12345"},{"type":"image_url"}]},
      {"role":"assistant","content":null,"tool_calls":[{"id":"c","function":{"name":"look_up","arguments":"{\"q\": \"x\"}"}}]},
      {"role":"user","content":"lone \ud83d half, \udc00 half\\"}],"tools":\#(tools)}
      """#
    let texts = [
      "You're\tbrief.\n\nVery 你好 😀!", "a \"quoted\" C:\\path 12345", "look_up", "{\"q\": \"x\"}",
      "lone \u{FFFD} half, \u{FFFD} half\\", tools,
    ]
    let facts = request(.openai, .chatCompletions, body, cut)
    #expect(facts.promptTally?.tokens == tokens(texts))
    #expect(facts.promptTally?.bytes == bytes(texts))
  }

  @Test("Documents are text, images in the same place are not", arguments: cuts)
  func messagesRequest(cut: Cut) {
    let body = #"""
      {"model":"claude-sonnet-5","system":"Be \"kind\".","messages":[{"role":"user","content":[
      {"type":"document","source":{"type":"text","media_type":"text/plain","data":"Some\ntext"}},
      {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}},
      {"type":"tool_result","tool_use_id":"t","content":"42 °C"}]}]}
      """#
    let facts = request(.anthropic, .messages, body, cut)
    #expect(facts.promptTally?.tokens == tokens(["Be \"kind\".", "Some\ntext", "42 °C"]))
    #expect(facts.promptTally?.bytes == facts.promptTextBytes)
  }

  @Test("The deltas of a stream are one text, and its reasoning another", arguments: cuts)
  func deltas(cut: Cut) {
    let text = ["Inter", "national", "isation, that\\u2019s", " a wo", "rd.\\n", "\\ud83d", "\\ude00"]
    let events = text.map { #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\#($0)"}}"# }
    let body = events.map { "event: x\ndata: \($0)\n\n" }.joined()
    let facts = reply(.anthropic, .messages, body, cut, framing: .serverSentEvents)
    // A pair of surrogates that is torn in two events is two halves.
    #expect(facts.outputTally?.tokens == tokens(["Internationalisation, that’s a word.\n\u{FFFD}\u{FFFD}"]))
    #expect(facts.outputTextBytes == facts.outputTally.map { $0.bytes - 2 })
  }

  @Test("What a stream of Responses repeats in its items is counted once", arguments: cuts)
  func responses(cut: Cut) {
    let body = stream([
      #"{"type":"response.output_text.delta","delta":"Good "}"#,
      #"{"type":"response.output_text.delta","delta":"morning"}"#,
      #"{"type":"response.output_item.done","item":{"type":"message","content":[{"type":"output_text","text":"Good morning"}]}}"#,
      #"{"type":"response.completed","response":{"output":[{"type":"message","content":[{"text":"Good morning"}]}]}}"#,
    ])
    let facts = reply(.openai, .responses, body, cut, framing: .serverSentEvents)
    #expect(facts.outputTally?.tokens == tokens(["Good morning"]))
  }

  @Test("The texts of a document are counted one by one", arguments: cuts)
  func document(cut: Cut) {
    let body = #"""
      {"choices":[{"message":{"content":"One","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"a\":1}"}}]}}],
      "usage":{"prompt_tokens":1,"completion_tokens":9}}
      """#
    let facts = reply(.openai, .chatCompletions, body, cut, framing: .json)
    #expect(facts.outputTally?.tokens == tokens(["One", "{\"a\":1}"]))
  }

  @Test("Nothing is counted where no tokenizer is given")
  func off() {
    let facts = readRequest(.chatCompletions, #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#)
    #expect(facts.promptTally == nil && facts.promptTextBytes == 2)
  }

  @Test("Beyond its limit the text is no longer counted, and the tally says how much was")
  func limit() {
    let long = String(repeating: "word ", count: 300_000)
    let body = #"{"model":"m","messages":[{"role":"user","content":"\#(long)"},{"role":"user","content":"more"}]}"#
    let facts = request(.openai, .chatCompletions, body, .random(9))
    #expect(facts.promptTextBytes == 1_500_004)
    let counted = facts.promptTally?.bytes ?? 0
    #expect(counted >= RequestReader.countedBytesMax && counted < RequestReader.countedBytesMax + 100)
  }
}
