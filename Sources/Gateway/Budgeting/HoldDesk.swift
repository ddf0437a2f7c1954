import NIOCore
import Synchronization

public import Budgets
public import Ledger
public import Metering

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
  private let onChange: @Sendable (HoldRecord) -> Void

  /// - Parameter onChange: is told of each hold when it opens, changes and ends, in that order. It is called under the lock, so
  ///   that the order is kept: it must only hand over.
  public init(policy: HoldPolicy = HoldPolicy(), onChange: @escaping @Sendable (HoldRecord) -> Void = { _ in }) {
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
      onChange(record)
      return .parked(record.id)
    }
  }

  /// The client of a parked call has left.
  ///
  /// - Parameter reason: why, for the record.
  func drop(_ id: CallID, reason: String, at time: Timestamp) {
    end(id, as: .dropped, HoldRecord.End(at: time, reason: reason))
  }

  /// A parked call passes since its run was allowed to. False where the hold has ended meanwhile.
  func pass(_ id: CallID, by approval: HoldRecord.End, at time: Timestamp) -> Bool {
    var end = approval
    end.at = time
    return self.end(id, as: .approved, end) != nil
  }

  @discardableResult
  private func end(_ id: CallID, as kind: HoldRecord.State, _ end: HoldRecord.End) -> OpenHolds.Hold? {
    state.withLock { state in
      guard let ended = state.end(id, as: kind, end) else { return nil }
      onChange(ended.record)
      return ended
    }
  }

  // MARK: Deciding

  /// Takes the decision of a person about an open hold.
  ///
  /// - Parameter allow: called before the call is told, with the hold as it ended: what is approved is to count from then on.
  /// - Returns: the hold as it ended.
  public func decide(
    _ id: CallID, _ decision: HoldDecision, by actor: String, reason: String?, at time: Timestamp,
    allow: (HoldRecord, HoldRecord.Approval) -> Void
  ) throws(HoldDecisionError) -> HoldRecord {
    let end = HoldRecord.End(at: time, by: actor, reason: reason)
    switch decision {
    case .deny:
      guard let ended = self.end(id, as: .denied, end) else { throw refusal(of: id) }
      ended.turn?.tell(.ended(ended.record, ended.heldBy))
      return ended.record
    case .approve(let extent, let amount, let seconds):
      return try approve(id, Wanted(extent: extent, amount: amount, seconds: seconds), end, allow)
    }
  }

  private struct Wanted {
    var extent: HoldExtent
    var amount: BudgetLimit?
    var seconds: Int64
  }

  private func approve(
    _ id: CallID, _ wanted: Wanted, _ end: HoldRecord.End, _ allow: (HoldRecord, HoldRecord.Approval) -> Void
  ) throws(HoldDecisionError) -> HoldRecord {
    guard let open = state.withLock({ $0[id]?.record }) else { throw refusal(of: id) }
    var end = end
    let approval = try open.approval(wanted.extent, amount: wanted.amount, seconds: wanted.seconds, at: end.at)
    end.approval = approval
    guard let ended = self.end(id, as: .approved, end) else { throw refusal(of: id) }
    if ended.turn == nil, approval.extent == .call {
      state.withLock { $0.addPass(ended.record, approval) }
    } else {
      allow(ended.record, approval)
    }
    if let turn = ended.turn {
      turn.tell(.approved(ended.record))
    } else {
      wakeRun(of: ended.record)
    }
    return ended.record
  }

  /// Lets the other parked calls of a run try again, once its run has been allowed more.
  func wakeRun(of approved: HoldRecord) {
    guard let end = approved.end, end.approval?.extent == .run else { return }
    let siblings = state.withLock { $0.holds { $0.record.isOfSameRun(as: approved) } }
    for sibling in siblings { sibling.turn?.tell(.tryAgain(end)) }
  }

  /// Lets the calls of a run try again that guardrails hold, once somebody has released it.
  public func released(_ run: String, by actor: String, at time: Timestamp) {
    let end = HoldRecord.End(at: time, by: actor, reason: "the run was released")
    let held = state.withLock { $0.holds { $0.record.run == run && $0.record.trip != nil } }
    for hold in held {
      if let turn = hold.turn { turn.tell(.tryAgain(end)) } else { self.end(hold.record.id, as: .approved, end) }
    }
  }

  private func refusal(of id: CallID) -> HoldDecisionError {
    state.withLock { $0.ended(id) }.map { HoldDecisionError.ended($0) } ?? .unknown
  }

  // MARK: Time

  /// Ends holds that nobody decided about in time.
  func timePassed(at time: Timestamp) {
    let changes = state.withLock { state in
      let changes = state.expire(policy.then, at: time)
      for change in changes { onChange(change.record) }
      return changes
    }
    for change in changes { if let answer = change.answer { change.turn?.tell(answer) } }
  }
}
