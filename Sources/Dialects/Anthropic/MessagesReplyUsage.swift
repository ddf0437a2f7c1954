internal import JSON
internal import Metering

/// The usage of a message while its reports arrive: the start of a stream says what the end leaves out, and the end
/// corrects what the start said.
struct MessagesReplyUsage {
  private typealias Field = MessagesUsage.Field

  private var total = MessagesUsage()
  private var iterations: [MessagesIteration] = []
  private var hasNews = false

  /// The report that is being read.
  private var current = MessagesUsage()
  private var currentIterations: [MessagesIteration]?
  private var iteration: MessagesIteration?
  /// What OpenRouter says of the cost.
  private var cost = VendorUsage()

  mutating func begin(_ label: UInt8) {
    switch Field(rawValue: label) {
    case .usage:
      current = MessagesUsage()
      currentIterations = nil
      iteration = nil
      cost = VendorUsage()
    case .iterations: currentIterations = []
    case .iteration: iteration = MessagesIteration()
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      cost.value(label, json)
      return
    }
    switch field {
    case .tier:
      tally.readServiceTier(json)
      if json.isText("batch") { tally.facts.context.processing = "batch" }
    case .geo:
      if let geo = json.wholeText { tally.facts.context.geo = geo == "global" || geo == "not_available" ? nil : geo }
    case .speed: if let speed = json.wholeText { tally.facts.context.speed = speed == "standard" ? nil : speed }
    case .iterationType: iteration?.kind = MessagesIteration.Kind.at(json.word)
    case .iterationModel: iteration?.model = json.wholeText
    default:
      if iteration == nil { current.value(field, json) } else { iteration?.usage.value(field, json) }
    }
  }

  /// Takes an object that ended; true for a report that counts, so that its bytes are kept.
  ///
  /// - Parameter isProvisional: whether it stands in the message that a stream begins with.
  mutating func end(_ label: UInt8, isProvisional: Bool, _ tally: inout ReplyTally) -> Bool {
    switch Field(rawValue: label) {
    case .iteration:
      endIteration()
      return false
    case .usage:
      if let cost = cost.reportedCostPicodollars { tally.facts.reportedCostPicodollars = cost }
      guard current.hasCounts, !current.isMalformed else { return false }
      total.merge(current, isProvisional: isProvisional)
      if let currentIterations { iterations = currentIterations }
      hasNews = true
      return true
    default: return false
    }
  }

  private mutating func endIteration() {
    defer { iteration = nil }
    guard let iteration, iteration.kind != nil, iteration.usage.hasCounts, !iteration.usage.isMalformed else { return }
    guard currentIterations?.count ?? 0 < ReplyTally.modelUsagesMax else { return }
    currentIterations?.append(iteration)
  }

  /// Hands over what is new, at the end of a document, when the model is known.
  mutating func report(to tally: inout ReplyTally) {
    guard hasNews else { return }
    hasNews = false
    let split = MessagesIteration.split(total, iterations, answering: tally.facts.model)
    tally.report(split.usage, others: split.others)
    tally.facts.lacksOutput = !total.hasOutput
  }
}
