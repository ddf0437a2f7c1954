public import Metering

extension BudgetBook {
  /// Why a call may not start work whose cost will not be seen: a hard budget matches it that would have to bound that. Nothing is
  /// reserved or waited for.
  public mutating func refuseUnseen(_ call: BudgetCall, at time: Timestamp) -> (
    refusal: BudgetRefusal, events: [BudgetEvent]
  )? {
    gatherCandidates(call, at: time)
    defer { dropEndedRuns(at: time) }
    guard
      var candidate = candidates.first(where: { candidate in
        let terms = candidate.terms
        return terms.isEnforced && terms.bound == .hard && terms.onExhausted != .warn
          && (terms.unit == .usd || terms.unit == .tokens)
      })
    else { return nil }
    candidate.verdict = .unbounded
    let refusal = refuse(candidate, as: .deny, at: time)
    return (refusal, takeEvents())
  }
}
