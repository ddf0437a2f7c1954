internal import JSON
internal import Metering

/// Runs of OpenAI's Assistants: the run itself, made or polled, or the events of its stream, among which are others' objects.
///
/// https://platform.openai.com/docs/api-reference/runs and `/assistants-streaming/events`.
struct AssistantReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case id = 1
    case object, model, status, reason, error, errorCode, content
    case call, callID, callName
  }

  static let shape = JSONShape(
    .object([
      "id": .text(Field.id),
      "object": .word(Field.object, of: ["thread.run"]),
      "model": .text(Field.model),
      "status": .text(Field.status),
      "incomplete_details": .object(["reason": .text(Field.reason)]),
      "last_error": .object(Field.error, ["code": .text(Field.errorCode)]),
      "usage": OpenAIUsage.pattern,
      "required_action": .object(["submit_tool_outputs": .object(["tool_calls": .array(of: call)])]),
      "delta": .object([
        "content": .array(
          of: .object([
            "text": .object(["value": .stringSize(Field.content)]),
            "refusal": .stringSize(Field.content),
          ]))
      ]),
      "error": ErrorMembers.pattern,
    ]))

  private static let call = JSONPattern.object(
    Field.call, ["id": .text(Field.callID), "function": .object(["name": .text(Field.callName)])])

  private var error = ErrorMembers()
  private var usage = OpenAIUsage()
  /// Calls that have been counted: a stream repeats them, always under the same id.
  private var counted: Set<String> = []

  // Of the current document: whose they are is said by its `object`, which may stand behind them. Steps of a run have a usage too, which is in the run's.
  private var isRun = false
  private var id: String?
  private var model: String?
  private var status: String?
  private var reason: String?
  private var errorCode: String?
  private var usageRaw: [UInt8]?
  private var calls: [ToolCall] = []
  private var call = ToolCall(id: "", name: "")

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    switch label {
    case OpenAIUsage.Field.usage.rawValue: usage = OpenAIUsage()
    case Field.call.rawValue: call = ToolCall(id: "", name: "")
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      usage.value(label, json)
      error.value(label, json, &tally)
      return
    }
    switch field {
    case .content: tally.addContent(bytes: json.size)
    case .object: isRun = json.word != nil
    case .id: id = json.wholeText
    case .model: model = json.wholeText
    case .status: status = json.wholeText
    case .reason: reason = json.wholeText
    case .errorCode: errorCode = json.wholeText
    case .callID: call.id = json.wholeText ?? ""
    case .callName: call.name = json.wholeText ?? ""
    case .error, .call: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    switch label {
    case OpenAIUsage.Field.usage.rawValue: _ = json.exchangeUsage(&usageRaw)
    case Field.error.rawValue: errorCode = errorCode ?? "error"
    case Field.call.rawValue:
      if !call.name.isEmpty, calls.count < ReplyTally.toolCallsMax { calls.append(call) }
    default: break
    }
  }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool { label == Field.content.rawValue }

  mutating func endDocument(_ tally: inout ReplyTally) {
    if isRun { endRun(&tally) }
    isRun = false
    (id, model, status, reason, errorCode, usageRaw) = (nil, nil, nil, nil, nil, nil)
    usage = OpenAIUsage()
    calls.removeAll(keepingCapacity: true)
    tally.endDocument()
  }

  private mutating func endRun(_ tally: inout ReplyTally) {
    if let id { tally.facts.responseID = id }
    if let model { tally.facts.model = model }
    if let cells = usage.cells {
      tally.facts.usageRaw = usageRaw
      tally.report(cells)
    }
    if let errorCode { tally.fail(code: errorCode) }
    for call in calls where isNew(call.id) { tally.addToolCall(id: call.id, name: call.name) }
    tally.facts.finishReason = reason ?? status
    switch status {
    case "queued", "in_progress", "requires_action", "cancelling": tally.facts.isPending = true
    default: tally.facts.isPending = false
    }
  }

  /// Whether a call has not been counted.
  private mutating func isNew(_ id: String) -> Bool {
    guard counted.count < ReplyTally.blocksMax else { return false }
    return counted.insert(id).inserted
  }
}
