import Budgets
public import Ledger
import Metering

/// A hold that has opened, changed or ended.
public struct HoldChange: Sendable {
  public var hold: HoldRecord
  /// What it was; nil where it has not ended.
  public var before: HoldRecord?
  /// Whether the ledger has it already: a person's decision is in force only then.
  public var isKept = false
}

/// What a person has decided about a hold, before it is in force.
struct TakenDecision: Sendable, Equatable {
  let before: HoldRecord
  /// The hold as it ends by the decision.
  let after: HoldRecord
}

extension HoldRecord {
  /// The hold as a decision ends it.
  func decided(_ decision: HoldDecision, _ end: End) throws(HoldDecisionError) -> HoldRecord {
    var record = self
    record.end = end
    switch decision {
    case .deny: record.state = .denied
    case .approve(let extent, let amount, let seconds):
      record.state = .approved
      record.end?.approval = try approval(extent, amount: amount, seconds: seconds, at: end.at)
    }
    return record
  }

  /// What is allowed by an approval, where it fits the call.
  private func approval(
    _ extent: HoldExtent, amount wanted: BudgetLimit?, seconds: Int64, at time: Timestamp
  ) throws(HoldDecisionError) -> Approval {
    guard 1...HoldLimits.approvalSecondsMax ~= seconds else {
      throw .unfit("an approval is in force for a second at least and for 7 days at most")
    }
    guard extent == .call || run != nil else { throw .unfit("the call names no run: approve the call alone") }
    let until = time.adding(seconds: seconds)
    guard let shortfall else {
      guard wanted == nil else {
        throw .unfit(
          "a guardrail holds the call: approve it without an amount, or raise its limit by tollgate run release")
      }
      return Approval(extent: extent, amount: nil, until: until)
    }
    let unit = shortfall.unit
    if let wanted, wanted.unit != unit {
      throw .unfit("the budget \(shortfall.budget) counts \(unit.rawValue): write such as \(unit.text(shortfall.need))")
    }
    let amount = wanted?.amount ?? shortfall.need
    guard amount >= shortfall.need else {
      throw .unfit("\(unit.text(amount)) is not enough: the call needs \(unit.text(shortfall.need))")
    }
    return Approval(extent: extent, amount: amount, until: until)
  }
}
