public import Metering

extension BudgetBook {
  /// Every budget by name, each with at most so many windows.
  public mutating func readings(windowsMax: Int = 1_000, at time: Timestamp) -> [BudgetReading] {
    var windows: [Int: [WindowReading]] = [:]
    for account in accounts.items.indices where accounts.items[account].scope != nowhere {
      if accounts.items[account].rolling != nil { roll(account, at: time) }
      guard time < accounts.items[account].window.end else { continue }
      windows[accounts.items[account].budget, default: []].append(reading(of: account, at: time))
    }
    return budgetByName.sorted { $0.key < $1.key }.map { reading(of: $1, windows[$1] ?? [], windowsMax, at: time) }
  }

  /// What each matching budget would decide of the call now. Nothing is reserved or counted.
  public mutating func explain(_ call: BudgetCall, _ need: CallNeed, at time: Timestamp) -> [BudgetExplanation] {
    gatherCandidates(call, isAsked: false, at: time)
    let clamp = enforcedClamp(need)
    var explanations: [BudgetExplanation] = []
    for index in candidates.indices {
      decide(index, call, need, clamp: clamp, sequence: .max, at: time)
      let candidate = candidates[index]
      let unit = candidate.terms.unit
      explanations.append(
        BudgetExplanation(
          budget: budgets.items[candidate.budget].definition.name, unit: unit,
          window: reading(of: candidate.account, at: time), decision: decision(candidate, need, clamp: clamp),
          expected: unit.amount(of: need.expected), bound: unit.need(need, .hard, clamp: nil), need: candidate.amount,
          clampOutputTokens: candidate.terms.clamps ? clamp : nil))
    }
    dropEndedRuns(at: time)
    return explanations
  }

  private func decision(_ candidate: Candidate, _ need: CallNeed, clamp: Int64?) -> BudgetDecision.Kind {
    guard candidate.terms.isEnforced, candidate.terms.onExhausted != .warn else {
      return passing(candidate, need, clamp: clamp)
    }
    switch candidate.verdict {
    case .fits: return passing(candidate, need, clamp: clamp)
    case .contended: return .wait
    case .unbounded: return .deny
    case .exhausted: return candidate.terms.onExhausted == .hold ? .hold : .deny
    }
  }

  private mutating func reading(
    of budget: Int, _ found: [WindowReading], _ windowsMax: Int, at time: Timestamp
  ) -> BudgetReading {
    var windows = found.sorted { ($1.usedPartsPerMillion, $0.scope) < ($0.usedPartsPerMillion, $1.scope) }
    if windows.isEmpty, budgets.items[budget].terms.each == nil { windows = [untouched(budget, at: time)] }
    let exhausted = windows.count { $0.spent >= $0.limit }
    let state = budgets.items[budget]
    return BudgetReading(
      name: state.definition.name, unit: state.terms.unit, lastMatchedAt: state.lastMatchedAt, decisions: state.counts,
      overruns: state.overruns, waiting: state.waiterCount, openScopes: windows.count - exhausted,
      exhaustedScopes: exhausted, windows: Array(windows.prefix(max(0, windowsMax))))
  }

  /// A shared limit's window that no call has asked for yet, so that its series begin at 0.
  private mutating func untouched(_ budget: Int, at time: Timestamp) -> WindowReading {
    WindowReading(
      scope: Self.sharedByAll, window: budgets.items[budget].window(at: time),
      limit: budgets.items[budget].limit(of: Self.sharedByAll, at: time), spent: 0, reserved: 0, usedPartsPerMillion: 0)
  }

  private func reading(of account: Int, at time: Timestamp) -> WindowReading {
    let state = accounts.items[account]
    let limit = budgets.items[state.budget].limit(of: state.scopeText, at: time)
    let used = Int128(max(0, state.spent)) * 1_000_000 / Int128(max(1, limit))
    return WindowReading(
      scope: state.scopeText, window: state.window, limit: limit, spent: state.spent, reserved: state.reserved,
      usedPartsPerMillion: Int64(clamping: used), exhaustionAt: exhaustion(of: account, at: time))
  }
}
