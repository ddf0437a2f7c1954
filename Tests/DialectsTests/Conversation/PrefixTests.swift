import Dialects
import Testing

/// Beginnings of conversations: the same whatever clients change from turn to turn.
@Suite struct PrefixTests {
  private func prefixes(_ messages: String) -> [Fingerprint] {
    readConversation(.openai, .chatCompletions, #"{"messages":[\#(messages)]}"#).boundaries.map(\.prefix)
  }

  @Test("A conversation that goes on begins as it was")
  func goesOn() {
    let first = #"{"role":"system","content":"s"},{"role":"user","content":"a"}"#
    let second = first + #",{"role":"assistant","content":"b"},{"role":"user","content":"c"}"#
    let (short, long) = (prefixes(first), prefixes(second))
    #expect(short.count == 1)
    #expect(long.count == 3)
    #expect(long.first == short.first)
    #expect(Set(long).count == 3)
  }

  @Test(
    "Blanks, the order of members, marks of caching, thoughts and system prompts change no beginning",
    arguments: [
      #"{"role":"user","content":"a"},{"role":"assistant","content":"b"}"#,
      #"{ "content" : "a", "role" : "user" } , {"content":"b","role":"assistant"}"#,
      #"{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]},{"role":"assistant","content":"b"}"#,
      #"{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"hm","annotations":[]}"#,
      #"{"role":"developer","content":"It is noon"},{"role":"user","content":"a"},{"role":"assistant","content":"b"}"#,
    ])
  func same(_ messages: String) {
    #expect(
      prefixes(messages) == prefixes(#"{"role":"user","content":"a"},{"role":"assistant","content":"b"}"#))
  }

  @Test(
    "Other words, another author, other tool calls and another order of messages are another conversation",
    arguments: [
      #"{"role":"user","content":"A"},{"role":"assistant","content":"b"}"#,
      #"{"role":"assistant","content":"a"},{"role":"user","content":"b"}"#,
      #"{"role":"user","content":"b"},{"role":"assistant","content":"a"}"#,
      #"{"role":"user","content":"a"},{"role":"assistant","content":"b","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}"#,
      #"{"role":"user","content":"ab"}"#,
    ])
  func other(_ messages: String) {
    let known = prefixes(#"{"role":"user","content":"a"},{"role":"assistant","content":"b"}"#)
    #expect(prefixes(messages).last != known.last)
  }

  @Test("The instructions are told apart from the conversation")
  func instructions() {
    let one = readConversation(.anthropic, .messages, #"{"system":"s","messages":[{"role":"user","content":"a"}]}"#)
    let list = readConversation(
      .anthropic, .messages,
      #"{"system":[{"type":"text","text":"s","cache_control":{}}],"messages":[{"role":"user","content":"a"}]}"#)
    let other = readConversation(.anthropic, .messages, #"{"system":"t","messages":[{"role":"user","content":"a"}]}"#)
    #expect(one.instructions != nil)
    #expect(list.instructions == one.instructions)
    #expect(other.instructions != one.instructions)
    #expect(Set([one, list, other].map { $0.boundaries }).count == 1)
  }

  @Test("Input that is a text alone is the message that it becomes in the next request")
  func soleMessage() {
    let first = readConversation(.openai, .responses, #"{"instructions":"i","input":"a"}"#)
    let second = readConversation(
      .openai, .responses,
      #"{"instructions":"i","input":[{"role":"user","content":"a"},{"type":"reasoning","id":"rs","summary":[]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"b"}]},{"role":"user","content":"c"}]}"#
    )
    #expect(first.boundaries.count == 1)
    #expect(second.boundaries.count == 3)
    #expect(second.boundaries.first?.prefix == first.boundaries.first?.prefix)
    #expect(second.instructions == first.instructions)
  }

  @Test("A reply's beginning is found again in the next request, however either is escaped")
  func openings() {
    let key = fingerprints
    func opening(_ text: String, cut: Int) -> Fingerprint? {
      let bytes = Array(text.utf8)
      var opening = ReplyOpening()
      opening.take(bytes.span.bytes.extracting(0..<cut))
      opening.take(bytes.span.bytes.extracting(cut..<bytes.count))
      return opening.fingerprint(by: key, isWhole: true)
    }
    let asked = readConversation(
      .openai, .chatCompletions,
      #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"Caf\u00e9s \"on\"\nthe <\/b> road, and so on and on"}]}"#
    ).boundaries.last?.opening
    #expect(asked != nil)
    let written = #"Cafés \"on\" the </b> road, and so on and on"#
    for cut in 0...written.utf8.count { #expect(opening(written, cut: cut) == asked) }
    #expect(opening("Cafes on the b road, and so on and on", cut: 3) != asked)
  }

  @Test("Recordings say the same of their conversations wherever they are cut", arguments: [UInt64(11), 12])
  func recordings(_ seed: UInt64) {
    for recording in Recording.all where recording.request.count < 20_000 {
      func read(_ cut: Cut) -> ConversationFacts? {
        var reader = RequestReader(endpoint: recording.endpoint, linking: fingerprints)
        for range in cut.ranges(of: recording.request.count) {
          reader.consume(recording.request.span.bytes.extracting(range))
        }
        return reader.finish().conversation
      }
      let whole = read(.whole)
      #expect(read(.random(seed)) == whole, "\(recording.name), seed \(seed)")
      #expect(read(.bytes) == whole, "\(recording.name)")
    }
  }

  @Test("A text has one fingerprint, wherever it is cut, and another for each change of it", arguments: [UInt64(7), 8])
  func fingerprintsOfTexts(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for count in [0, 1, 7, 8, 15, 16, 63, 64, 65, 127, 128, 300] {
      var text = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      func body(_ text: [UInt8]) -> [UInt8] {
        let hex = text.map { String($0 & 0x0F, radix: 16) }.joined()
        return Array(#"{"messages":[{"role":"user","content":"\#(hex)"}]}"#.utf8)
      }
      let whole = readConversation(.openai, .chatCompletions, body(text)).boundaries
      for seed in 0..<4 {
        #expect(readConversation(.openai, .chatCompletions, body(text), .random(UInt64(seed))).boundaries == whole)
      }
      guard count > 0 else { continue }
      let place = Int(random.next() % UInt64(count))
      text[place] ^= 1
      #expect(readConversation(.openai, .chatCompletions, body(text)).boundaries != whole)
    }
  }
}
