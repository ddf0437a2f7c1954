internal import JSON
internal import Metering

/// Replies of Cohere's APIs, both versions: one document, events (v2) or lines (v1). Rankings of those that speak like Cohere
/// (Voyage, Jina, OpenRouter) are read too, whose usage is OpenAI's.
///
/// https://docs.cohere.com/reference/chat and `/chat-stream`. No reply names its model.
struct CohereReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case id = 1
    case model, finish, content, message, errorType, event, isFinished
    case toolCall, toolID, toolName, finalToolCall, arguments
  }

  private enum Event: Int {
    case messageEnd, streamEnd, streamError
    static let names = ["message-end", "stream-end", "stream-error"]
  }

  static let shape = JSONShape(
    .object([
      "id": id, "response_id": id, "generation_id": id,
      "model": .text(Field.model),
      "finish_reason": finish,
      "type": event, "event_type": event,
      "is_finished": .scalar(Field.isFinished),
      // A message of the model is an object, one about an error a text.
      "message": message, "error_type": .text(Field.errorType), "error": ErrorMembers.pattern,
      "text": content,
      "generations": .array(of: generation),
      "tool_calls": toolCalls,
      "tool_call_delta": .object(["parameters": .stringSize(Field.arguments), "text": content]),
      "delta": .object([
        "message": message, "finish_reason": finish, "usage": CohereUsage.pattern, "error": ErrorMembers.pattern,
      ]),
      "usage": CohereUsage.pattern.orObject(OpenAIUsage.members).orObject(VendorUsage.costMembers)
        .orObject(VendorUsage.members),
      "meta": CohereUsage.pattern,
      "response": .object([
        "id": id, "response_id": id, "generation_id": id, "finish_reason": finish, "meta": CohereUsage.pattern,
        "tool_calls": .array(of: .object(Field.finalToolCall, toolCallMembers)),
      ]),
    ]))

  private static let id = JSONPattern.text(Field.id)
  private static let finish = JSONPattern.text(Field.finish)
  private static let event = JSONPattern.word(Field.event, of: Event.names)
  private static let content = JSONPattern.stringSize(Field.content)
  private static let generation = JSONPattern.object(["text": content, "finish_reason": finish])

  private static let message = JSONPattern.object(
    Field.message,
    [
      "content": part.orArray(of: part), "tool_plan": content, "tool_calls": toolCalls,
    ])

  private static let part = JSONPattern.stringSize(Field.content).orObject(["text": content, "thinking": content])
  // Documents list the calls; events have one in the place of the list.
  private static let toolCalls = toolCall.orArray(of: toolCall)
  private static let toolCall = JSONPattern.object(Field.toolCall, toolCallMembers)
  private static let toolCallMembers: KeyValuePairs<String, JSONPattern> = [
    "id": .text(Field.toolID),
    // Version 1 calls by the name alone.
    "name": .text(Field.toolName), "parameters": .size(Field.arguments),
    "function": .object(["name": .text(Field.toolName), "arguments": .size(Field.arguments)]),
  ]

  private let operation: Operation
  private var usage = CohereUsage()
  private var sharedUsage = OpenAIUsage()
  private var error = ErrorMembers()
  private var errorType: String?
  private var isErrorMessage = false
  private var event: Event?
  private var toolID = ""
  private var toolName = ""
  /// Where the call that began last stands; nil where it is not kept.
  private var lastPlace: Int?
  /// Whether calls were met in documents before this one.
  private var hasStreamedCalls = false

  init(operation: Operation) { self.operation = operation }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    switch label {
    case CohereUsage.Field.usage.rawValue:
      usage = CohereUsage()
      sharedUsage = OpenAIUsage()
    case Field.toolCall.rawValue, Field.finalToolCall.rawValue:
      toolID = ""
      toolName = ""
      _ = tally.arguments.takeText()
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      usage.value(label, json)
      sharedUsage.value(label, json)
      error.value(label, json, &tally)
      return
    }
    switch field {
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case .finish: if json.kind == .string, json.size > 0 { tally.facts.finishReason = json.string }
    case .content, .arguments: tally.addContent(bytes: json.size)
    case .message: if json.kind == .string { isErrorMessage = true }
    case .errorType: if json.kind == .string, json.size > 0 { errorType = json.string }
    case .event: event = json.word.flatMap(Event.init(rawValue:))
    case .isFinished: if json.isTrue { tally.facts.isTerminal = true }
    case .toolID: if json.kind == .string { toolID = json.string }
    case .toolName: if json.kind == .string { toolName = json.string }
    case .toolCall, .finalToolCall: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    switch label {
    case CohereUsage.Field.usage.rawValue: endUsage(&json, &tally)
    case Field.toolCall.rawValue: endFragment(&tally)
    // The end of a stream of version 1 repeats the calls.
    case Field.finalToolCall.rawValue: if !hasStreamedCalls { endToolCall(&tally) }
    default: break
    }
  }

  /// A call begins, or the one that began last goes on.
  private mutating func endFragment(_ tally: inout ReplyTally) {
    guard toolName.isEmpty else { return endToolCall(&tally) }
    let text = tally.arguments.takeText()
    if let place = lastPlace { tally.arguments.add(text, to: place) }
  }

  /// Counts a call that has a name: the list of calls ends as its last call did, and events go on with a call's arguments.
  private mutating func endToolCall(_ tally: inout ReplyTally) {
    if !toolName.isEmpty {
      let text = tally.arguments.takeText()
      lastPlace = tally.addToolCall(id: toolID, name: toolName)
      if let lastPlace { tally.arguments.add(text, to: lastPlace) }
    }
    toolName = ""
  }

  private mutating func endUsage(_ json: inout JSONReader, _ tally: inout ReplyTally) {
    if let cost = sharedUsage.reportedCostPicodollars { tally.facts.reportedCostPicodollars = cost }
    guard let cells = usage.cells(of: operation) ?? sharedUsage.cells else { return }
    _ = json.exchangeUsage(&tally.facts.usageRaw)
    tally.report(cells)
  }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool {
    label == Field.content.rawValue || isArguments(label)
  }

  func isArguments(_ label: UInt8) -> Bool { label == Field.arguments.rawValue }

  mutating func endDocument(_ tally: inout ReplyTally) {
    if isErrorMessage || errorType != nil || event == .streamError { tally.fail(code: errorType) }
    if event == .messageEnd || event == .streamEnd { tally.facts.isTerminal = true }
    isErrorMessage = false
    errorType = nil
    event = nil
    hasStreamedCalls = tally.facts.toolCallCount > 0
    tally.endDocument()
  }
}
