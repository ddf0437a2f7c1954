public import Metering

extension BudgetBook {
  /// Takes a call that waits out of its queue: its client is gone. Those behind it may pass now.
  public mutating func abandon(_ id: WaiterID, at time: Timestamp) -> BudgetChanges {
    var changes = BudgetChanges()
    guard let place = waiterPlaces[id.rawValue] else { return changes }
    let account = waiters.items[place].account
    leave(place)
    releaseWaiters(of: account, at: time, &changes)
    dropIfOver(account, at: time)
    freeIfDone(account)
    changes.events = takeEvents()
    return changes
  }

  mutating func wait(
    for candidate: Candidate, _ call: BudgetCall, _ need: CallNeed, canWait: Bool, at time: Timestamp
  ) -> ReserveOutcome {
    guard canWait, budgets.items[candidate.budget].waiterCount < Self.waitersMax else {
      budgets.items[candidate.budget].counts[.deny] += 1
      tell(.refusing, .refusing, of: candidate.account, at: time)
      return .refused(refusal(candidate, .contended(retryAfterSeconds: Self.retryAfterSeconds), at: time))
    }
    lastSequence += 1
    let until = time.adding(seconds: Self.waitSecondsMax)
    let place = waiters.insert(
      Waiter(
        call: call, need: need, sequence: lastSequence, until: until, budget: candidate.budget,
        account: candidate.account))
    waiterPlaces[lastSequence] = place
    enqueue(place, in: candidate.account, of: candidate.budget)
    budgets.items[candidate.budget].counts[.wait] += 1
    tell(.waiting, .waiting, of: candidate.account, at: time)
    return .waiting(
      BudgetWait(
        waiter: WaiterID(rawValue: lastSequence), budget: budgets.items[candidate.budget].definition.name,
        scope: accounts.items[candidate.account].scopeText, until: until,
        refusal: refusal(candidate, .contended(retryAfterSeconds: Self.retryAfterSeconds), at: time)))
  }

  /// Lets those pass who can, from the head of the queue on, until one has to wait on.
  mutating func releaseWaiters(of account: Int, at time: Timestamp, _ changes: inout BudgetChanges) {
    while accounts.items[account].firstWaiter != nowhere {
      let place = accounts.items[account].firstWaiter
      guard retry(place, at: time, &changes) != account else { return }
    }
  }

  /// Tries again to reserve for one that waits. Returns the account that it waits for now; nil where it waits no longer.
  private mutating func retry(_ place: Int, at time: Timestamp, _ changes: inout BudgetChanges) -> Int? {
    let waiter = waiters.items[place]
    unlink(place)
    let outcome: ReserveOutcome
    switch attempt(waiter.call, waiter.need, sequence: waiter.sequence, at: time) {
    case .contended(let index):
      let account = candidates[index].account
      enqueue(place, in: account, of: candidates[index].budget)
      dropEndedRuns(at: time)
      return account
    case .admitted(let admission): outcome = .admitted(admission)
    case .refused(let refusal): outcome = .refused(refusal)
    case .held(let refusal): outcome = .held(refusal)
    }
    dropEndedRuns(at: time)
    remove(place)
    changes.released.append(ReleasedWaiter(waiter: WaiterID(rawValue: waiter.sequence), outcome: outcome))
    return nil
  }

  /// Refuses one that has waited for too long, and lets those pass that only waited behind it.
  mutating func giveUp(_ place: Int, at time: Timestamp, _ changes: inout BudgetChanges) {
    let waiter = waiters.items[place]
    let terms = budgets.items[waiter.budget].terms
    let limit = budgets.items[waiter.budget].limit(of: accounts.items[waiter.account].scopeText, at: time)
    var candidate = Candidate(
      budget: waiter.budget, account: waiter.account, terms: terms, limit: limit, verdict: .contended)
    candidate.amount = terms.unit.need(waiter.need, terms.bound, clamp: nil)
    budgets.items[waiter.budget].counts[.deny] += 1
    tell(.refusing, .refusing, of: waiter.account, at: time)
    let refusal = refusal(candidate, .contended(retryAfterSeconds: Self.retryAfterSeconds), at: time)
    leave(place)
    let id = WaiterID(rawValue: waiter.sequence)
    changes.released.append(ReleasedWaiter(waiter: id, outcome: .refused(refusal)))
    releaseWaiters(of: waiter.account, at: time, &changes)
    dropIfOver(waiter.account, at: time)
    freeIfDone(waiter.account)
  }

  private mutating func leave(_ place: Int) {
    unlink(place)
    remove(place)
  }

  private mutating func remove(_ place: Int) {
    waiterPlaces[waiters.items[place].sequence] = nil
    waiters.remove(at: place, leaving: .none)
  }

  /// Puts a waiter into the queue behind those who came before it, whatever queue they came from.
  private mutating func enqueue(_ place: Int, in account: Int, of budget: Int) {
    let sequence = waiters.items[place].sequence
    var previous = accounts.items[account].lastWaiter
    while previous != nowhere, waiters.items[previous].sequence > sequence {
      previous = waiters.items[previous].previous
    }
    let next = previous == nowhere ? accounts.items[account].firstWaiter : waiters.items[previous].next
    waiters.items[place].account = account
    waiters.items[place].budget = budget
    waiters.items[place].previous = previous
    waiters.items[place].next = next
    if previous == nowhere { accounts.items[account].firstWaiter = place } else { waiters.items[previous].next = place }
    if next == nowhere { accounts.items[account].lastWaiter = place } else { waiters.items[next].previous = place }
    budgets.items[budget].waiterCount += 1
  }

  private mutating func unlink(_ place: Int) {
    let (previous, next) = (waiters.items[place].previous, waiters.items[place].next)
    let account = waiters.items[place].account
    if previous == nowhere { accounts.items[account].firstWaiter = next } else { waiters.items[previous].next = next }
    if next == nowhere {
      accounts.items[account].lastWaiter = previous
    } else {
      waiters.items[next].previous = previous
    }
    budgets.items[waiters.items[place].budget].waiterCount -= 1
  }
}
