import Dialects
import Ledger
import Metering

/// What the replies of one body are charged together: the results of a batch, of which each is a reply of its own.
///
/// Each is counted once by its response id, in whichever download it is first seen, so that results can be fetched again, or
/// in parts, and are never charged twice.
struct ReplyItems {
  /// How many models are told apart; those beyond are added to the last.
  private static let modelsMax = 64

  /// Usage by the model that answered, of the replies that were not counted before.
  private(set) var usage: [ModelUsage] = []
  private(set) var toolCalls: [ToolCall] = []
  /// What decides the price, as the first reply says.
  private(set) var context: PricingContext?
  /// The ids that were counted here.
  private(set) var countedIDs: [String] = []
  /// Replies that were seen, counted before or not.
  private(set) var seen = 0

  mutating func add(_ items: [ReplyItem], provider: String, ledger: Ledger) {
    for item in items {
      seen += 1
      let facts = item.facts
      guard !facts.usage.isEmpty, let id = facts.responseID, ledger.countOnce(provider: provider, responseID: id) else {
        continue
      }
      countedIDs.append(id)
      if context == nil {
        context = facts.context
        if item.isBatch { context?.processing = "batch" }
      }
      for part in facts.usage { add(part.usage, model: part.model ?? facts.model) }
      toolCalls += facts.toolCalls.prefix(max(0, ReplyItems.toolCallsMax - toolCalls.count))
    }
  }

  /// How many tool calls are kept with their names.
  private static let toolCallsMax = 1024

  private mutating func add(_ more: Usage, model: String?) {
    if let place = usage.firstIndex(where: { $0.model == model }) {
      usage[place].usage = usage[place].usage + more
    } else if usage.count < Self.modelsMax {
      usage.append(ModelUsage(model: model, usage: more))
    } else {
      usage[usage.count - 1].usage = usage[usage.count - 1].usage + more
    }
  }

  /// Puts what was counted in the place of a reply's own usage.
  func complete(_ reply: inout ReplyFacts) {
    guard seen > 0 else { return }
    reply.usage = usage
    reply.toolCalls = toolCalls
    reply.toolCallCount = toolCalls.count
    if let context { reply.context = context }
    if reply.model == nil { reply.model = usage.first?.model }
  }
}
