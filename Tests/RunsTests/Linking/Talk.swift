import Dialects
import Metering

@testable import Runs

let fingerprints = FingerprintKey(word0: 0x5EED_0001, word1: 0x5EED_0002)

/// A conversation of an agent over Chat Completions, as its client sends it again with each turn.
struct Talk {
  enum Message {
    case system(String)
    case user(String)
    case assistant(String)
    case calls([String])
    case result(String, of: String)

    var json: String {
      switch self {
      case .system(let text): #"{"role":"system","content":"\#(text)"}"#
      case .user(let text): #"{"role":"user","content":"\#(text)"}"#
      case .assistant(let text): #"{"role":"assistant","content":"\#(text)"}"#
      case .calls(let ids):
        #"{"role":"assistant","content":null,"tool_calls":["#
          + ids.map { #"{"id":"\#($0)","type":"function","function":{"name":"f","arguments":"{}"}}"# }.joined(
            separator: ",") + "]}"
      case .result(let text, let id): #"{"role":"tool","tool_call_id":"\#(id)","content":"\#(text)"}"#
      }
    }
  }

  var messages: [Message]

  init(_ messages: Message...) { self.messages = messages }

  /// The same with more said.
  func then(_ more: Message...) -> Talk {
    var talk = self
    talk.messages += more
    return talk
  }

  var facts: ConversationFacts {
    let body = Array(#"{"model":"m","messages":[\#(messages.map(\.json).joined(separator: ","))]}"#.utf8)
    var reader = RequestReader(
      endpoint: Endpoint(dialect: .openai, operation: .chatCompletions), linking: fingerprints)
    reader.consume(body.span.bytes)
    return reader.finish().conversation ?? ConversationFacts()
  }
}

/// A book with a clock and randomness of its own.
struct Desk {
  var book: RunBook
  var now = Timestamp(unixMicroseconds: 1_795_000_000_000_000)
  var random: UInt64 = 1

  init(limits: RunLimits = RunLimits()) { book = RunBook(key: fingerprints, limits: limits) }

  static let caller = RunCaller(workflow: "default", agent: "agent", provider: "openai")

  mutating func pass(seconds: Int64) { now.unixMicroseconds += seconds * 1_000_000 }

  /// Links a request a second after what was before.
  mutating func ask(
    _ talk: Talk?, from caller: RunCaller = Desk.caller, _ change: (inout LinkRequest) -> Void = { _ in }
  ) -> LinkedCall {
    var request = LinkRequest(caller: caller, conversation: talk?.facts)
    change(&request)
    pass(seconds: 1)
    random &+= 1
    return book.link(LinkQuery(request, by: fingerprints, at: now), random: random)
  }

  mutating func reply(
    to call: LinkedCall, _ text: String? = nil, calls: [String] = [], response: String? = nil, failed: Bool = false
  ) {
    pass(seconds: 1)
    var facts = ReplyFacts()
    facts.toolCalls = calls.map { ToolCall(id: $0, name: "f") }
    var reply = LinkReply(
      toolCalls: calls.map { fingerprints.fingerprint(of: $0) }, areToolCallsDistinct: facts.areToolCallIDsDistinct,
      hasFailed: failed)
    reply.response = response.map { fingerprints.fingerprint(of: $0) }
    if let text {
      var opening = ReplyOpening()
      opening.take(text.utf8.span.bytes)
      reply.opening = opening.fingerprint(by: fingerprints, isWhole: true)
    }
    book.record(reply, of: call, at: now)
  }

  /// A request and its reply.
  mutating func turn(
    _ talk: Talk?, _ text: String? = nil, calls: [String] = [], from caller: RunCaller = Desk.caller,
    failed: Bool = false, _ change: (inout LinkRequest) -> Void = { _ in }
  ) -> LinkedCall {
    let call = ask(talk, from: caller, change)
    reply(to: call, text, calls: calls, failed: failed)
    return call
  }
}

extension RunBook {
  /// A batch, written a few records at a time.
  mutating func batch(ofAll isOfAll: Bool, _ between: (inout RunBook) -> Void = { _ in }) -> LinkBatch {
    var batch = beginBatch(ofAll: isOfAll)
    batch.prepare()
    while !batch.isWhole {
      addSlice(to: &batch, recordsMax: 3)
      between(&self)
    }
    return batch
  }

  mutating func takeChanges() -> [UInt8] { batch(ofAll: false).bytes }
  mutating func snapshot() -> [UInt8] { batch(ofAll: true).bytes }
}
