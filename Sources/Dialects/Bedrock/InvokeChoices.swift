internal import JSON

/// What the families answer that speak like OpenAI's chat: gpt-oss, DeepSeek, Qwen, Jamba, Mistral's newer ones, Palmyra and
/// imported models. Some of them say `stop_reason` in a choice.
struct InvokeChoices {
  enum Field: UInt8 {
    case choice = 180
    case choiceIndex, finish, content, tier
    case toolCall, toolIndex, toolID, toolName, arguments, refusal
  }

  /// What a document may have at its top.
  static let members: KeyValuePairs<String, JSONPattern> = [
    "choices": .array(
      of: .object(
        Field.choice,
        [
          "index": .scalar(Field.choiceIndex),
          "finish_reason": .text(Field.finish),
          "stop_reason": .text(Field.finish),
          "text": content,
          "delta": message,
          "message": message,
        ])),
    "service_tier": .text(Field.tier),
  ]

  private static let content = JSONPattern.stringSize(Field.content)

  private static let message = JSONPattern.object([
    "content": content.orArray(of: .object(["text": content])),
    "reasoning_content": content,
    "reasoning": content,
    "refusal": .stringSize(Field.refusal),
    "tool_calls": .array(
      of: .object(
        Field.toolCall,
        [
          "index": .scalar(Field.toolIndex),
          "id": .text(Field.toolID),
          "function": .object(["name": .text(Field.toolName), "arguments": .size(Field.arguments)]),
        ])),
  ])

  private var calls = ChoiceCalls()

  mutating func begin(_ label: UInt8, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .choice: calls.beginChoice()
    case .toolCall: calls.beginCall(&tally)
    default: break
    }
  }

  func isText(_ label: UInt8) -> Bool {
    label == Field.content.rawValue || label == Field.arguments.rawValue || label == Field.refusal.rawValue
  }

  func isArguments(_ label: UInt8) -> Bool { label == Field.arguments.rawValue }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else { return }
    switch field {
    case .content: tally.addContent(bytes: json.size)
    case .refusal:
      tally.addContent(bytes: json.size)
      if json.size > 0 { tally.facts.hasRefusal = true }
    case .arguments:
      tally.addContent(bytes: json.size)
      calls.setArguments(bytes: json.size, isFreeText: false)
    case .tier: tally.readServiceTier(json)
    case .choiceIndex: calls.setChoice(index: json.count)
    case .finish: if json.kind == .string, json.size > 0 { calls.setFinish(json.string) }
    case .toolIndex: calls.setCall(index: json.count)
    case .toolID: if json.kind == .string, json.size > 0 { calls.setCall(id: json.string) }
    case .toolName: if json.kind == .string, json.size > 0 { calls.setCall(name: json.string) }
    case .choice, .toolCall: break
    }
  }

  mutating func end(_ label: UInt8, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .toolCall: calls.endCall(&tally)
    case .choice: calls.endChoice(&tally)
    default: break
    }
  }

  /// The choices of the next document are counted anew.
  mutating func endDocument() { calls.endDocument() }
}
