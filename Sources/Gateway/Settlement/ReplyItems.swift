import Dialects
import Ledger
import Metering

/// What the replies of one body are charged together: the results of a batch, of which each is a reply of its own.
///
/// Each is counted once by its response id, in whichever download it is first seen, so that results can be fetched again, or
/// in parts, and are never charged twice.
struct ReplyItems {
  /// Usage by model and by what decides its price, of the replies that were not counted before.
  private var usage = UsageParts()
  private(set) var toolCalls: [ToolCall] = []
  /// What decides the price, as the first reply says.
  private(set) var context: PricingContext?
  /// The responses that were counted here.
  private(set) var counted: [ResponseDigest] = []
  /// Replies that were seen, counted before or not.
  private(set) var seen = 0
  /// What the provider says that those cost which were counted here.
  private var reportedCost = ReportedSum()

  mutating func add(_ items: [ReplyItem], provider: String, ledger: Ledger) {
    for item in items {
      seen += 1
      let facts = item.facts
      guard !facts.usage.isEmpty || facts.reportedCostPicodollars != nil, let id = facts.responseID,
        let digest = ledger.count(provider: provider, responseID: id)
      else { continue }
      counted.append(digest)
      reportedCost.add(facts.reportedCostPicodollars)
      var own = facts.context
      if item.isBatch { own.processing = "batch" }
      if context == nil { context = own }
      for part in facts.usage { usage.add(model: part.model ?? facts.model, context: own, usage: part.usage) }
      toolCalls += facts.toolCalls.prefix(max(0, ReplyItems.toolCallsMax - toolCalls.count))
    }
  }

  /// How many tool calls are kept with their names.
  private static let toolCallsMax = 1024

  /// What is priced by itself: each at the prices of its own size, since the replies' sum would reach every size tier.
  ///
  /// - Parameters:
  ///   - request: what was asked for.
  ///   - host: the host that was called.
  func parts(completedBy request: PricingContext, host: String) -> [UsagePart] {
    usage.parts.map { part in
      var part = part
      part.context = part.context.completed(by: request, isTierKnown: true, host: host)
      return part
    }
  }

  /// Puts what was counted in the place of a reply's own usage.
  func complete(_ reply: inout ReplyFacts) {
    guard seen > 0 else { return }
    reply.usage = usage.parts.map { ModelUsage(model: $0.model, usage: $0.usage) }
    reply.toolCalls = toolCalls
    reply.toolCallCount = toolCalls.count
    reply.reportedCostPicodollars = reportedCost.picodollars
    if let context { reply.context = context }
    if reply.model == nil { reply.model = usage.parts.first?.model }
  }
}

/// What a provider says that several replies cost together: known where it says so of each.
private struct ReportedSum {
  private var sum: Int64?
  private var isComplete = true

  mutating func add(_ cost: Int64?) {
    guard let cost else {
      isComplete = false
      return
    }
    let (total, overflow) = (sum ?? 0).addingReportingOverflow(cost)
    sum = overflow ? .max : total
  }

  var picodollars: Int64? { isComplete ? sum : nil }
}
