public import Metering

extension BudgetBook {
  /// Posts what a call used that nothing was reserved for: it was made before its budgets, it was interrupted with its process,
  /// or it fetched what was spent elsewhere. It is never refused, since the money is gone.
  public mutating func post(_ call: BudgetCall, _ used: CallAmounts, at time: Timestamp) -> Settlement {
    var settlement = Settlement(debits: [], changes: BudgetChanges())
    gatherCandidates(call, at: time)
    for candidate in candidates {
      post(candidate.unit.amount(of: used), to: candidate.account, into: &settlement.debits, at: time)
      tellThresholds(of: candidate.account, at: time)
    }
    settlement.changes.events = takeEvents()
    return settlement
  }

  /// Whether there is any budget.
  public var hasBudgets: Bool { !budgetByName.isEmpty }
}
