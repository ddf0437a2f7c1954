public import Metering

extension BudgetBook {
  /// Reserves more for a reply that is under way, from what is left of its hard budgets: up to these amounts of the whole call
  /// in each, or in none. Calls that wait do not come before one that runs.
  public mutating func extend(
    _ id: ReservationID, to amounts: CallAmounts, at time: Timestamp
  ) -> ExtendOutcome {
    guard let place = place(of: id) else { return .ended }
    let first = reservations.items[place].firstHolding
    var next = first
    while next != nowhere {
      if let refusal = objection(to: amounts, next, at: time) { return .cut(refusal, events: takeEvents()) }
      next = holdings.items[next].next
    }
    var dollars: Int64?
    var tokens: Int64?
    next = first
    while next != nowhere {
      grow(next, to: amounts)
      let holding = holdings.items[next]
      if holding.isFirm, holding.unit == .usd { dollars = min(holding.amount, dollars ?? .max) }
      if holding.isFirm, holding.unit == .tokens { tokens = min(holding.amount, tokens ?? .max) }
      next = holding.next
    }
    return .extended(hardPicodollars: dollars, hardTokens: tokens)
  }

  /// Why the holding cannot grow; nil where it can, or need not.
  private mutating func objection(to amounts: CallAmounts, _ place: Int, at time: Timestamp) -> BudgetRefusal? {
    let holding = holdings.items[place]
    let missing = holding.unit.amount(of: amounts).saturatingAdd(-holding.amount)
    guard holding.isFirm, missing > 0 else { return nil }
    let account = accounts.items[holding.account]
    let limit = budgets.items[account.budget].limit(of: account.scopeText, at: time)
    if let key = holding.allowance {
      if let allowance = budgets.items[account.budget].allowances[key], allowance.left >= missing { return nil }
    } else if !account.spent.saturatingAdd(account.reserved).exceeds(limit, with: missing) {
      return nil
    }
    var candidate = Candidate(
      budget: account.budget, account: holding.account, terms: budgets.items[account.budget].terms, limit: limit,
      verdict: .exhausted)
    candidate.amount = missing
    return refuse(candidate, as: .cut, at: time)
  }

  private mutating func grow(_ place: Int, to amounts: CallAmounts) {
    let holding = holdings.items[place]
    let missing = holding.unit.amount(of: amounts).saturatingAdd(-holding.amount)
    guard holding.isFirm, missing > 0 else { return }
    holdings.items[place].amount += missing
    accounts.items[holding.account].reservedSum += Int128(missing)
    if let key = holding.allowance { use(missing, of: key, in: accounts.items[holding.account].budget) }
  }
}
