public import Metering

/// Replays settled calls against budgets: what they would have refused, had they been in force.
///
/// Calls are handed in by the time of their start. Each takes as long as it took; one that waits starts later. Budgets that
/// observe are taken as enforced, since that is what one wants to know before enforcing them; `hold` refuses, as nobody is
/// there to decide; nothing is clamped. A call that is refused is missing from every other budget too, as it would have been.
public struct BudgetSimulation: ~Copyable {
  /// How many rows of the answer there are at the most; what is beyond is summed up under `*`.
  public static let rowsMax = 10_000

  private var book = BudgetBook()
  private var expectations = SimulatedExpectations()
  private var running = EndQueue()
  private var waiting: [WaiterID: SimulatedCall] = [:]
  /// Until when they wait, the first first; some have passed since.
  private var deadlines: [BudgetWait] = []
  private var rows: [RowKey: SimulatedRefusals] = [:]
  private var lastTime: Timestamp

  /// - Parameter zones: The rules of the zones that the definitions name; UTC for one that is missing.
  public init(
    _ definitions: [BudgetDefinition], zones: [String: TimeZoneRules] = [:], from time: Timestamp
  ) throws(BudgetDefinitionError) {
    lastTime = time
    for var definition in definitions {
      definition.mode = .enforce
      try book.define(definition, zone: zones[definition.timeZone] ?? .utc, at: time)
    }
  }

  /// Replays the next call. Its start is no earlier than that of the one before.
  public mutating func replay(_ call: SimulatedCall) {
    advance(to: call.startedAt)
    let answer = book.reserve(call.call, expectations.need(of: call), at: lastTime)
    take(answer.outcome, call)
  }

  /// Lets the calls end that still run, and says what each budget would have done, by budget, scope and workflow. Budgets
  /// that never stood in the way have no row.
  public mutating func finish() -> [SimulatedRefusals] {
    while let next = nextTime { advance(to: next) }
    return rows.values.sorted { ($0.budget, $0.scope, $0.workflow) < ($1.budget, $1.scope, $1.workflow) }
  }

  /// When something happens next by itself: a call ends, or one has waited for too long.
  private var nextTime: Timestamp? {
    guard let deadline = deadlines.first?.until else { return running.first?.endsAt }
    return min(deadline, running.first?.endsAt ?? deadline)
  }

  private mutating func advance(to time: Timestamp) {
    while let next = nextTime, next <= time {
      lastTime = max(lastTime, next)
      if let ended = running.first, ended.endsAt <= next {
        running.removeFirst()
        settle(ended)
      } else {
        let changes = book.advance(to: lastTime)
        take(changes)
        deadlines.removeAll { waiting[$0.waiter] == nil || $0.until <= lastTime }
      }
    }
    lastTime = max(lastTime, time)
  }

  private mutating func settle(_ ended: RunningCall) {
    let settlement = book.settle(ended.reservation, ended.call.used, at: lastTime)
    expectations.learn(from: ended.call)
    if let changes = settlement?.changes { take(changes) }
  }

  private mutating func take(_ changes: BudgetChanges) {
    for released in changes.released {
      guard let call = waiting.removeValue(forKey: released.waiter) else { continue }
      take(released.outcome, call)
    }
  }

  private mutating func take(_ outcome: ReserveOutcome, _ call: SimulatedCall) {
    switch outcome {
    case .admitted(let admission):
      let duration = max(0, call.endedAt.unixMicroseconds.saturatingAdd(-call.startedAt.unixMicroseconds))
      let end = Timestamp(unixMicroseconds: lastTime.unixMicroseconds.saturatingAdd(duration))
      running.insert(RunningCall(call: call, reservation: admission.reservation, endsAt: end))
    case .waiting(let wait):
      waiting[wait.waiter] = call
      deadlines.append(wait)
      let key = row(wait.budget, wait.scope, call)
      rows[key, default: Self.none(key)].waits += 1
    case .refused(let refusal), .held(let refusal): note(refusal, of: call)
    }
  }

  private mutating func note(_ refusal: BudgetRefusal, of call: SimulatedCall) {
    let key = row(refusal.budget, refusal.scope, call)
    var row = rows[key] ?? Self.none(key)
    row.refusals += 1
    if case .contended = refusal.reason { row.waitsInVain += 1 }
    row.firstRefusalAt = row.firstRefusalAt ?? lastTime
    row.lastRefusalAt = lastTime
    row.saved.picodollars = row.saved.picodollars.saturatingAdd(call.used.picodollars)
    row.saved.tokens = row.saved.tokens.saturatingAdd(call.used.tokens)
    row.saved.toolCalls = row.saved.toolCalls.saturatingAdd(call.used.toolCalls)
    rows[key] = row
  }

  /// The row of the call, or the one that sums up what is too much.
  private func row(_ budget: String, _ scope: String, _ call: SimulatedCall) -> RowKey {
    let key = RowKey(budget: budget, scope: scope, workflow: call.call.workflow)
    return rows[key] != nil || rows.count < Self.rowsMax ? key : RowKey(budget: budget, scope: "*", workflow: "*")
  }

  private static func none(_ key: RowKey) -> SimulatedRefusals {
    SimulatedRefusals(budget: key.budget, scope: key.scope, workflow: key.workflow)
  }

  private struct RowKey: Hashable {
    var budget: String
    var scope: String
    var workflow: String
  }
}

/// What is expected of the calls that are replayed: what Tollgate would have expected at the time.
struct SimulatedExpectations: ~Copyable {
  private var history = SpendHistory()
  /// The most that a call of a model and workflow has used so far.
  private var most: [SpendKey: CallAmounts] = [:]

  /// Before enough calls are known, what the call itself used is taken as expected.
  mutating func need(of call: SimulatedCall) -> CallNeed {
    let key = Self.key(of: call)
    let usual = history.percentile95(model: key.model, workflow: key.workflow, at: call.startedAt)
    let expected = CallAmounts(
      picodollars: usual?.picodollars ?? call.used.picodollars, tokens: usual?.tokens ?? call.used.tokens,
      toolCalls: call.used.toolCalls)
    let worst = call.bound ?? most[key] ?? .zero
    return CallNeed(
      expected: expected, boundPicodollars: max(worst.picodollars, call.used.picodollars),
      boundTokens: max(worst.tokens, call.used.tokens))
  }

  mutating func learn(from call: SimulatedCall) {
    let key = Self.key(of: call)
    history.record(
      model: key.model, workflow: key.workflow, picodollars: call.used.picodollars, tokens: call.used.tokens,
      outputTokens: call.outputTokens, at: call.startedAt)
    guard most[key] != nil || most.count < SpendHistory.entriesMax else { return }
    let before = most[key] ?? .zero
    most[key] = CallAmounts(
      picodollars: max(before.picodollars, call.used.picodollars), tokens: max(before.tokens, call.used.tokens))
  }

  private static func key(of call: SimulatedCall) -> SpendKey {
    SpendKey(model: call.call.model ?? "", workflow: call.call.workflow)
  }
}
