import Dialects
import Foundation
import Metering
import Testing

@testable import Runs

/// Agents that say and change what they like at random, and a provider that counts a token for each byte it shows the model: no bound is
/// below what it counts, however the conversation goes on.
@Suite struct RandomPromptTests {
  /// A message of a conversation, as the client keeps it.
  private struct Message {
    var isModel: Bool
    var text: String
    var thought: String?
    var mark = false

    var json: String {
      var parts: [String] = []
      if let thought { parts.append(#"{"type":"thinking","thinking":"\#(thought)","signature":"c2ln"}"#) }
      let cache = mark ? #","cache_control":{"type":"ephemeral"}"# : ""
      parts.append(#"{"type":"text","text":"\#(text)"\#(cache)}"#)
      return #"{"role":"\#(isModel ? "assistant" : "user")","content":[\#(parts.joined(separator: ","))]}"#
    }
  }

  /// What a client would send.
  private struct Client {
    var messages: [Message] = [Message(isModel: false, text: "begin")]
    var system = "s"
    var tools = 0
    var label = 0
    var extra = ""
    var isSpaced = false

    var body: String {
      let list = messages.map(\.json).joined(separator: isSpaced ? " ,\n" : ",")
      let definitions = (0..<tools).map { #"{"name":"f\#($0)","description":"\#(String(repeating: "d", count: 90))"}"# }
      return """
        {"model":"claude-opus-4-8","max_tokens":9,"metadata":{"user_id":"\(label)"},\(extra)"system":"\(system)",\
        "tools":[\(definitions.joined(separator: ","))],"messages":[\(list)]}
        """
    }

    private static func text(_ random: inout SeededRandom) -> String {
      let letters = ["word ", "Q Q ", "é", "漢字", "1234", "\\n", "\\\"", "\\u00e9", "𝅘𝅥𝅮"]
      return (0..<Int.random(in: 0...30, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }
        .joined()
    }

    mutating func goOn(_ random: inout SeededRandom) {
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let thinks = Bool.random(using: &random)
        messages.append(
          Message(isModel: true, text: Self.text(&random), thought: thinks ? Self.text(&random) : nil))
        messages.append(Message(isModel: false, text: Self.text(&random)))
      }
    }

    /// Changes something that clients change, or that nobody should.
    mutating func change(_ random: inout SeededRandom) {
      let place = messages.indices.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<14, using: &random) {
      case 0: for place in messages.indices { messages[place].thought = nil }
      case 1: messages[place].thought = messages[place].isModel ? Self.text(&random) : nil
      case 2: for place in messages.indices { messages[place].mark = place >= messages.count - 2 }
      case 3: messages[place].mark.toggle()
      case 4: messages[place].text = Self.text(&random)
      case 5: system += "t"
      case 6: tools = Int.random(in: 0...4, using: &random)
      case 7: label += 1
      case 8: isSpaced.toggle()
      case 9: if messages.count > 4 { messages.removeSubrange(1...2) }
      case 10: messages.insert(Message(isModel: false, text: Self.text(&random)), at: place)
      case 11: extra = extra.isEmpty ? #""context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]},"# : ""
      case 12: messages.swapAt(place, messages.indices.randomElement(using: &random) ?? 0)
      default: extra = extra.isEmpty ? #""temperature":1,"# : ""
      }
    }
  }

  /// The provider's count: a token a byte of Claude's dearest sort of all that it shows the model. Thoughts are shown up to where the user
  /// went on last; what is told to be cleared is, where it is much.
  private static func count(_ client: Client, _ random: inout SeededRandom) -> Int64 {
    var bytes = client.system.utf8.count + client.tools * 120 + 30
    var messages = client.messages
    if client.extra.contains("clear"), Bool.random(using: &random) { messages = messages.suffix(2) }
    let lastUser = messages.lastIndex { !$0.isModel && $0.text.utf8.count > 40 } ?? -1
    for (place, message) in messages.enumerated() {
      bytes += 11 + message.text.utf8.count
      if let thought = message.thought, place > lastUser { bytes += thought.utf8.count }
    }
    return Int64(bytes)
  }

  @Test("No bound is below what the provider counts", arguments: [UInt64](0..<12))
  func bounds(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let prompting = Prompting.claude()
    var known = 0
    for _ in 0..<4 {
      var client = Client()
      for turn in 0..<20 {
        client.goOn(&random)
        if Int.random(in: 0..<3, using: &random) == 0 { client.change(&random) }
        let asked = prompting.ask(client.body)
        let tokens = Self.count(client, &random)
        for bound in [asked.byBytes, asked.byReport].compactMap(\.self) {
          #expect(bound >= tokens, "seed \(seed), turn \(turn): \(bound) < \(tokens)")
        }
        if asked.byReport != nil { known += 1 }
        prompting.end(asked, prompting.reply(prompt: tokens))
      }
    }
    #expect(known > 25, "seed \(seed): \(known) of 80 are bounded by reports")
  }

  /// The same body, cut anywhere and read again, has the same bound.
  @Test("Hostile bodies never trap, and have no outline where they are no object", arguments: [UInt64](0..<8))
  func hostile(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var client = Client()
    for _ in 0..<4 { client.goOn(&random) }
    let body = Array(client.body.utf8)
    let bytes = Array(#"{}[]":,\ tn0x"#.utf8) + [0, 0x7F, 0x80, 0xFF]
    for _ in 0..<200 {
      var broken = body
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<broken.count, using: &random)
        broken[place] = bytes.randomElement(using: &random) ?? 0
      }
      if Bool.random(using: &random) { broken.removeLast(Int.random(in: 0..<broken.count, using: &random)) }
      _ = PromptBody.outline(
        of: broken.span.bytes, endpoint: Prompting.anthropic, key: fingerprints, seed: Fingerprint(bits: 1))
    }
    for text in ["", " ", "{", "[]", "\"a\"", "{\"messages\":[", "{\"messages\":[{\"a\":\"\\"] {
      let bytes = Array(text.utf8)
      let outline = PromptBody.outline(
        of: bytes.span.bytes, endpoint: Prompting.anthropic, key: fingerprints, seed: Fingerprint(bits: 1))
      #expect(outline == nil, "\(text)")
    }
  }
}
