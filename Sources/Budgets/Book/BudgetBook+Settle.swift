public import Metering

extension BudgetBook {
  /// Posts what the call used to the windows in which it had reserved, and returns the rest to them at once. Nil where the
  /// reservation has ended already: nothing is posted twice.
  ///
  /// - Parameter certainty: how sure that is: where it is not, what was reserved may be charged.
  public mutating func settle(
    _ id: ReservationID, _ used: CallAmounts, certainty: UsageCertainty = .whole, at time: Timestamp
  ) -> Settlement? {
    end(id, used, certainty, at: time)
  }

  /// Returns all that was reserved: the call never reached the provider. Nil where the reservation has ended already.
  public mutating func void(_ id: ReservationID, at time: Timestamp) -> Settlement? {
    end(id, nil, at: time)
  }

  /// Charges what was expected of the call, since nobody can say what it used. Nil where the reservation has ended already.
  public mutating func expire(_ id: ReservationID, at time: Timestamp) -> Settlement? {
    guard let place = place(of: id) else { return nil }
    return end(id, reservations.items[place].estimate, at: time)
  }

  private mutating func end(
    _ id: ReservationID, _ used: CallAmounts?, _ certainty: UsageCertainty = .whole, at time: Timestamp
  ) -> Settlement? {
    guard let place = place(of: id) else { return nil }
    let first = reservations.items[place].firstHolding
    reservations.remove(at: place, leaving: .ended(generation: reservations.items[place].generation))
    var settlement = Settlement(debits: [], changes: BudgetChanges())
    if used != nil, first != nowhere { settlement.debits.reserveCapacity(4) }
    var next = first
    while next != nowhere {
      let holding = holdings.items[next]
      release(holding, used, certainty, into: &settlement.debits, at: time)
      next = holding.next
    }
    next = first
    while next != nowhere {
      let holding = holdings.items[next]
      holdings.remove(at: next, leaving: .none)
      letGo(holding.account, at: time, &settlement.changes)
      next = holding.next
    }
    settlement.changes.events = takeEvents()
    return settlement
  }

  private mutating func release(
    _ holding: Holding, _ used: CallAmounts?, _ certainty: UsageCertainty, into debits: inout [BudgetDebit],
    at time: Timestamp
  ) {
    let account = holding.account
    let budget = accounts.items[account].budget
    accounts.items[account].release(holding.amount)
    let amount =
      used.map {
        certainty.charged(
          holding.unit.amount(of: $0), reserved: holding.amount, unit: holding.unit, isHard: holding.isHard)
      } ?? 0
    if let key = holding.allowance { giveBack(max(0, holding.amount.saturatingAdd(-amount)), to: key, in: budget) }
    guard used != nil else { return }
    post(amount, to: account, into: &debits, at: time)
    if amount > holding.amount { overrun(amount - holding.amount, holding, at: time) }
    if budgets.items[budget].terms.hasAlerts { tellThresholds(of: account, at: time) }
  }

  /// Posts to the account and notes the debit. The scope of one call ends with it: what it spent need not be kept.
  mutating func post(_ amount: Int64, to account: Int, into debits: inout [BudgetDebit], at time: Timestamp) {
    guard amount > 0 else { return }
    accounts.items[account].post(amount, at: time)
    if !isOfOneCall(account) { debits.append(debit(amount, of: account)) }
  }

  /// Whether the account is of one call that names no run.
  func isOfOneCall(_ account: Int) -> Bool {
    let scope = accounts.items[account].scope
    return scope != nowhere && scopes.items[scope].isOneCall
  }

  func debit(_ amount: Int64, of account: Int) -> BudgetDebit {
    let budget = accounts.items[account].budget
    return BudgetDebit(
      budget: budgets.items[budget].definition.name, scope: accounts.items[account].scopeText,
      windowStart: accounts.items[account].debitStart, unit: accounts.items[account].unit, amount: amount)
  }

  /// Counts what was above the reservation. It is told where a bound was none, or where it passed the limit: one call in
  /// twenty uses more than is expected of it.
  private mutating func overrun(_ amount: Int64, _ holding: Holding, at time: Timestamp) {
    // Nobody knows beforehand how many tools a reply will ask for.
    guard holding.unit != .toolCalls else { return }
    let account = holding.account
    let budget = accounts.items[account].budget
    budgets.items[budget].overruns.calls += 1
    budgets.items[budget].overruns.amount = budgets.items[budget].overruns.amount.saturatingAdd(amount)
    let limit = budgets.items[budget].limit(of: accounts.items[account].scopeText, at: time)
    guard holding.isFirm || accounts.items[account].spent > limit else { return }
    tell(.overrun, .overrun(amount: amount), of: account, at: time)
  }

  /// Lets those pass who waited for what the account has now, and frees what nobody needs any more.
  private mutating func letGo(_ account: Int, at time: Timestamp, _ changes: inout BudgetChanges) {
    releaseWaiters(of: account, at: time, &changes)
    dropIfOver(account, at: time)
    freeIfDone(account)
  }

  /// Drops the scope of one call that names no run, when the call has ended.
  mutating func dropIfOver(_ account: Int, at time: Timestamp) {
    if isOfOneCall(account), accounts.items[account].isIdle { drop(accounts.items[account].scope, at: time) }
  }

  /// Drops what the last decision made for a call that names no run and did not get to reserve or to wait.
  mutating func dropEndedRuns(at time: Timestamp) {
    for candidate in candidates where candidate.terms.each == .run { dropIfOver(candidate.account, at: time) }
  }

  func place(of id: ReservationID) -> Int? {
    guard id.rawValue >= 0, id.place < reservations.items.count else { return nil }
    let isSame = reservations.items[id.place].isLive && reservations.items[id.place].generation == id.generation
    return isSame ? id.place : nil
  }
}
