internal import JSON
internal import Metering

/// Interactions: one document, or the events of a stream. A stored one may be read again at any time.
///
/// https://ai.google.dev/api/interactions-api. The names of its preview (`outputs`, `content.start`,
/// `interaction.complete`) are known too.
struct InteractionsReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case id = 1
    case model, agent, tier, status, event, index
    case delta, text, completion
  }

  static let shape = JSONShape(
    .object([
      "event_type": .word(Field.event, of: ["interaction.completed", "interaction.complete"]),
      "interaction": .object(interaction),
      "interaction_id": .text(Field.id),
      "index": .scalar(Field.index),
      "step": InteractionSteps.pattern,
      "content": InteractionSteps.pattern.orArray(of: InteractionSteps.pattern),
      "delta": InteractionSteps.pattern,
      "metadata": .object(["total_usage": GeminiUsage.interactionsPattern]),
      "error": ErrorMembers.pattern,
    ]).orObject(interaction))

  private static let interaction: KeyValuePairs<String, JSONPattern> = [
    "id": .text(Field.id),
    "model": .text(Field.model),
    "agent": .text(Field.agent),
    "status": .text(Field.status),
    "service_tier": .text(Field.tier), "serviceTier": .text(Field.tier),
    "usage": GeminiUsage.interactionsPattern,
    "steps": InteractionSteps.list,
    "outputs": InteractionSteps.list,
  ]

  private let requestedModel: String?
  private var error = ErrorMembers()
  private var usage = GeminiUsage()
  private var report = GeminiUsage()
  private var hasReport = false
  private var steps = InteractionSteps()
  private var index: Int64?
  private var isCompletion = false
  private var status: String?
  private var agent: String?

  init(requestedModel: String?) { self.requestedModel = requestedModel }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    report.begin(label)
    steps.begin(label, &tally)
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      error.value(label, json, &tally)
      report.value(label, json, &tally.facts.context)
      steps.value(label, json)
      return
    }
    switch field {
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case .agent: agent = json.wholeText ?? agent
    case .tier: if let tier = GeminiTier.served(json) { tally.facts.context.serviceTier = tier }
    case .status: status = json.wholeText ?? status
    case .event: isCompletion = json.word != nil
    case .index: index = json.protoCount
    default: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    steps.end(label, &tally)
    guard report.end(label), report.hasCounts, !report.isMalformed else { return }
    _ = json.exchangeUsage(&tally.facts.usageRaw)
    usage.merge(report)
    hasReport = true
  }

  func isArguments(_ label: UInt8) -> Bool { label == InteractionSteps.Field.arguments.rawValue }

  mutating func endDocument(_ tally: inout ReplyTally) {
    steps.endDocument(at: index, &tally)
    tally.endDocument()
    if tally.facts.model == nil { tally.facts.model = agent }
    if hasReport { reportUsage(&tally) }
    hasReport = false
    tally.facts.finishReason = status
    // A stream that stops while it works was cut; one document says that the work goes on.
    tally.facts.isPending = !tally.isStream && (status == "queued" || status == "in_progress")
    if isCompletion { tally.facts.isTerminal = true }
    isCompletion = false
    index = nil
  }

  private func reportUsage(_ tally: inout ReplyTally) {
    var cells = usage.cells
    steps.grounding.bill(
      &cells, model: tally.facts.model ?? requestedModel, reportedWeb: usage.webSearches,
      reportedMaps: usage.mapsSearches)
    tally.report(cells)
  }
}
