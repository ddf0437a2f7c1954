import Metering

extension Report {
  /// What a reader must know to judge the figures, a line each, after an empty one; nothing where there is nothing to say.
  var notes: [String] {
    let notes = [
      workflowNote, estimateNote, reportedNote, substitutedNote, adjustedNote, unpricedNote, partialNote, unmeteredNote,
      subscriptionNote, unsettledNote, toolNote,
    ].compactMap { $0 }
    return notes.isEmpty ? [] : [""] + notes
  }

  private var workflowNote: String? {
    guard withoutWorkflow.calls > 0 else { return nil }
    return "\(percentage(withoutWorkflow.costPicodollars, of: total.costPicodollars)) of the cost "
      + "(\(money(withoutWorkflow.costPicodollars)) USD, \(calls(withoutWorkflow.calls))) has no workflow, and counts as "
      + "\"\(Self.unnamedWorkflow)\". Name it: eval \"$(tollgate env --workflow NAME)\""
  }

  private var estimateNote: String? {
    let estimated = total.estimatedPicodollars
    guard estimated > 0 else { return nil }
    return "\(percentage(estimated, of: total.costPicodollars)) of the cost (\(money(estimated)) USD) "
      + "is estimated, since the provider reported no usage (\(estimatedParts)). For streams: stream_usage: ask"
  }

  /// `counted 1.00000, bound 0.234580`, by where the counts came from.
  private var estimatedParts: String {
    UsageSource.allCases.compactMap { source in
      guard source != .provider, source != .none, let cost = total.costBySource[source], cost != 0 else { return nil }
      return "\(source.rawValue) \(money(cost))"
    }.joined(separator: ", ")
  }

  private var reportedNote: String? {
    guard total.reportedPicodollars != 0 else { return nil }
    return "\(percentage(total.reportedPicodollars, of: total.costPicodollars)) of the cost "
      + "(\(money(total.reportedPicodollars)) USD) is what providers reported themselves; the price book makes it "
      + "\(money(total.reportedBookPicodollars)) USD"
  }

  private var substitutedNote: String? {
    guard total.substitutedPicodollars != 0 else { return nil }
    return "\(percentage(total.substitutedPicodollars, of: total.costPicodollars)) of the cost "
      + "(\(money(total.substitutedPicodollars)) USD) was charged as another model, since the price book does not know the "
      + "one that answered. Once its price is known: tollgate reprice"
  }

  private var adjustedNote: String? {
    guard total.adjustedPicodollars != 0 || rows.contains(where: { $0.adjustedPicodollars != 0 }) else { return nil }
    return "\(money(total.adjustedPicodollars)) USD of the cost was booked after the calls were settled: "
      + "tollgate adjust list"
  }

  private var partialNote: String? {
    guard total.partialCalls > 0 else { return nil }
    return
      "\(calls(total.partialCalls)) used something that has no price: their cost is a lower bound. Once it has one: "
      + "tollgate reprice"
  }

  private var unmeteredNote: String? {
    guard total.unmeteredCalls > 0 else { return nil }
    return "\(calls(total.unmeteredCalls)) went to paths that no dialect understands, and have no cost here"
  }

  private var unpricedNote: String? {
    guard total.unpricedCalls > 0 else { return nil }
    let names = unpriced.prefix(Self.namesMax).map { "\($0.provider ?? "(none)")/\($0.model ?? "(none)")" }
    let more = unpriced.count > Self.namesMax ? " and \(unpriced.count - Self.namesMax) more" : ""
    let which = names.isEmpty ? "" : ": \(names.joined(separator: ", "))\(more)"
    return "\(calls(total.unpricedCalls)) have no cost here, since the price book does not know the model\(which). "
      + "The true cost is higher. Once the price is known: tollgate reprice"
  }

  private var subscriptionNote: String? {
    guard total.subscriptionPicodollars > 0 else { return nil }
    return "\(money(total.subscriptionPicodollars)) USD is what calls under a subscription would have cost; "
      + "it is not part of the cost above"
  }

  private var unsettledNote: String? {
    guard unsettledCalls > 0 else { return nil }
    let (were, are) = unsettledCalls == 1 ? ("was", "it is") : ("were", "they are")
    return
      "\(calls(Int64(unsettledCalls))) \(were) under way when a process died; \(are) settled, and counted, when the "
      + "proxy starts again"
  }

  private var toolNote: String? {
    guard by.contains(.tool) else { return nil }
    return "A call that asks for several tools stands in the row of each; the total has it once"
  }

  private static let namesMax = 5

  private func calls(_ count: Int64) -> String { count == 1 ? "1 call" : "\(grouped(count)) calls" }

  private func money(_ picodollars: Int128) -> String {
    let digits = DollarText.fractionDigits(showing: 6, of: [picodollars])
    return DollarText.fixed(picodollars: picodollars, fractionDigits: digits)
  }
}
