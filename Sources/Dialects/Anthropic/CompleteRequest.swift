internal import JSON

/// Requests of the Text Completions of old.
///
/// https://docs.anthropic.com/en/api/complete
struct CompleteRequest: ~Copyable, DocumentWire {
  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "stream": .scalar(RequestMembers.Field.stream),
        "max_tokens_to_sample": .object(RequestMembers.Field.tokensMax, [:]),
        "prompt": .stringSize(RequestMembers.Field.prompt),
      ]))

  private var members = RequestMembers()

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.value(label, json, &facts)
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {}

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole, limit: .existing)
    // There is none to ask for.
    facts.wantsStreamUsage = true
    facts.isPromptToldApart = true
  }
}
