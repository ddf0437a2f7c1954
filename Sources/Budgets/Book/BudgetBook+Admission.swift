import Metering

extension BudgetBook {
  /// Reserves for every candidate, which all let the call pass.
  mutating func admit(_ call: BudgetCall, _ need: CallNeed, clamp: Int64?, at time: Timestamp) -> BudgetAdmission {
    let place = reservations.insert(.ended(generation: 0))
    let generation = nextGeneration()
    var admission = BudgetAdmission(
      reservation: ReservationID(place: place, generation: generation), clampOutputTokens: clamp, decisions: [])
    var first = nowhere
    for candidate in candidates {
      let amount = candidate.reservable(need)
      let isHard = candidate.terms.bound == .hard
      let isFirm = isHard && candidate.terms.isEnforced && candidate.terms.onExhausted != .warn
      accounts.items[candidate.account].hold(amount)
      if let key = candidate.allowance { use(amount, of: key, in: candidate.budget) }
      first = holdings.insert(
        Holding(
          account: candidate.account, amount: amount, unit: candidate.terms.unit, isHard: isHard, isFirm: isFirm,
          allowance: candidate.allowance, next: first))
      if isFirm, candidate.terms.unit == .usd {
        admission.hardPicodollars = min(amount, admission.hardPicodollars ?? .max)
      }
      if isFirm, candidate.terms.unit == .tokens { admission.hardTokens = min(amount, admission.hardTokens ?? .max) }
      record(candidate, need, clamp: clamp, in: &admission, at: time)
    }
    reservations.items[place] = Reservation(
      call: call.id, estimate: need.expected, firstHolding: first, madeAt: time, isLive: true, generation: generation)
    return admission
  }

  /// Counts what the budget decided of a call that passes.
  private mutating func record(
    _ candidate: Candidate, _ need: CallNeed, clamp: Int64?, in admission: inout BudgetAdmission, at time: Timestamp
  ) {
    let kind = passing(candidate, need, clamp: clamp)
    budgets.items[candidate.budget].counts[kind] += 1
    guard kind != .allow else { return }
    admission.decisions.append(BudgetDecision(budget: budgets.items[candidate.budget].definition.name, kind: kind))
    if kind == .clamp { tell(.clamped, .clamped, of: candidate.account, at: time) }
    if kind == .warn { tell(.warning, .warning, of: candidate.account, at: time) }
  }

  func passing(_ candidate: Candidate, _ need: CallNeed, clamp: Int64?) -> BudgetDecision.Kind {
    let isRefused = candidate.verdict == .exhausted || candidate.verdict == .unbounded
    guard candidate.terms.isEnforced else {
      if isRefused, candidate.terms.onExhausted != .warn { return .wouldDeny }
      if isRefused { return .warn }
      let isClamped = candidate.terms.clamps && need.clamp.flatMap { outputTokens(candidate, $0) } != nil
      return isClamped ? .wouldClamp : .allow
    }
    if isRefused { return .warn }
    return clamp != nil && candidate.terms.clamps ? .clamp : .allow
  }

  /// Counts and tells that the call may not pass, or not yet.
  mutating func refuse(
    _ candidate: Candidate, as kind: BudgetDecision.Kind, at time: Timestamp
  ) -> BudgetRefusal {
    budgets.items[candidate.budget].counts[kind] += 1
    let refusal = refusal(candidate, candidate.verdict == .unbounded ? .unbounded : .exhausted, at: time)
    if kind == .hold {
      tell(.holding, .holding, of: candidate.account, at: time)
    } else {
      tell(.refusing, .refusing, of: candidate.account, at: time)
    }
    return refusal
  }

  func refusal(_ candidate: Candidate, _ reason: BudgetRefusal.Reason, at time: Timestamp) -> BudgetRefusal {
    let account = accounts.items[candidate.account]
    return BudgetRefusal(
      reason: reason, budget: budgets.items[candidate.budget].definition.name, scope: account.scopeText,
      unit: candidate.terms.unit, limit: candidate.limit, spent: account.spent, reserved: account.reserved,
      need: candidate.amount, window: account.window, resetsAt: resetTime(candidate))
  }

  /// When a call like this fits again if nothing else is used; nil where the passing of time does not help.
  private func resetTime(_ candidate: Candidate) -> Timestamp? {
    let account = accounts.items[candidate.account]
    guard let amount = candidate.amount, amount <= candidate.limit else {
      return nil
    }
    if let rolling = account.rolling {
      return rolling.time(ofRelease: account.spent.saturatingAdd(amount).saturatingAdd(-candidate.limit))
    }
    return account.window.isEndless ? nil : account.window.end
  }

  private mutating func nextGeneration() -> Int64 {
    lastGeneration = lastGeneration &+ 1 & ReservationID.generationMax
    return lastGeneration
  }
}
