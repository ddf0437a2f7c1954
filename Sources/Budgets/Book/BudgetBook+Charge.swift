public import Metering

extension BudgetBook {
  /// Sets what the ledger knows to be settled in a window, by the key of its debits. A second time replaces the first.
  ///
  /// Thresholds that it reaches were told by the process that settled it, unless `tells` is set: for a budget that is new,
  /// whose spending was summed up from earlier calls.
  ///
  /// - Returns: What there is to tell; nil where there is no such budget, or the window is not the one of now.
  @discardableResult
  public mutating func restore(_ debit: BudgetDebit, tells: Bool = false, at time: Timestamp) -> BudgetChanges? {
    guard let budget = budgetByName[debit.budget], budgets.items[budget].terms.unit == debit.unit,
      let value = scopeValue(of: budget, debit.scope), isCurrent(debit, of: budget, at: time)
    else { return nil }
    let account = account(of: scope(of: budget, value: value, at: time), at: time)
    guard set(debit, in: account) else { return nil }
    if !tells { markThresholds(of: account, at: time) }
    tellThresholds(of: account, at: time)
    var changes = BudgetChanges()
    changes.events = takeEvents()
    return changes
  }

  /// Posts what a call used that never reserved, or whose process died: to the windows of the time at which it started.
  ///
  /// - Parameter reserve: no less than this is charged.
  public mutating func charge(
    _ call: BudgetCall, _ used: CallAmounts, reserve: CallReserve = .zero, startedAt: Timestamp, at time: Timestamp
  ) -> Settlement {
    gatherCandidates(call, at: time)
    var settlement = Settlement(debits: [], changes: BudgetChanges())
    for candidate in candidates {
      let unit = candidate.terms.unit
      let isHard = candidate.terms.bound == .hard
      let amount = UsageCertainty.none.charged(
        unit.amount(of: used), reserved: unit.amount(of: isHard ? reserve.bound : reserve.expected), unit: unit,
        isHard: isHard)
      guard amount > 0 else { continue }
      let state = budgets.items[candidate.budget]
      let window = BudgetState.window(of: state.definition, in: state.zone, at: startedAt)
      if window.start < accounts.items[candidate.account].window.start {
        // That window has ended: only the ledger still has to know.
        var debit = debit(amount, of: candidate.account)
        debit.windowStart = window.start
        settlement.debits.append(debit)
      } else {
        post(amount, to: candidate.account, into: &settlement.debits, at: time)
        tellThresholds(of: candidate.account, at: time)
      }
    }
    dropEndedRuns(at: time)
    settlement.changes.events = takeEvents()
    return settlement
  }

  /// Whether the debit's window can be the one of now: scopes of the past are not brought back.
  private mutating func isCurrent(_ debit: BudgetDebit, of budget: Int, at time: Timestamp) -> Bool {
    guard case .rolling(let seconds) = budgets.items[budget].definition.period else {
      return budgets.items[budget].window(at: time).start == debit.windowStart
    }
    // The oldest bucket began less than two periods ago.
    return debit.windowStart > time.adding(seconds: -2 * seconds - 1)
  }

  private mutating func set(_ debit: BudgetDebit, in account: Int) -> Bool {
    let amount = max(0, debit.amount)
    if accounts.items[account].rolling != nil {
      guard accounts.items[account].rolling?.restore(amount, start: debit.windowStart) == true else { return false }
      accounts.items[account].spent = accounts.items[account].rolling?.sum ?? 0
      return true
    }
    guard accounts.items[account].window.start == debit.windowStart else { return false }
    let difference = amount.saturatingAdd(-accounts.items[account].restored)
    accounts.items[account].spent = accounts.items[account].spent.saturatingAdd(difference)
    accounts.items[account].restored = amount
    return true
  }

  private func scopeValue(of budget: Int, _ text: String) -> String? {
    guard let each = budgets.items[budget].terms.each else { return text == Self.sharedByAll ? "" : nil }
    let prefix = "\(each.rawValue)="
    return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
  }

  private mutating func markThresholds(of account: Int, at time: Timestamp) {
    for (index, alert) in budgets.items[accounts.items[account].budget].definition.alerts.enumerated() {
      if case .spent(let partsPerMillion) = alert.condition, hasReached(partsPerMillion, account, at: time) {
        accounts.items[account].told.insert(.alert(index))
      }
    }
  }
}
