public import Metering

extension BudgetBook {
  /// Records what a person allowed above the limit; more for one who has some adds to it. It passes nothing by itself: the call is
  /// to be reserved anew.
  public mutating func allow(_ call: BudgetCall, _ approval: HoldApproval, at time: Timestamp) {
    guard let budget = budgetByName[approval.budget], approval.amount > 0, approval.until > time else { return }
    let key = Self.key(of: call, approval.extent)
    makeRoomForAllowance(in: budget, at: time)
    let known = budgets.items[budget].allowances[key]
    let left = known.map { $0.until > time ? $0.left : 0 } ?? 0
    budgets.items[budget].allowances[key] = Allowance(left: left.saturatingAdd(approval.amount), until: approval.until)
  }

  /// What lets the call pass above the limit, where there is enough of it.
  func allowance(of budget: Int, _ call: BudgetCall, amount: Int64, at time: Timestamp) -> AllowanceKey? {
    guard !budgets.items[budget].allowances.isEmpty else { return nil }
    let keys = [AllowanceKey.call(call.id)] + (call.run.map { [.run($0, key: call.key)] } ?? [])
    return keys.first { key in
      guard let allowance = budgets.items[budget].allowances[key] else { return false }
      return allowance.until > time && allowance.left >= amount
    }
  }

  mutating func use(_ amount: Int64, of key: AllowanceKey, in budget: Int) {
    guard let allowance = budgets.items[budget].allowances[key] else { return }
    budgets.items[budget].allowances[key]?.left = allowance.left.saturatingAdd(-amount)
  }

  /// Gives back what a call did not use. What was allowed to the call alone goes with it.
  mutating func giveBack(_ amount: Int64, to key: AllowanceKey, in budget: Int) {
    switch key {
    case .call: budgets.items[budget].allowances[key] = nil
    case .run: use(-amount, of: key, in: budget)
    }
  }

  private mutating func makeRoomForAllowance(in budget: Int, at time: Timestamp) {
    guard budgets.items[budget].allowances.count >= Self.allowancesMax else { return }
    let ended = budgets.items[budget].allowances.filter { $0.value.until <= time }.map(\.key)
    let first = budgets.items[budget].allowances.min { $0.value.until < $1.value.until }.map { [$0.key] } ?? []
    for key in ended.isEmpty ? first : ended { budgets.items[budget].allowances[key] = nil }
  }

  private static func key(of call: BudgetCall, _ extent: HoldApproval.Extent) -> AllowanceKey {
    guard extent == .run, let run = call.run else { return .call(call.id) }
    return .run(run, key: call.key)
  }
}
