internal import JSON
internal import Metering

/// Replies of Ollama's native APIs: one document, or a line for each part, of which the last one counts.
///
/// https://github.com/ollama/ollama/blob/main/docs/api.md
struct OllamaReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case model = 1
    case content, done, doneReason, toolCall, toolID, toolName, arguments
    case promptTokens, outputTokens, totalTime, loadTime, promptTime, outputTime
  }

  static let shape = JSONShape(
    .object([
      "model": .text(Field.model),
      "message": .object(["content": content, "thinking": content, "tool_calls": .array(of: toolCall)]),
      "response": content,
      "thinking": content,
      "done": .scalar(Field.done),
      "done_reason": .text(Field.doneReason),
      "prompt_eval_count": .scalar(Field.promptTokens),
      "eval_count": .scalar(Field.outputTokens),
      "total_duration": .scalar(Field.totalTime),
      "load_duration": .scalar(Field.loadTime),
      "prompt_eval_duration": .scalar(Field.promptTime),
      "eval_duration": .scalar(Field.outputTime),
      "error": ErrorMembers.pattern,
    ]))

  private static let content = JSONPattern.stringSize(Field.content)

  private static let toolCall = JSONPattern.object(
    Field.toolCall,
    [
      // Older servers give none.
      "id": .text(Field.toolID),
      "function": .object(["name": .text(Field.toolName), "arguments": .size(Field.arguments)]),
    ])

  private var error = ErrorMembers()
  private var counts = OllamaCounts()
  private var isDone = false
  private var toolID = ""
  private var toolName = ""

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    if label == Field.toolCall.rawValue {
      toolID = ""
      toolName = ""
      _ = tally.arguments.takeText()
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      error.value(label, json, &tally)
      return
    }
    switch field {
    case .model: tally.readModel(json)
    case .content, .arguments: tally.addContent(bytes: json.size)
    case .done: if json.isTrue { isDone = true }
    case .doneReason: if json.kind == .string, json.size > 0 { tally.facts.finishReason = json.string }
    case .toolID: if json.kind == .string { toolID = json.string }
    case .toolName: if json.kind == .string { toolName = json.string }
    case .toolCall: break
    default: if let count = json.wholeCount { counts[field] = count }
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    if label == Field.toolCall.rawValue, !toolName.isEmpty { tally.addWholeToolCall(id: toolID, name: toolName) }
  }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool {
    label == Field.content.rawValue || isArguments(label)
  }

  func isArguments(_ label: UInt8) -> Bool { label == Field.arguments.rawValue }

  mutating func endDocument(_ tally: inout ReplyTally) {
    if let cells = counts.cells {
      tally.facts.usageRaw = counts.text
      tally.report(cells)
    }
    if isDone { tally.facts.isTerminal = true }
    counts = OllamaCounts()
    tally.endDocument()
  }
}

/// The counts of a reply, which stand among its other members.
struct OllamaCounts {
  typealias Field = OllamaReply.Field

  /// The members that count, in the order in which Ollama writes them into its usage.
  private static let names: [(field: Field, name: String)] = [
    (.promptTokens, "prompt_eval_count"), (.outputTokens, "eval_count"), (.totalTime, "total_duration"),
    (.loadTime, "load_duration"), (.promptTime, "prompt_eval_duration"), (.outputTime, "eval_duration"),
  ]

  private var counts = InlineArray<6, Int64>(repeating: -1)

  subscript(field: Field) -> Int64 {
    get { counts[Int(field.rawValue &- Field.promptTokens.rawValue)] }
    set { counts[Int(field.rawValue &- Field.promptTokens.rawValue)] = newValue }
  }

  /// The disjoint cells; nil where no tokens were counted. Thinking is not told apart from the rest of the reply. Builds that
  /// leave the prompt's count out do so where the whole of it was held ready: nothing of it was evaluated.
  var cells: Usage? {
    guard self[.promptTokens] >= 0 || self[.outputTokens] >= 0 else { return nil }
    var usage = Usage()
    usage[.input] = self[.promptTokens]
    usage[.output] = self[.outputTokens]
    return usage
  }

  /// The counts as one object, since the API has none for them.
  var text: [UInt8] {
    let members = Self.names.filter { self[$0.field] >= 0 }.map { "\"\($0.name)\":\(self[$0.field])" }
    return Array("{\(members.joined(separator: ","))}".utf8)
  }
}
