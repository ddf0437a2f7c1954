import Metering

/// What decides which budgets match a call.
struct MatchKey: Hashable, Sendable {
  var agent: String
  var workflow: String
  var provider: String
  var key: String?
  var keyBudgets: [BudgetPattern]
  var team: String?
  var model: String?

  init(_ call: BudgetCall) {
    agent = call.agent
    workflow = call.workflow
    provider = call.provider
    key = call.key
    keyBudgets = call.keyBudgets
    team = call.team
    model = call.model
  }
}

/// A budget that matches, and the scope of it.
struct MatchTarget: Sendable {
  var budget: Int
  /// ``nowhere`` where the scope goes by the run, or a scope of its own could not be made.
  var scope: Int
}

extension BudgetBook {
  /// The budgets that match, each with its scope where the scope does not depend on the run.
  mutating func targets(of call: BudgetCall, at time: Timestamp) -> [MatchTarget] {
    guard !budgetByName.isEmpty else { return [] }
    let key = MatchKey(call)
    if let known = matches[key] { return known }
    var found: [MatchTarget] = []
    for index in budgetByName.values.sorted() where budgets.items[index].definition.counts(call) {
      let each = budgets.items[index].terms.each
      let scope = each == .run ? nowhere : self.scope(of: index, value: Self.value(of: call, each), at: time)
      found.append(MatchTarget(budget: index, scope: scope))
    }
    // A peer can choose names without end; what it loses us is a second look at the budgets.
    if matches.count >= Self.matchesMax { matches.removeAll(keepingCapacity: true) }
    matches[key] = found
    return found
  }

  /// The scope of that value, made where there is none.
  mutating func scope(of budget: Int, value: String, at time: Timestamp) -> Int {
    if let known = budgets.items[budget].scopes[value] { return known }
    var value = value
    if budgets.items[budget].scopes.count >= Self.scopesMax {
      makeRoomForScopes(of: budget, at: time)
      if budgets.items[budget].scopes.count >= Self.scopesMax {
        value = Self.sharedByTheRest
        if let known = budgets.items[budget].scopes[value] { return known }
      }
    }
    let text = budgets.items[budget].terms.each.map { "\($0.rawValue)=\(value)" } ?? Self.sharedByAll
    let scope = scopes.insert(BudgetScope(budget: budget, value: value, text: text, lastUsedAt: time))
    budgets.items[budget].scopes[value] = scope
    return scope
  }

  /// The scope of the call's run; of the call itself where it names none. Runs of two keys that have one name are two: nobody uses up
  /// what another's run may spend. No run's name has a space.
  mutating func runScope(of budget: Int, _ call: BudgetCall, at time: Timestamp) -> Int {
    if let run = call.run { return scope(of: budget, value: call.key.map { "\(run) key=\($0)" } ?? run, at: time) }
    let value = call.id.description
    if let known = budgets.items[budget].scopes[value] { return known }
    let scope = scope(of: budget, value: value, at: time)
    if scopes.items[scope].value == value { scopes.items[scope].isOneCall = true }
    return scope
  }

  /// The scope's account of the window of now. A window that has ended is told as resolved.
  mutating func account(of scope: Int, at time: Timestamp) -> Int {
    let budget = scopes.items[scope].budget
    let window = budgets.items[budget].window(at: time)
    let known = scopes.items[scope].account
    scopes.items[scope].lastUsedAt = time
    if known != nowhere {
      if accounts.items[known].window.start == window.start {
        if accounts.items[known].rolling != nil { roll(known, at: time) }
        return known
      }
      close(known, at: time)
    }
    var account = BudgetAccount(
      budget: budget, scope: scope, scopeText: scopes.items[scope].text, unit: budgets.items[budget].terms.unit,
      window: window, openedAt: time)
    if case .rolling(let seconds) = budgets.items[budget].definition.period {
      account.rolling = RollingSpend(seconds: seconds, at: time)
    }
    let place = accounts.insert(account)
    scopes.items[scope].account = place
    return place
  }

  mutating func roll(_ account: Int, at time: Timestamp) {
    guard accounts.items[account].rolling?.advance(to: time) == true else { return }
    accounts.items[account].spent = accounts.items[account].rolling?.sum ?? 0
    resolve(account, at: time)
  }

  /// Parts the account from its scope; it goes when its last reservation has ended and its last waiter has left.
  mutating func close(_ account: Int, at time: Timestamp) {
    resolveAll(account, at: time)
    let scope = accounts.items[account].scope
    if scope != nowhere { scopes.items[scope].account = nowhere }
    accounts.items[account].scope = nowhere
    freeIfDone(account)
  }

  mutating func freeIfDone(_ account: Int) {
    guard accounts.items[account].scope == nowhere, accounts.items[account].isIdle,
      accounts.items[account].budget != nowhere
    else { return }
    accounts.remove(at: account, leaving: .none)
  }

  /// Takes the scope out of its budget. What its account holds is still settled into it.
  mutating func drop(_ scope: Int, at time: Timestamp) {
    let dropped = scopes.items[scope]
    if dropped.account != nowhere { close(dropped.account, at: time) }
    budgets.items[dropped.budget].scopes[dropped.value] = nil
    scopes.remove(at: scope, leaving: .none)
  }

  private mutating func makeRoomForScopes(of budget: Int, at time: Timestamp) {
    // Looking through all of them is worth it once a minute, not for every new name. Of runs, many go at a time.
    let isRuns = budgets.items[budget].terms.each == .run
    if !isRuns, let last = budgets.items[budget].sweptAt, last < time, time < last.adding(seconds: Self.sweepSeconds) {
      return
    }
    budgets.items[budget].sweptAt = time
    let window = budgets.items[budget].window(at: time)
    let known = budgets.items[budget].scopes.values.sorted { scopes.items[$0].lastUsedAt < scopes.items[$1].lastUsedAt }
    var leaving = known.filter { holdsNothing($0, in: window) }
    if isRuns {
      leaving = Array(known.filter { isIdle($0) }.prefix(Self.scopesMax / 4))
    }
    guard !leaving.isEmpty else { return }
    for scope in leaving { drop(scope, at: time) }
    matches.removeAll(keepingCapacity: true)
  }

  private func isIdle(_ scope: Int) -> Bool {
    let account = scopes.items[scope].account
    return account == nowhere || accounts.items[account].isIdle
  }

  private func holdsNothing(_ scope: Int, in window: BudgetWindow) -> Bool {
    let account = scopes.items[scope].account
    guard account != nowhere else { return true }
    return accounts.items[account].isIdle
      && (accounts.items[account].window.start != window.start || accounts.items[account].spent == 0)
  }

  static let sharedByAll = "all"
  static let sharedByTheRest = "*"
  private static let sweepSeconds: Int64 = 60

  private static func value(of call: BudgetCall, _ each: BudgetDimension?) -> String {
    switch each {
    case .agent: call.agent
    case .workflow: call.workflow
    case .key: call.key ?? ""
    case .team: call.team ?? ""
    case .provider: call.provider
    case .model: call.model ?? ""
    case .run, nil: ""
    }
  }
}
