public import Metering

/// What came of one attempt to reserve.
enum ReserveAttempt {
  case admitted(BudgetAdmission)
  /// The place of the candidate that others stand in the way of.
  case contended(Int)
  case refused(BudgetRefusal)
  case held(BudgetRefusal)
}

extension BudgetBook {
  /// Reserves what the call needs in every budget that matches it, or in none.
  ///
  /// Of several budgets that object, one that denies comes before one that holds, and that before one that makes wait.
  ///
  /// - Parameter canWait: whether it can wait for others; else it is refused where they stand in its way.
  public mutating func reserve(
    _ call: BudgetCall, _ need: CallNeed, canWait: Bool = true, at time: Timestamp
  ) -> ReserveAnswer {
    let outcome: ReserveOutcome
    switch attempt(call, need, sequence: .max, at: time) {
    case .admitted(let admission): outcome = .admitted(admission)
    case .contended(let index): outcome = wait(for: candidates[index], call, need, canWait: canWait, at: time)
    case .refused(let refusal): outcome = .refused(refusal)
    case .held(let refusal): outcome = .held(refusal)
    }
    dropEndedRuns(at: time)
    return ReserveAnswer(outcome: outcome, events: takeEvents())
  }

  /// Records what a person allowed, and reserves the held call anew.
  public mutating func approve(
    _ call: BudgetCall, _ need: CallNeed, _ approval: HoldApproval, at time: Timestamp
  ) -> ReserveAnswer {
    allow(call, approval, at: time)
    return reserve(call, need, at: time)
  }

  /// The lower the sequence, the earlier the call came; nobody who came later may pass it.
  mutating func attempt(
    _ call: BudgetCall, _ need: CallNeed, sequence: Int64, at time: Timestamp
  ) -> ReserveAttempt {
    gatherCandidates(call, at: time)
    let clamp = enforcedClamp(need)
    for index in candidates.indices { decide(index, call, need, clamp: clamp, sequence: sequence, at: time) }
    if let index = objecting({ $0.verdict == .unbounded || $0.verdict == .exhausted && $0.terms.onExhausted == .deny })
    {
      return .refused(refuse(candidates[index], as: .deny, at: time))
    }
    if let index = objecting({ $0.verdict == .exhausted && $0.terms.onExhausted == .hold }) {
      return .held(refuse(candidates[index], as: .hold, at: time))
    }
    if let index = objecting({ $0.verdict == .contended }) { return .contended(index) }
    guard reservations.count < ReservationID.placesMax else {
      // No machine has so many calls in flight. Letting one more pass unreserved would pass a limit.
      return candidates.isEmpty
        ? .admitted(unreserved)
        : .refused(refusal(candidates[0], .contended(retryAfterSeconds: Self.retryAfterSeconds), at: time))
    }
    return .admitted(admit(call, need, clamp: clamp, at: time))
  }

  private var unreserved: BudgetAdmission {
    BudgetAdmission(reservation: ReservationID(rawValue: -1), clampOutputTokens: nil, decisions: [])
  }

  private func objecting(_ objects: (Candidate) -> Bool) -> Int? {
    candidates.firstIndex { $0.terms.isEnforced && $0.terms.onExhausted != .warn && objects($0) }
  }

  /// Fills ``candidates`` with the budgets that count this call. It counts as a match where a call asks.
  mutating func gatherCandidates(_ call: BudgetCall, isAsked: Bool = true, at time: Timestamp) {
    candidates.removeAll(keepingCapacity: true)
    for target in targets(of: call, at: time) {
      let terms = budgets.items[target.budget].terms
      if call.billing == .subscription, terms.unit == .usd, !terms.countsSubscriptions { continue }
      let scope = target.scope == nowhere ? runScope(of: target.budget, call, at: time) : target.scope
      let account = account(of: scope, at: time)
      if isAsked { budgets.items[target.budget].lastMatchedAt = time }
      candidates.append(
        Candidate(
          budget: target.budget, account: account, terms: terms,
          limit: budgets.items[target.budget].limit(of: accounts.items[account].scopeText, at: time), verdict: .fits))
    }
  }

  /// The lowest limit of output that a budget which clamps gives to the call; nil where none does.
  func enforcedClamp(_ need: CallNeed) -> Int64? {
    guard let terms = need.clamp else { return nil }
    var lowest: Int64?
    for candidate in candidates where candidate.terms.clamps && candidate.terms.isEnforced {
      guard let limit = outputTokens(candidate, terms) else { continue }
      lowest = min(limit, lowest ?? .max)
    }
    return lowest
  }

  func outputTokens(_ candidate: Candidate, _ terms: ClampTerms) -> Int64? {
    let account = candidate.account
    let left = candidate.limit.saturatingAdd(-accounts.items[account].spent)
      .saturatingAdd(-accounts.items[account].reserved)
    let share = Clamp.share(ofLeft: left, inFlight: accounts.items[account].reservationCount)
    return terms.outputTokens(share: share, of: candidate.terms.unit)
  }

  mutating func decide(
    _ index: Int, _ call: BudgetCall, _ need: CallNeed, clamp: Int64?, sequence: Int64, at time: Timestamp
  ) {
    let candidate = candidates[index]
    // What an observing budget would have written into the request counts for itself alone.
    let ownClamp =
      candidate.terms.isEnforced || !candidate.terms.clamps
      ? clamp : need.clamp.flatMap { outputTokens(candidate, $0) } ?? clamp
    guard let amount = candidate.terms.unit.need(need, candidate.terms.bound, clamp: ownClamp) else {
      candidates[index].verdict = .unbounded
      return
    }
    candidates[index].amount = amount
    // What costs nothing always passes, as a free model does when nothing is left.
    guard amount > 0 else { return }
    let spent = accounts.items[candidate.account].spent
    let reserved = accounts.items[candidate.account].reserved
    if spent.exceeds(candidate.limit, with: amount) {
      candidates[index].allowance = allowance(of: candidate.budget, call, amount: amount, at: time)
      candidates[index].verdict = candidates[index].allowance == nil ? .exhausted : .fits
    } else if spent.saturatingAdd(reserved).exceeds(candidate.limit, with: amount)
      || isBlocked(candidate.account, sequence: sequence)
    {
      candidates[index].verdict = .contended
    }
  }

  private func isBlocked(_ account: Int, sequence: Int64) -> Bool {
    let first = accounts.items[account].firstWaiter
    return first != nowhere && waiters.items[first].sequence < sequence
  }
}
