import Metering

extension BudgetBook {
  /// Tells a state of the account's window, unless it was told.
  mutating func tell(_ state: ToldStates, _ kind: BudgetEvent.Kind, of account: Int, at time: Timestamp) {
    // The scope of one call ends with it: there is nobody to tell of its state.
    guard !accounts.items[account].told.contains(state), !isOfOneCall(account) else { return }
    accounts.items[account].told.insert(state)
    events.append(event(kind, of: account, isResolved: false, at: time))
  }

  /// Tells the thresholds that what is settled has reached.
  mutating func tellThresholds(of account: Int, at time: Timestamp) {
    let budget = accounts.items[account].budget
    for (index, alert) in budgets.items[budget].definition.alerts.enumerated() {
      guard case .spent(let partsPerMillion) = alert.condition,
        !accounts.items[account].told.contains(.alert(index)), hasReached(partsPerMillion, account, at: time)
      else { continue }
      tell(.alert(index), .threshold(partsPerMillion: partsPerMillion), of: account, at: time)
    }
  }

  /// Tells which of the states told have ended now that there is more left: the limit was raised, or use has aged.
  ///
  /// A state ends a tenth below where it begins, so that one near it is not told over and over.
  mutating func resolve(_ account: Int, at time: Timestamp) {
    guard !accounts.items[account].told.isEmpty else { return }
    let isFree = !hasReached(Self.freePartsPerMillion, account, at: time)
    for (state, kind) in toldKinds(account) {
      switch kind {
      case .threshold(let partsPerMillion):
        guard !hasReached(partsPerMillion / 10 * 9, account, at: time) else { continue }
      case .overrun: continue
      default: guard isFree else { continue }
      }
      accounts.items[account].told.remove(state)
      events.append(event(kind, of: account, isResolved: true, at: time))
    }
  }

  /// Tells that every state told has ended: the window is over.
  mutating func resolveAll(_ account: Int, at time: Timestamp) {
    guard !accounts.items[account].told.isEmpty else { return }
    for (_, kind) in toldKinds(account) { events.append(event(kind, of: account, isResolved: true, at: time)) }
    accounts.items[account].told = []
  }

  /// Tells that every threshold told is none any more: the budget has other alerts.
  mutating func resolveThresholds(_ account: Int, at time: Timestamp) {
    for (state, kind) in toldKinds(account) {
      guard case .threshold = kind else { continue }
      accounts.items[account].told.remove(state)
      events.append(event(kind, of: account, isResolved: true, at: time))
    }
  }

  private static let freePartsPerMillion: Int64 = 900_000

  func hasReached(_ partsPerMillion: Int64, _ account: Int, at time: Timestamp) -> Bool {
    let limit = budgets.items[accounts.items[account].budget].limit(of: accounts.items[account].scopeText, at: time)
    return Int128(accounts.items[account].spent) * 1_000_000 >= Int128(limit) * Int128(partsPerMillion)
  }

  private func toldKinds(_ account: Int) -> [(ToldStates, BudgetEvent.Kind)] {
    var kinds: [(ToldStates, BudgetEvent.Kind)] = []
    for (index, alert) in budgets.items[accounts.items[account].budget].definition.alerts.enumerated() {
      if case .spent(let partsPerMillion) = alert.condition {
        kinds.append((.alert(index), .threshold(partsPerMillion: partsPerMillion)))
      }
    }
    kinds += [
      (.waiting, .waiting), (.clamped, .clamped), (.refusing, .refusing), (.holding, .holding), (.warning, .warning),
      (.overrun, .overrun(amount: 0)), (.forecast, .forecast(exhaustionAt: accounts.items[account].window.end)),
    ]
    return kinds.filter { accounts.items[account].told.contains($0.0) }
  }

  private func event(_ kind: BudgetEvent.Kind, of account: Int, isResolved: Bool, at time: Timestamp) -> BudgetEvent {
    let state = accounts.items[account]
    let budget = budgets.items[state.budget]
    return BudgetEvent(
      kind: kind, isResolved: isResolved, budget: budget.definition.name, scope: state.scopeText,
      unit: budget.definition.limit.unit, window: state.window, limit: budget.limit(of: state.scopeText, at: time),
      spent: state.spent, reserved: state.reserved, at: time, receivers: budget.definition.receivers(of: kind))
  }
}

extension BudgetDefinition {
  /// The receivers that the alerts name for a state, each once.
  func receivers(of kind: BudgetEvent.Kind) -> [String] {
    var names: [String] = []
    for alert in alerts where alert.condition.isAbout(kind) {
      for name in alert.receivers where !names.contains(name) { names.append(name) }
    }
    return names
  }
}

extension BudgetAlert.Condition {
  func isAbout(_ kind: BudgetEvent.Kind) -> Bool {
    switch (self, kind) {
    case (.spent(let own), .threshold(let other)): own == other
    case (.refusing, .waiting), (.refusing, .clamped), (.refusing, .refusing), (.refusing, .holding),
      (.refusing, .warning), (.refusing, .overrun):
      true
    case (.forecast, .forecast): true
    default: false
    }
  }
}
