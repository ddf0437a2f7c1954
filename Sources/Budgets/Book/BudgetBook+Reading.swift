public import Metering

extension BudgetBook {
  /// Every budget by name, each with at most so many windows: those of which most is used.
  ///
  /// - Parameters:
  ///   - runsMax: the same for budgets with a limit for each run, whose windows are many; nil is `windowsMax`.
  ///   - name: the budget that is asked for alone; nil asks for all.
  public mutating func readings(
    windowsMax: Int = 1_000, runsMax: Int? = nil, of name: String? = nil, at time: Timestamp
  ) -> [BudgetReading] {
    let asked = budgetByName.filter { name == nil || $0.key == name }
    let only = name.map { budgetByName[$0] ?? -1 }
    var found: [Int: [UsedAccount]] = [:]
    for account in accounts.items.indices where accounts.items[account].scope != nowhere {
      guard only == nil || accounts.items[account].budget == only else { continue }
      if accounts.items[account].rolling != nil { roll(account, at: time) }
      guard time < accounts.items[account].window.end else { continue }
      let state = accounts.items[account]
      let limit = budgets.items[state.budget].limit(of: state.scopeText, at: time)
      found[state.budget, default: []].append(
        UsedAccount(
          account: account, isExhausted: state.spent >= limit, partsPerMillion: Self.used(state.spent, of: limit)))
    }
    return asked.sorted { $0.key < $1.key }.map { _, budget in
      let max = budgets.items[budget].terms.each == .run ? runsMax ?? windowsMax : windowsMax
      return reading(of: budget, found[budget] ?? [], windowsMax: Swift.max(0, max), at: time)
    }
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
    of budget: Int, _ found: [UsedAccount], windowsMax: Int, at time: Timestamp
  ) -> BudgetReading {
    // Of ten thousand scopes only those that are shown are put in order by their names, which costs most.
    let chosen =
      found.count <= windowsMax
      ? found : Array(found.sorted { $0.partsPerMillion > $1.partsPerMillion }.prefix(windowsMax))
    var windows = chosen.map { reading(of: $0.account, at: time) }
    windows.sort { ($1.usedPartsPerMillion, $0.scope) < ($0.usedPartsPerMillion, $1.scope) }
    var open = found.count { !$0.isExhausted }
    if found.isEmpty, budgets.items[budget].terms.each == nil {
      windows = [untouched(budget, at: time)]
      open = 1
    }
    let state = budgets.items[budget]
    return BudgetReading(
      name: state.definition.name, unit: state.terms.unit, each: state.terms.each, lastMatchedAt: state.lastMatchedAt,
      decisions: state.counts, overruns: state.overruns, waiting: state.waiterCount, openScopes: open,
      exhaustedScopes: found.count { $0.isExhausted }, windows: windows)
  }

  /// A shared limit's window that no call has asked for yet, so that its series begin at 0.
  private mutating func untouched(_ budget: Int, at time: Timestamp) -> WindowReading {
    WindowReading(
      scope: Self.sharedByAll, window: shown(budgets.items[budget].window(at: time), of: budget, at: time),
      limit: budgets.items[budget].limit(of: Self.sharedByAll, at: time), spent: 0, reserved: 0, usedPartsPerMillion: 0)
  }

  private func reading(of account: Int, at time: Timestamp) -> WindowReading {
    let state = accounts.items[account]
    let limit = budgets.items[state.budget].limit(of: state.scopeText, at: time)
    return WindowReading(
      scope: state.scopeText, window: shown(state.window, of: state.budget, at: time), limit: limit, spent: state.spent,
      reserved: state.reserved, usedPartsPerMillion: Self.used(state.spent, of: limit),
      exhaustionAt: exhaustion(of: account, at: time))
  }

  /// A rolling window as people see it: it began so long ago, and has no end.
  private func shown(_ window: BudgetWindow, of budget: Int, at time: Timestamp) -> BudgetWindow {
    guard case .rolling(let seconds) = budgets.items[budget].definition.period,
      budgets.items[budget].terms.each != .run
    else { return window }
    return BudgetWindow(start: time.adding(seconds: -seconds), end: window.end)
  }

  private static func used(_ spent: Int64, of limit: Int64) -> Int64 {
    Int64(clamping: Int128(max(0, spent)) * 1_000_000 / Int128(max(1, limit)))
  }
}

/// An account, and how much of it is used.
private struct UsedAccount {
  var account: Int
  var isExhausted: Bool
  var partsPerMillion: Int64
}
