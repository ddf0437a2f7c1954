import Budgets
import Escalation
import Ledger
import Metering

extension Escalation {
  /// Takes a change of a budget's state: what begins is told to those whom the budget's alerts name, and its end too.
  ///
  /// - Returns: what is to be stored in the transaction of the cause.
  func note(_ event: BudgetEvent) -> AlertState? {
    guard let rule = event.rule else { return nil }
    guard !event.isResolved else {
      resolve(.budget(rule, event.facts))
      return nil
    }
    let state = fire(
      AlertCondition(
        rule: rule, severity: event.severity, facts: .budget(event.facts), receivers: receivers(of: event, rule)))
    if event.isOfRow { return state }
    if let state { commitSoon(state) }
    return nil
  }

  /// An overrun that no alert of the budget is about goes to those who are told of overruns.
  private func receivers(of event: BudgetEvent, _ rule: AlertRule) -> [String] {
    guard rule == .budgetOverrun, event.receivers.isEmpty else { return event.receivers }
    return routing.receivers(of: rule) ?? []
  }
}

extension BudgetEvent {
  /// Whether its cause is a call that is settled, whose row the alert is stored with. A call that is refused leaves none.
  fileprivate var isOfRow: Bool {
    switch kind {
    case .threshold, .overrun: true
    case .waiting, .clamped, .refusing, .warning, .forecast, .holding: false
    }
  }

  /// What the alert is called; nil for what is told otherwise: each call that waits for a person is an alert of its own.
  fileprivate var rule: AlertRule? {
    switch kind {
    case .threshold: .budgetThreshold
    case .waiting, .clamped, .refusing, .warning: .budgetRefusing
    case .overrun: .budgetOverrun
    case .forecast: .budgetForecast
    case .holding: nil
    }
  }

  /// What is exhausted is graver than what will be.
  fileprivate var severity: AlertSeverity {
    switch kind {
    case .refusing: .error
    case .threshold(let partsPerMillion): partsPerMillion >= 1_000_000 ? .error : .warning
    case .waiting, .clamped, .warning, .overrun, .forecast, .holding: .warning
    }
  }

  fileprivate var facts: BudgetFacts {
    var facts = BudgetFacts(
      budget: budget, scope: scope, unit: unit, limit: Int128(limit), spent: Int128(spent), reserved: Int128(reserved))
    if case .threshold(let partsPerMillion) = kind { facts.thresholdPartsPerMillion = partsPerMillion }
    if case .forecast(let exhaustionAt) = kind, !isResolved { facts.exhaustionAt = exhaustionAt }
    if !window.isEndless {
      facts.windowStart = window.start
      facts.windowEnd = window.end
    }
    return facts
  }
}
