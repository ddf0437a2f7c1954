public import Metering

extension BudgetBook {
  /// Does what the passing of time asks for: calls that waited for too long are refused, windows that have ended are told as
  /// over, and those who waited in them are tried in the next one. To be called a few times a second.
  public mutating func advance(to time: Timestamp) -> BudgetChanges {
    var changes = BudgetChanges()
    expireWaiters(at: time, &changes)
    for account in accounts.items.indices where accounts.items[account].budget != nowhere {
      let isOver = accounts.items[account].window.end <= time
      let scope = accounts.items[account].scope
      if scope != nowhere, isOver { close(account, at: time) }
      if accounts.items[account].rolling != nil { roll(account, at: time) }
      if accounts.items[account].hasWaiters, isOver || accounts.items[account].rolling != nil {
        releaseWaiters(of: account, at: time, &changes)
        freeIfDone(account)
      }
    }
    changes.events = takeEvents()
    return changes
  }

  /// Tells which windows are thought to be used up before they end, of the budgets whose alerts ask. To be called each minute
  /// or so; see ``exhaustion(of:at:)`` for how it is reckoned.
  public mutating func forecast(at time: Timestamp) -> [BudgetEvent] {
    for account in accounts.items.indices where accounts.items[account].scope != nowhere {
      let alerts = budgets.items[accounts.items[account].budget].definition.alerts
      guard alerts.contains(where: { $0.condition == .forecast }), let at = exhaustion(of: account, at: time) else {
        continue
      }
      if accounts.items[account].window.isEndless, at > time.adding(seconds: Self.endlessForecastSeconds) { continue }
      tell(.forecast, .forecast(exhaustionAt: at), of: account, at: time)
    }
    return takeEvents()
  }

  /// When the limit will be reached at the rate of the window so far: now + (limit - settled) x elapsed / settled, rounded up.
  ///
  /// Nil before a fiftieth of the window (and a minute) has passed, where nothing or all is spent, where the window ends
  /// before, or is rolling. An endless window counts from when this process first saw it, and looks a year ahead.
  func exhaustion(of account: Int, at time: Timestamp) -> Timestamp? {
    let state = accounts.items[account]
    guard state.rolling == nil, time < state.window.end else { return nil }
    let start = state.window.isEndless ? state.openedAt : state.window.start
    let used = state.window.isEndless ? state.spent.saturatingAdd(-state.restored) : state.spent
    let elapsed = time.unixMicroseconds.saturatingAdd(-start.unixMicroseconds)
    let length = state.window.end.unixMicroseconds.saturatingAdd(-start.unixMicroseconds)
    let least = max(Timestamp.microsecondsPerSecond * 60, state.window.isEndless ? 0 : length / 50)
    let left = budgets.items[state.budget].limit(of: state.scopeText, at: time).saturatingAdd(-state.spent)
    guard elapsed >= least, used > 0, left > 0 else { return nil }
    let more = (Int128(left) * Int128(elapsed) + Int128(used) - 1) / Int128(used)
    let horizon = state.window.isEndless ? time.adding(seconds: BudgetPeriod.rollingSecondsMax) : state.window.end
    guard more < Int128(horizon.unixMicroseconds.saturatingAdd(-time.unixMicroseconds)) else { return nil }
    return Timestamp(unixMicroseconds: time.unixMicroseconds.saturatingAdd(Int64(truncatingIfNeeded: more)))
  }

  /// An endless window has no end to be used up before; a day's warning is given.
  private static let endlessForecastSeconds: Int64 = 86_400

  private mutating func expireWaiters(at time: Timestamp, _ changes: inout BudgetChanges) {
    guard waiters.count > 0 else { return }
    let late = waiters.items.indices.filter { waiters.items[$0].isLive && waiters.items[$0].until <= time }
    for place in late.sorted(by: { waiters.items[$0].sequence < waiters.items[$1].sequence }) {
      // One before it may have left and let it pass.
      guard waiters.items[place].isLive, waiters.items[place].until <= time else { continue }
      giveUp(place, at: time, &changes)
    }
  }
}
