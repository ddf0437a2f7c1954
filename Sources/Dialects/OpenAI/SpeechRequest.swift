internal import JSON
internal import Metering

/// Requests of text to speech: their characters are what is billed, since the reply is sound.
///
/// https://platform.openai.com/docs/api-reference/audio/createSpeech; xAI's `/v1/tts` calls its input `text`.
struct SpeechRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case input = 1
    case streamFormat
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "input": .characters(Field.input),
        "text": .characters(Field.input),
        "instructions": .stringSize(RequestMembers.Field.prompt),
        "stream_format": .word(Field.streamFormat, of: ["sse"]),
      ]))

  private var members = RequestMembers()

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .input:
      facts.promptTextBytes &+= Int64(json.size)
      facts.usage[.inputCharacters] &+= Int64(json.characters)
    case .streamFormat: facts.wantsStream = json.word != nil
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {}

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole)
    facts.wantsStreamUsage = true
    facts.isPromptToldApart = true
  }
}
