internal import JSON
internal import Metering

/// Replies of Mistral's conversations: one document with its entries, or events that are entries.
///
/// https://docs.mistral.ai/api/endpoint/beta/conversations
struct ConversationReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case entry = 1
    case kind, model, name, callID, outputIndex, content, code, arguments
  }

  /// What an entry or an event is.
  private enum Kind: Int, CaseIterable {
    case functionCall, functionCallDelta, tool, toolStarted, done, failed

    static let names = [
      "function.call", "function.call.delta", "tool.execution", "tool.execution.started", "conversation.response.done",
      "conversation.response.error",
    ]
  }

  static let shape = JSONShape(
    .object(Field.entry, entry).orObject([
      "outputs": .array(of: .object(Field.entry, entry)),
      "usage": OpenAIUsage.pattern,
    ]
    ).orObject(ErrorMembers.flatMembers))

  private static let content = JSONPattern.stringSize(Field.content)
  private static let part = JSONPattern.object(["text": content, "thinking": .array(of: .object(["text": content]))])

  private static let entry: KeyValuePairs<String, JSONPattern> = [
    "type": .word(Field.kind, of: Kind.names),
    "model": .text(Field.model),
    "name": .text(Field.name),
    "tool_call_id": .text(Field.callID),
    "output_index": .scalar(Field.outputIndex),
    "content": part.orArray(of: part),
    "arguments": .size(Field.arguments),
  ]

  private var usage = OpenAIUsage()
  private var error = ErrorMembers()
  private var calls = ToolCallFragments()
  private var kind: Kind?
  private var name = ""
  private var callID = ""
  private var outputIndex: Int64?
  private var entries: Int64 = 0

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    switch label {
    case OpenAIUsage.Field.usage.rawValue: usage = OpenAIUsage()
    case Field.entry.rawValue:
      clear()
      _ = tally.arguments.takeText()
    default: break
    }
  }

  private mutating func clear() {
    kind = nil
    name = ""
    callID = ""
    outputIndex = nil
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      usage.value(label, json)
      error.value(label, json, &tally)
      return
    }
    switch field {
    case .kind: kind = json.word.flatMap(Kind.init(rawValue:))
    case .model: tally.readModel(json)
    case .name: if json.kind == .string { name = json.string }
    case .callID: if json.kind == .string { callID = json.string }
    case .outputIndex: outputIndex = json.count
    case .content, .arguments: tally.addContent(bytes: json.size)
    case .entry, .code: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    switch label {
    case OpenAIUsage.Field.usage.rawValue:
      guard let cells = usage.cells else { return }
      _ = json.exchangeUsage(&tally.facts.usageRaw)
      tally.report(cells)
    case Field.entry.rawValue: endEntry(&tally)
    default: break
    }
  }

  private mutating func endEntry(_ tally: inout ReplyTally) {
    switch kind {
    case .functionCall, .functionCallDelta:
      let index = outputIndex ?? entries
      var arguments = tally.arguments.takeText()
      arguments.isWhole = kind == .functionCall
      calls.add(
        ToolCallFragments.Key(choice: 0, index: index), id: callID, name: name, arguments: arguments, to: &tally)
    case .tool, .toolStarted: if !name.isEmpty { tally.addServerToolCall(name: name) }
    case .done: tally.facts.isTerminal = true
    case .failed: error.isFlat = true
    case nil: break
    }
    // The document ends as its last entry did.
    clear()
    entries &+= 1
  }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool {
    label == Field.content.rawValue || isArguments(label)
  }

  func isArguments(_ label: UInt8) -> Bool { label == Field.arguments.rawValue }

  mutating func endDocument(_ tally: inout ReplyTally) {
    entries = 0
    error.endDocument(&tally)
    tally.endDocument()
  }
}
