internal import JSON

/// Replies of the Text Completions of old: the completion, or pieces of it, each an event of the same shape. They report no
/// usage.
///
/// https://docs.anthropic.com/en/api/complete
struct CompleteReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case id = 1
    case model, text, stop
  }

  static let shape = JSONShape(
    .object([
      "id": .text(Field.id),
      "model": .text(Field.model),
      "completion": .stringSize(Field.text),
      "stop_reason": .text(Field.stop),
      "error": ErrorMembers.pattern,
    ]))

  private var error = ErrorMembers()

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) { error.begin(label) }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case .text: tally.addContent(bytes: json.size)
    case .stop: if json.kind == .string, json.size > 0 { tally.facts.finishReason = json.string }
    case nil: error.value(label, json, &tally)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) { error.end(label, &tally) }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool { label == Field.text.rawValue }

  mutating func endDocument(_ tally: inout ReplyTally) {
    // The last event is the one that says why the completion ended.
    if tally.facts.finishReason != nil { tally.facts.isTerminal = true }
    tally.endDocument()
  }
}
