internal import JSON

/// What the families answer that speak like OpenAI's chat: gpt-oss, DeepSeek, Qwen, Jamba, Mistral's newer ones, Palmyra and
/// imported models. Some of them say `stop_reason` in a choice.
struct InvokeChoices {
  enum Field: UInt8 {
    case choice = 180
    case choiceIndex, finish, content, tier
    case toolCall, toolIndex, toolID, toolName
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
    "refusal": content,
    "tool_calls": .array(
      of: .object(
        Field.toolCall,
        [
          "index": .scalar(Field.toolIndex),
          "id": .text(Field.toolID),
          "function": .object(["name": .text(Field.toolName), "arguments": .size(Field.content)]),
        ])),
  ])

  /// A tool call of the current choice, whose index may come behind it.
  private struct Fragment {
    var index: Int64
    var id = ""
    var name = ""
  }

  /// How many calls wait for their choice's index; with more of them, that is taken to be the one known so far.
  private static let fragmentsMax = 256

  private var calls = ToolCallFragments()
  private var choicesSeen: Int64 = 0
  private var choiceIndex: Int64 = 0
  private var finish: String?
  /// The choice that the finish reason comes from: the first one.
  private var finishChoice = Int64.max
  private var fragmentsSeen: Int64 = 0
  private var fragment = Fragment(index: 0)
  private var fragments: [Fragment] = []

  mutating func begin(_ label: UInt8) {
    switch Field(rawValue: label) {
    case .choice:
      choiceIndex = choicesSeen
      choicesSeen &+= 1
      finish = nil
      fragmentsSeen = 0
    case .toolCall:
      fragment = Fragment(index: fragmentsSeen)
      fragmentsSeen &+= 1
    default: break
    }
  }

  func isText(_ label: UInt8) -> Bool { label == Field.content.rawValue }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else { return }
    switch field {
    case .content: tally.addContent(bytes: json.size)
    case .tier: tally.readServiceTier(json)
    case .choiceIndex: if let index = json.count { choiceIndex = index }
    case .finish: if json.kind == .string, json.size > 0 { finish = json.string }
    case .toolIndex: if let index = json.count { fragment.index = index }
    case .toolID: if json.kind == .string, json.size > 0 { fragment.id = json.string }
    case .toolName: if json.kind == .string, json.size > 0 { fragment.name = json.string }
    case .choice, .toolCall: break
    }
  }

  mutating func end(_ label: UInt8, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .toolCall:
      guard !fragment.id.isEmpty || !fragment.name.isEmpty else { return }
      fragments.append(fragment)
      if fragments.count >= Self.fragmentsMax { endFragments(&tally) }
    case .choice:
      if let finish, choiceIndex <= finishChoice {
        finishChoice = choiceIndex
        tally.facts.finishReason = finish
      }
      endFragments(&tally)
    default: break
    }
  }

  /// The choices of the next document are counted anew.
  mutating func endDocument() { choicesSeen = 0 }

  private mutating func endFragments(_ tally: inout ReplyTally) {
    for fragment in fragments {
      calls.add(
        ToolCallFragments.Key(choice: choiceIndex, index: fragment.index), id: fragment.id, name: fragment.name,
        to: &tally)
    }
    fragments.removeAll(keepingCapacity: true)
  }
}
