internal import JSON

/// Replies of what costs nothing: only their errors matter, and for moderations who answered.
struct PlainReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case id = 1
    case model
  }

  static let moderationShape = JSONShape(
    .object(["id": .text(Field.id), "model": .text(Field.model), "error": ErrorMembers.pattern]))

  /// The id of a model is not that of a response.
  static let shape = JSONShape(.object(["error": ErrorMembers.pattern]))

  private var error = ErrorMembers()

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) { error.begin(label) }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case nil: error.value(label, json, &tally)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) { error.end(label, &tally) }

  mutating func endDocument(_ tally: inout ReplyTally) {}
}
