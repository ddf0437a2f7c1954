internal import JSON
internal import Metering

/// Replies of Responses: the response itself, or events of which some carry it.
///
/// https://platform.openai.com/docs/api-reference/responses/object and `/responses-streaming`.
struct ResponsesReply: ~Copyable, DocumentWire {
  /// None of the numbers is one of `ChatReply.Field`: results of batches are read by both.
  enum Field: UInt8 {
    case id = 1
    case model, status, background, tier, reason, response
    case eventType, eventItem, outputIndex, delta, eventCode
    case output, item, itemType, itemID, callID, itemName, execution, environment, itemText
    case tool, toolType, toolModel
    case searches, imageUsage, svgUsage, svgModel
    case itemArguments, itemInput, itemAction, itemRefusal
  }

  enum Event: String, CaseIterable {
    case completed = "response.completed"
    case incomplete = "response.incomplete"
    case failed = "response.failed"
    case cancelled = "response.cancelled"
    case audioDelta = "response.audio.delta"
    case error

    static let names = allCases.map(\.rawValue)
    private static let known = allCases

    static func at(_ index: Int?) -> Event? {
      guard let index, known.indices.contains(index) else { return nil }
      return known[index]
    }
  }

  private var items = ResponsesItems()
  private var usage = ResponsesUsage()
  private var error = ErrorMembers()

  private var status: String?
  private var reason: String?
  private var isBackground = false
  private var isImageTool = false
  private var toolModel: String?

  /// What the current document is, if it is an event.
  private var event: Event?
  private var eventCode: String?
  private var deltaBytes = 0

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    usage.begin(label)
    switch Field(rawValue: label) {
    case .output: items.beginOutput()
    case .item: items.begin(&tally)
    case .tool:
      isImageTool = false
      toolModel = nil
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
    case .delta: deltaBytes = json.size
    case .eventType: event = Event.at(json.word)
    case .outputIndex: items.outputIndex = json.count
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case .tier: tally.readServiceTier(json)
    case .status: if json.kind == .string { status = json.string }
    case .reason: if json.kind == .string { reason = json.string }
    case .background: isBackground = json.isTrue
    case .eventCode: if json.kind == .string { eventCode = json.string }
    case .itemText, .itemArguments, .itemInput: if !tally.isStream { tally.addContent(bytes: json.size) }
    case .itemRefusal:
      if !tally.isStream { tally.addContent(bytes: json.size) }
      if json.size > 0 { tally.facts.hasRefusal = true }
    case .itemType, .itemID, .callID, .itemName, .execution, .environment: items.value(field, json)
    case .searches, .svgModel: usage.value(field, json)
    case .toolType:
      isImageTool = json.word == 0
      if let word = json.word, word > 0 { tally.facts.context.tool = "web_search_preview" }
    case .toolModel: if json.kind == .string { toolModel = json.string }
    default: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    if usage.end(label) { _ = json.exchangeUsage(&tally.facts.usageRaw) }
    switch Field(rawValue: label) {
    case .item: items.end(&tally)
    case .svgUsage: items.setDrawing(usage.drawing)
    case .tool: if isImageTool, let toolModel { usage.imageModel = toolModel }
    default: break
    }
  }

  /// A stream repeats in its items what came in deltas.
  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool {
    switch Field(rawValue: label) {
    case .delta: event != .audioDelta
    case .itemText, .itemArguments, .itemInput, .itemRefusal: !tally.isStream
    default: false
    }
  }

  /// The arguments of items, which every one has whole when it is done. Their deltas are left alone.
  func isArguments(_ label: UInt8) -> Bool {
    switch Field(rawValue: label) {
    case .itemArguments, .itemInput, .itemAction: true
    default: false
    }
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    if event != .audioDelta { tally.addContent(bytes: deltaBytes) }
    items.endDocument(&tally)
    // xAI writes the code beside an error that is a bare text.
    if event == .error && tally.facts.errorCode == nil || error.isText { tally.fail(code: eventCode) }
    error.endDocument(&tally)
    if let cost = usage.reportedCostPicodollars { tally.facts.reportedCostPicodollars = cost }
    if let report = usage.takeReport(with: items) {
      tally.report(report.usage, others: report.others)
    }
    settleState(&tally)
    event = nil
    eventCode = nil
    deltaBytes = 0
    tally.endDocument()
  }

  private func settleState(_ tally: inout ReplyTally) {
    if let word = reason ?? status { tally.facts.finishReason = word }
    let isWorking = status == "queued" || status == "in_progress"
    // A stream that stops while it works was cut, unless the response goes on in the background.
    tally.facts.isPending = isWorking && (isBackground || !tally.isStream)
    switch event {
    case .completed, .incomplete, .failed, .cancelled: tally.facts.isTerminal = true
    case .audioDelta, .error, nil: break
    }
  }
}
