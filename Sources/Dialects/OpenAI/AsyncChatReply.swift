internal import JSON

/// A chat completion of Perplexity that is queued: the receipt, or what has become of it. The completion stands within, once it
/// is done, and is repeated whenever it is asked for: it is known by the id of the request, which stands beside it.
///
/// https://docs.perplexity.ai/api-reference/async-sonar-api-request-get
struct AsyncChatReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case requestID = 240
    case status, response
  }

  static let shape = JSONShape(
    .object([
      "id": .text(Field.requestID),
      "model": .text(ChatReply.Field.model),
      "status": .word(Field.status, of: ["CREATED", "IN_PROGRESS", "FAILED"]),
      "response": .object(Field.response, ChatReply.members),
    ]).orObject(ErrorMembers.flatMembers))

  private var chat = ChatReply()
  private var status: Int?

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    chat.begin(label, json, &tally)
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .requestID: tally.readResponseID(json)
    case .status: status = json.word
    case .response: break
    // The completion has an id of its own, which the receipt does not know.
    case nil where label == ChatReply.Field.id.rawValue: break
    case nil: chat.value(label, json, &tally)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    chat.end(label, &json, &tally)
  }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool { chat.isText(label, tally) }
  func isArguments(_ label: UInt8) -> Bool { chat.isArguments(label) }

  mutating func endDocument(_ tally: inout ReplyTally) {
    chat.endDocument(&tally)
    switch status {
    case 0, 1: tally.facts.isPending = true
    case 2: if tally.facts.errorCode == nil { tally.fail(code: "failed") }
    default: break
    }
  }
}
