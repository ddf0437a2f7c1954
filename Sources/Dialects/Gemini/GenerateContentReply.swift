internal import JSON

/// Replies of generateContent and streamGenerateContent: one response; the responses of a stream of events; or, where the
/// client did not ask for events, an array of them that is written piece by piece.
struct GenerateContentReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    /// A response that is an element of an array.
    case element = 60
  }

  static let shape = JSONShape(
    .object(["error": ErrorMembers.pattern])
      .orObject(GenerateContentResponse.members)
      .orArray(
        of: .object(Field.element, ["error": ErrorMembers.pattern]).orObject(GenerateContentResponse.members)))

  private var response: GenerateContentResponse
  private var error = ErrorMembers()

  init(requestedModel: String?) { response = GenerateContentResponse(requestedModel: requestedModel) }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    response.begin(label, &tally)
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.value(label, json, &tally)
    response.value(label, json, &tally)
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    response.end(label, &json, &tally)
    if label == Field.element.rawValue { response.endResponse(&tally) }
  }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool {
    label == GenerateContentResponse.Field.content.rawValue || isArguments(label)
  }

  func isArguments(_ label: UInt8) -> Bool { label == GenerateContentResponse.Field.arguments.rawValue }

  mutating func endDocument(_ tally: inout ReplyTally) { response.endResponse(&tally) }
}
