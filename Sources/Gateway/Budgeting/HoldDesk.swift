import NIOCore
import Synchronization

internal import Budgets
public import Ledger
public import Metering
public import Runs

/// The calls that wait for a person.
///
/// Each hold ends exactly once: by a decision, by its time, or because its client left; whoever takes it out of ``OpenHolds``
/// under the lock ends it. What a parked call is told, it is told on its own event loop.
public final class HoldDesk: Sendable {
  /// How a parked call is told.
  struct Turn: Sendable {
    var eventLoop: any EventLoop
    /// Called on ``eventLoop``; once, but for ``HoldAnswer/tryAgain(_:)``.
    var came: @Sendable (HoldAnswer) -> Void

    func tell(_ answer: HoldAnswer) { eventLoop.execute { came(answer) } }
  }

  /// When a client is told to come again.
  static let retryAfterSeconds = 5
  /// Why a hold is dropped.
  static let clientGone = "the client left"
  static let processEnded = "the process ended"

  public let policy: HoldPolicy
  private let state = Mutex(OpenHolds())
  private let onChange: @Sendable (HoldChange) -> Void

  /// - Parameter onChange: is told of each hold when it opens, changes and ends, in that order. It is called under the lock, so
  ///   that the order is kept: it must only hand over.
  public init(policy: HoldPolicy = HoldPolicy(), onChange: @escaping @Sendable (HoldChange) -> Void = { _ in }) {
    self.policy = policy
    self.onChange = onChange
  }

  // MARK: Reading

  /// How many calls are parked.
  public var pendingCount: Int { state.withLock { $0.parkedCount } }

  /// Every hold that can still be decided, and the last that ended; the newest first.
  public var recent: [HoldRecord] {
    state.withLock { $0.all }.sorted { $0.id > $1.id }
  }

  // MARK: Parking

  /// Parks a call, unless a person has let it pass before, or there is no room.
  ///
  /// - Parameter id: of the hold, should there be a new one.
  func park(
    _ call: BudgetCall, _ need: CallNeed, _ heldBy: HeldBy, id: CallID, turn: Turn, at time: Timestamp
  ) -> ParkOutcome {
    state.withLock { state in
      let cause = heldBy.cause
      if let approval = state.takePass(for: call, cause, at: time) { return .passes(approval) }
      guard state.parkedCount < policy.max else { return .full }
      let until = time.adding(seconds: policy.waitSeconds)
      let record = state.park(
        HoldRecord(id: id, of: call, need: need, cause: cause, openedAt: time, until: until), heldBy, turn)
      onChange(HoldChange(hold: record))
      return .parked(record.id)
    }
  }

  /// The client of a parked call has left.
  ///
  /// - Parameter reason: why, for the record.
  func drop(_ id: CallID, reason: String, at time: Timestamp) {
    state.withLock { state in
      guard state[id]?.isDecided != true else { return state.leave(id) }
      end(id, as: .dropped, HoldRecord.End(at: time, reason: reason), &state)
    }
  }

  /// A parked call passes since its run was allowed to. False where the hold has ended meanwhile, or is about to.
  func pass(_ id: CallID, by approval: HoldRecord.End, at time: Timestamp) -> Bool {
    // What was allowed stands in the hold that it was asked for.
    let end = HoldRecord.End(at: time, by: approval.by, reason: approval.reason)
    return state.withLock { self.end(id, as: .approved, end, &$0) != nil }
  }

  @discardableResult
  private func end(
    _ id: CallID, as kind: HoldRecord.State, _ end: HoldRecord.End, isKept: Bool = false, _ state: inout OpenHolds
  ) -> OpenHolds.Hold? {
    let before = state[id]?.record
    guard let ended = state.end(id, as: kind, end) else { return nil }
    onChange(HoldChange(hold: ended.record, before: before, isKept: isKept))
    return ended
  }

  // MARK: Deciding

  /// Takes the decision of a person about an open hold. Until it is carried out or given back, nothing else ends the hold.
  func take(
    _ id: CallID, _ decision: HoldDecision, by actor: String, reason: String?, at time: Timestamp
  ) throws(HoldDecisionError) -> TakenDecision {
    let answer = state.withLock { state -> Result<TakenDecision, HoldDecisionError> in
      guard let open = state[id] else { return .failure(state.ended(id).map { .ended($0) } ?? .unknown) }
      guard !open.isDecided else { return .failure(.contended) }
      do throws(HoldDecisionError) {
        let end = HoldRecord.End(at: time, by: actor, reason: reason)
        let after = try open.record.decided(decision, end)
        state.setDecided(true, id)
        return .success(TakenDecision(before: open.record, after: after))
      } catch {
        return .failure(error)
      }
    }
    return try answer.get()
  }

  /// Puts a decision in force that the ledger has.
  ///
  /// - Parameter allow: called before the call is told, with the hold as it ended: what is approved is to count from then on.
  /// - Returns: the hold as it ended.
  func carryOut(_ decision: TakenDecision, allow: (HoldRecord, HoldRecord.Approval) -> Void) -> HoldRecord {
    guard let end = decision.after.end else { return decision.after }
    let ended = state.withLock { state -> OpenHolds.Hold? in
      state.setDecided(false, decision.after.id)
      guard let ended = self.end(decision.after.id, as: decision.after.state, end, isKept: true, &state) else {
        return nil
      }
      if let approval = end.approval, approval.extent == .call, ended.turn == nil, !ended.hasLeft {
        state.addPass(ended.record, approval)
      }
      return ended
    }
    guard let ended else { return decision.after }
    if let approval = end.approval, approval.extent == .run || ended.turn != nil {
      allow(ended.record, approval)
    }
    switch (ended.turn, end.approval) {
    case (let turn?, nil): turn.tell(.ended(ended.record, ended.heldBy))
    case (let turn?, _?): turn.tell(.approved(ended.record))
    case (nil, _): wakeRun(of: ended.record)
    }
    return ended.record
  }

  /// A decision could not be written: the hold is open as it was.
  func giveBack(_ decision: TakenDecision, at time: Timestamp) {
    state.withLock { state in
      state.setDecided(false, decision.after.id)
      guard state[decision.after.id]?.hasLeft == true else { return }
      end(decision.after.id, as: .dropped, HoldRecord.End(at: time, reason: Self.clientGone), &state)
    }
  }

  /// Lets the other parked calls of a run try again, once its run has been allowed more.
  func wakeRun(of approved: HoldRecord) {
    guard let end = approved.end, end.approval?.extent == .run else { return }
    let siblings = state.withLock { $0.holds { $0.record.isOfSameRun(as: approved) } }
    for sibling in siblings { sibling.turn?.tell(.tryAgain(end)) }
  }

  /// Lets the calls of a run try again that a guardrail holds, once somebody has released the run from it.
  public func released(_ run: String, from release: GuardrailRelease, by actor: String, at time: Timestamp) {
    let end = HoldRecord.End(at: time, by: actor, reason: "the run was released")
    let held = state.withLock { $0.holds { $0.record.run == run && $0.record.trip.map(release.lifts) == true } }
    for hold in held {
      if let turn = hold.turn {
        turn.tell(.tryAgain(end))
      } else {
        _ = state.withLock { self.end(hold.record.id, as: .approved, end, &$0) }
      }
    }
  }

  // MARK: Time

  /// Ends holds that nobody decided about in time.
  func timePassed(at time: Timestamp) {
    let changes = state.withLock { state in
      let changes = state.expire(policy.then, at: time)
      for change in changes { onChange(HoldChange(hold: change.record)) }
      return changes
    }
    for change in changes { if let answer = change.answer { change.turn?.tell(answer) } }
  }
}
