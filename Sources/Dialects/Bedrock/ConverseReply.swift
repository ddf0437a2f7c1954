internal import JSON
internal import Metering

/// Replies of Converse and of Amazon's Nova: the message itself, or the events that build it. ConverseStream names an event
/// in its frame; Nova's own streams wrap each in a member of that name.
///
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and `/API_runtime_ConverseStream.html`.
struct ConverseReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case text = 40
    case stop, metadata, tier, latency, routedModel
    case tool, toolID, toolName, toolType, toolInput, toolDelta
  }

  static let shape = JSONShape(.object(members))

  /// What a document may have at its top.
  static let members: KeyValuePairs<String, JSONPattern> = [
    "output": .object(["message": .object(["content": .array(of: block)])]),
    "start": start,
    "delta": delta,
    "stopReason": .text(Field.stop),
    "usage": ConverseUsage.pattern,
    "metrics": .object(Field.metadata, [:]),
    "serviceTier": tier,
    "performanceConfig": performance,
    "trace": trace,
    "contentBlockStart": .object(["start": start]),
    "contentBlockDelta": .object(["delta": delta]),
    "messageStop": .object(["stopReason": .text(Field.stop)]),
    "metadata": .object([
      "usage": ConverseUsage.pattern, "metrics": .object(Field.metadata, [:]), "serviceTier": tier,
      "performanceConfig": performance, "trace": trace,
    ]),
  ]

  private static let tier = JSONPattern.object(["type": .text(Field.tier)])
  private static let performance = JSONPattern.object(["latency": .text(Field.latency)])
  private static let trace = JSONPattern.object(["promptRouter": .object(["invokedModelId": .text(Field.routedModel)])])
  private static let text = JSONPattern.stringSize(Field.text)

  private static let toolUse = JSONPattern.object(
    Field.tool,
    [
      "toolUseId": .text(Field.toolID),
      "name": .text(Field.toolName),
      "type": .word(Field.toolType, of: ["server_tool_use"]),
      "input": .size(Field.toolInput),
    ])

  private static let start = JSONPattern.object(["toolUse": toolUse])

  private static let block = JSONPattern.object([
    "text": text,
    "toolUse": toolUse,
    "reasoningContent": .object(["reasoningText": .object(["text": text])]),
    "citationsContent": .object(["content": .array(of: .object(["text": text]))]),
  ])

  /// The first fragment of a tool call stands in `start`: `toolUse` here has its input only, as a text.
  private static let delta = JSONPattern.object([
    "text": text,
    "toolUse": .object(["input": .stringSize(Field.toolDelta)]),
    "reasoningContent": .object(["text": text]),
  ])

  private struct Tool {
    var id = ""
    var name = ""
    var isServers = false
    var inputBytes = 0
  }

  private var usage = ConverseUsage()
  private var tool = Tool()
  /// Where the last call stands, if it is the client's: in a stream its input follows.
  private var place: Int?
  private var hasMetadata = false

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    usage.begin(label)
    switch Field(rawValue: label) {
    case .tool:
      tool = Tool()
      _ = tally.arguments.takeText()
    case .metadata: hasMetadata = true
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else { return usage.value(label, json) }
    switch field {
    case .text: tally.addContent(bytes: json.size)
    case .toolDelta:
      tally.addContent(bytes: json.size)
      let text = tally.arguments.takeText()
      if let place { tally.arguments.add(text, to: place) }
    case .stop: if json.kind == .string, json.size > 0 { tally.facts.finishReason = json.string }
    case .tier: tally.readServiceTier(json)
    case .latency: if json.kind == .string, json.size > 0 { Self.note(latency: json.string, &tally) }
    case .routedModel: readRoutedModel(json, &tally)
    case .toolID: if json.kind == .string { tool.id = json.string }
    case .toolName: if json.kind == .string { tool.name = json.string }
    case .toolType: tool.isServers = json.word != nil
    case .toolInput: tool.inputBytes = json.size
    case .tool, .metadata: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    usage.end(label)
    switch label {
    case Field.tool.rawValue: endTool(&tally)
    case ConverseUsage.Field.usage.rawValue:
      hasMetadata = true
      guard usage.hasCounts else { return }
      _ = json.exchangeUsage(&tally.facts.usageRaw)
      tally.report(usage.cells)
    default: break
    }
  }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool {
    label == Field.text.rawValue || label == Field.toolDelta.rawValue
  }

  func isArguments(_ label: UInt8) -> Bool {
    label == Field.toolInput.rawValue || label == Field.toolDelta.rawValue
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    noteMetadata(&tally)
    tally.endDocument()
  }

  /// The last event of a stream tells the usage, behind the one that ends the message.
  mutating func noteMetadata(_ tally: inout ReplyTally) {
    if hasMetadata, tally.isStream { tally.facts.isTerminal = true }
  }

  /// The model that a prompt router chose: the one that answered, and that is priced.
  private func readRoutedModel(_ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard json.kind == .string, json.size > 0, json.isTextWhole else { return }
    let model = BedrockModelID.priced(json.string) ?? json.string
    tally.facts.model = model
    tally.facts.modelPriced = model
  }

  private mutating func endTool(_ tally: inout ReplyTally) {
    guard !tool.name.isEmpty else { return }
    tally.addContent(bytes: tool.inputBytes)
    place = nil
    if tool.isServers {
      tally.addServerToolCall(name: tool.name)
      return
    }
    let text = tally.arguments.takeText()
    place = tally.addToolCall(id: tool.id, name: tool.name)
    if let place { tally.arguments.add(text, to: place) }
  }

  /// Latency-optimized inference has a price of its own.
  static func note(latency: String, _ tally: inout ReplyTally) {
    tally.facts.context.speed = latency == "standard" ? nil : latency
  }
}
