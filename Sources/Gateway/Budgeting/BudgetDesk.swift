import NIOCore
import Synchronization

public import Budgets
public import Ledger
public import Metering
public import Runs

/// The budgets of the data plane: the book behind its one lock, what calls have shown of their cost, and the calls that wait.
///
/// Each function holds the lock for microseconds. A call that waits is told of its turn on its own event loop.
public final class BudgetDesk: Sendable {
  private struct State: ~Copyable {
    var book = BudgetBook()
    var turns: [WaiterID: Turn] = [:]
  }

  /// How a call that waits is told.
  struct Turn: Sendable {
    var eventLoop: any EventLoop
    /// Called once, on ``eventLoop``.
    var came: @Sendable (ReserveOutcome) -> Void
  }

  private let state = Mutex(State())
  private let history = Mutex(SpendHistory())
  /// Whether any budget is defined: without one, a call costs no lock here.
  private let isUsed = Atomic<Bool>(false)
  private let usesBounds = Atomic<Bool>(false)
  /// Takes what people may want to be told of, and gives back what of it is to be stored with its cause. Never waits.
  private let tell: @Sendable ([BudgetEvent]) -> [AlertState]

  /// The calls that wait for a person.
  public let holds: HoldDesk

  /// How long the prompts of the last calls could be.
  let bounds = PromptBoundLog()

  /// How long the prompt of a call could be, as a hard budget was told; nil for calls that none asked of, and for those before the last
  /// thousand.
  public func promptBounds(of call: CallID) -> PromptBounds? { bounds.bounds(of: call) }

  public init(holds: HoldDesk = HoldDesk(), tell: @escaping @Sendable ([BudgetEvent]) -> [AlertState]) {
    self.holds = holds
    self.tell = tell
  }

  /// Whether calls have to be reserved at all.
  var hasBudgets: Bool { isUsed.load(ordering: .relaxed) }

  /// Whether any budget asks what a call can use at the most: to find that out takes some microseconds.
  var asksForBounds: Bool { usesBounds.load(ordering: .relaxed) }

  /// Reads the book, or changes what is defined.
  public func withBook<Result: Sendable>(_ body: (inout BudgetBook) throws -> Result) rethrows -> Result {
    try state.withLock { state throws in
      defer {
        isUsed.store(state.book.hasBudgets, ordering: .relaxed)
        usesBounds.store(state.book.asksForBounds, ordering: .relaxed)
      }
      return try body(&state.book)
    }
  }

  /// Carries on what a change of the book made happen: calls that wait no longer, and what is to be told.
  ///
  /// - Returns: what is to be stored with the cause; it is stored a little later anyhow.
  @discardableResult
  public func carryOn(_ changes: BudgetChanges, at time: Timestamp) -> [AlertState] {
    for released in changes.released {
      let turn = state.withLock { $0.turns.removeValue(forKey: released.waiter) }
      guard let turn else {
        // The call was withdrawn in the same moment.
        if case .admitted(let admission) = released.outcome { void(admission.reservation, at: time) }
        continue
      }
      turn.eventLoop.execute { turn.came(released.outcome) }
    }
    return changes.events.isEmpty ? [] : tell(changes.events)
  }

  // MARK: Calls

  /// Reserves a call in every budget that matches it, or in none.
  ///
  /// - Parameter turn: how the call is told of its turn; nil where it cannot wait, and is refused instead.
  func reserve(_ call: BudgetCall, _ need: CallNeed, at time: Timestamp, turn: Turn?) -> ReserveOutcome {
    let answer = state.withLock { state in
      let answer = state.book.reserve(call, need, canWait: turn != nil, at: time)
      if case .waiting(let wait) = answer.outcome { state.turns[wait.waiter] = turn }
      return answer
    }
    if !answer.events.isEmpty { _ = tell(answer.events) }
    return answer.outcome
  }

  /// Why a call may not start work whose cost will not be seen; nil where no hard budget minds.
  func refuseUnseen(_ call: BudgetCall, at time: Timestamp) -> BudgetRefusal? {
    guard let refused = state.withLock({ $0.book.refuseUnseen(call, at: time) }) else { return nil }
    if !refused.events.isEmpty { _ = tell(refused.events) }
    return refused.refusal
  }

  /// The client of a call that waits has left.
  func withdraw(_ waiter: WaiterID, at time: Timestamp) {
    let changes = state.withLock { state in
      state.turns[waiter] = nil
      return state.book.abandon(waiter, at: time)
    }
    carryOn(changes, at: time)
  }

  /// Posts what a call used, and gives back what it had reserved besides.
  ///
  /// - Returns: what was posted, for the ledger to keep in the transaction of the call's row.
  func settle(
    _ reservation: ReservationID, used: CallAmounts, certainty: UsageCertainty, at time: Timestamp
  ) -> BudgetPosting {
    let settlement = state.withLock { $0.book.settle(reservation, used, certainty: certainty, at: time) }
    guard let settlement else { return BudgetPosting() }
    return BudgetPosting(debits: settlement.debits, alerts: carryOn(settlement.changes, at: time))
  }

  /// Posts what a call used that nothing was reserved for.
  func post(_ call: BudgetCall, used: CallAmounts, startedAt: Timestamp, at time: Timestamp) -> BudgetPosting {
    let settlement = state.withLock { $0.book.charge(call, used, startedAt: startedAt, at: time) }
    return BudgetPosting(debits: settlement.debits, alerts: carryOn(settlement.changes, at: time))
  }

  /// Gives back what a call had reserved that never reached its provider.
  func void(_ reservation: ReservationID, at time: Timestamp) {
    if let settlement = state.withLock({ $0.book.void(reservation, at: time) }) {
      carryOn(settlement.changes, at: time)
    }
  }

  /// Asks for more than a call has reserved, because its reply visibly costs that.
  func extend(_ reservation: ReservationID, to amounts: CallAmounts, at time: Timestamp) -> ExtendOutcome {
    let outcome = state.withLock { $0.book.extend(reservation, to: amounts, at: time) }
    if case .cut(_, let events) = outcome, !events.isEmpty { _ = tell(events) }
    return outcome
  }

  /// Lets a person's approval count for the calls that it names.
  func allow(_ call: BudgetCall, _ approval: HoldApproval, at time: Timestamp) {
    state.withLock { $0.book.allow(call, approval, at: time) }
  }

  /// Takes a person's decision about a held call. It is in force once it is kept; where it cannot be, nothing has changed.
  ///
  /// - Parameters:
  ///   - actor: whose decision it is.
  ///   - release: called before the call is told where a run is to go on that a guardrail has stopped, and until when.
  ///   - keep: writes the hold as it was and as it ends, so that both survive the process.
  /// - Returns: the hold as it ended.
  /// - Throws: ``HoldDecisionError``, and what `keep` throws.
  public func decide(
    _ hold: CallID, _ decision: HoldDecision, by actor: String, reason: String?, at time: Timestamp,
    release: @Sendable (GuardrailTrip, _ until: Timestamp) -> Void,
    keep: @Sendable (_ before: HoldRecord, _ after: HoldRecord) async throws -> Void
  ) async throws -> HoldRecord {
    let taken = try holds.take(hold, decision, by: actor, reason: reason, at: time)
    do {
      try await keep(taken.before, taken.after)
    } catch {
      holds.giveBack(taken, at: time)
      throw error
    }
    return holds.carryOut(taken) { hold, approval in
      switch hold.cause {
      case .budget(let shortfall): allow(hold.budgetCall, HoldApproval(approval, of: shortfall), at: time)
      case .guardrail(let trip): if approval.extent == .run { release(trip, approval.until) }
      }
    }
  }

  /// Lets an approval of a run count again that the process before took.
  ///
  /// - Parameter left: what its run has not used of it.
  public func restore(_ approved: HoldRecord, left: Int64, at time: Timestamp) {
    guard var approval = approved.end?.approval, let shortfall = approved.shortfall, left > 0 else { return }
    approval.amount = left
    allow(approved.budgetCall, HoldApproval(approval, of: shortfall), at: time)
  }

  /// Ends waits that have become too long, and takes note that time has passed.
  public func timePassed(at time: Timestamp) {
    holds.timePassed(at: time)
    guard hasBudgets else { return }
    carryOn(state.withLock { $0.book.advance(to: time) }, at: time)
  }

  /// Looks whether limits will be reached before their windows end.
  public func forecast(at time: Timestamp) {
    guard hasBudgets else { return }
    let events = state.withLock { $0.book.forecast(at: time) }
    if !events.isEmpty { _ = tell(events) }
  }

  // MARK: What calls cost

  /// What calls of that model and workflow have used, nineteen in twenty of them; nil before enough are known.
  public func usual(model: String, workflow: String, at time: Timestamp) -> SpendPercentiles? {
    history.withLock { $0.percentile95(model: model, workflow: workflow, at: time) }
  }

  /// Learns from a call that was settled.
  func learn(model: String, workflow: String, used: CallAmounts, outputTokens: Int64, at time: Timestamp) {
    history.withLock {
      $0.record(
        model: model, workflow: workflow, picodollars: used.picodollars, tokens: used.tokens,
        outputTokens: outputTokens, at: time)
    }
  }
}

/// What the end of a call was to budgets, for the ledger to keep in the transaction of its row.
struct BudgetPosting {
  var debits: [BudgetDebit] = []
  /// States that it brought about.
  var alerts: [AlertState] = []
}

extension HoldApproval {
  /// What a budget is to allow.
  init(_ approval: HoldRecord.Approval, of shortfall: BudgetShortfall) {
    self.init(
      budget: shortfall.budget, amount: approval.amount ?? shortfall.need, until: approval.until,
      extent: approval.extent == .run ? .run : .call)
  }
}
