internal import JSON

/// What vendors add to a chat completion outside its usage object: Groq's second usage, its models and tools, llama.cpp's
/// timings.
struct ChatVendorMembers {
  enum Field: UInt8 {
    case breakdown = 160
    case part, partModel, partUsage
    case tool, toolIndex, toolType
  }

  /// Groq's usage, which is there without being asked for, and again beside it where it was asked for.
  static let groq = JSONPattern.object([
    "usage": OpenAIUsage.pattern, "usage_breakdown": breakdown, "error": ErrorMembers.pattern,
  ])

  static let breakdown = JSONPattern.object(
    Field.breakdown,
    [
      "models": .array(
        of: .object(
          Field.part, ["model": .text(Field.partModel), "usage": .object(Field.partUsage, OpenAIUsage.members)]))
    ])

  static let executedTools = JSONPattern.array(
    of: .object(Field.tool, ["index": .scalar(Field.toolIndex), "type": .text(Field.toolType)]))

  /// Whether the reply's own usage has been read.
  var hasUsage = false

  private var models = UsageBreakdown()
  private var tools = ExecutedTools()
  private var timings = LlamaTimings()
  private var toolIndex: Int64 = 0
  private var toolType = ""

  mutating func begin(_ label: UInt8) {
    if label == LlamaTimings.Field.timings.rawValue { timings = LlamaTimings() }
    switch Field(rawValue: label) {
    case .breakdown: models.begin()
    case .part: models.beginPart()
    case .tool:
      toolIndex = 0
      toolType = ""
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader) {
    timings.value(label, json)
    switch Field(rawValue: label) {
    case .partModel: if json.kind == .string { models.read(model: json.string) }
    case .toolIndex: toolIndex = json.count ?? 0
    case .toolType: if json.kind == .string { toolType = json.string }
    default: break
    }
  }

  /// - Parameter usage: the usage object that was read last.
  mutating func end(
    _ label: UInt8, choice: Int64, _ usage: OpenAIUsage, _ json: inout JSONReader, _ tally: inout ReplyTally
  ) {
    if label == LlamaTimings.Field.timings.rawValue { endTimings(&json, &tally) }
    switch Field(rawValue: label) {
    case .partUsage: models.read(usage: usage.cells)
    case .part: models.endPart()
    case .tool: tools.add(choice: choice, index: toolIndex, type: toolType, to: &tally)
    default: break
    }
  }

  /// The timings count where no usage does.
  private func endTimings(_ json: inout JSONReader, _ tally: inout ReplyTally) {
    guard !hasUsage, let cells = timings.cells else { return }
    _ = json.exchangeUsage(&tally.facts.usageRaw)
    tally.report(cells)
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    models.complete(&tally)
    tools.complete(&tally)
  }
}
