import Budgets
import Ledger
import Metering

/// The holds that can still be decided, and the passes of those whose client was told to come again. Each hold leaves it once.
struct OpenHolds {
  struct Hold {
    var record: HoldRecord
    var heldBy: HeldBy
    /// Nil where the client was told to come again.
    var turn: HoldDesk.Turn?
    /// Somebody has decided, and what they said is being written: the hold ends by that and by nothing else.
    var isDecided = false
    /// Its client has left meanwhile.
    var hasLeft = false
  }

  /// What the passing of time changed, and what a parked call is to be told of it.
  struct Change {
    var record: HoldRecord
    var turn: HoldDesk.Turn?
    var answer: HoldAnswer?
  }

  /// What was allowed to a call whose client was told to come again.
  private struct Pass {
    var identity: RetryIdentity
    var approval: HoldRecord.Approval
  }

  /// How many clients may be told to come again, and be waited for; of more, the oldest is given up.
  static let retryingMax = 1_000
  /// How long a client that was told to come again is waited for.
  static let retrySecondsMax: Int64 = 900
  private static let endedMax = 200
  private static let passesMax = 1_000

  /// How many calls are parked.
  private(set) var parkedCount = 0
  private var open: [CallID: Hold] = [:]
  private var passes: [Pass] = []
  /// The last that ended, so that they are known before the ledger has them.
  private var ended: [HoldRecord] = []

  subscript(id: CallID) -> Hold? { open[id] }

  /// Those that are open, and the last that ended.
  var all: [HoldRecord] { open.values.map(\.record) + ended }

  func ended(_ id: CallID) -> HoldRecord? { ended.first { $0.id == id } }

  /// Those that are open and of which it is true, the oldest first.
  func holds(where isWanted: (Hold) -> Bool) -> [Hold] {
    open.values.filter(isWanted).sorted { $0.record.id < $1.record.id }
  }

  /// Parks a call: under the hold of the call that it repeats, where there is one.
  mutating func park(_ record: HoldRecord, _ heldBy: HeldBy, _ turn: HoldDesk.Turn) -> HoldRecord {
    var hold = Hold(record: record, heldBy: heldBy, turn: turn)
    let identity = record.identity
    if let before = holds(where: { $0.turn == nil && !$0.hasLeft && $0.record.identity == identity }).first {
      hold.record.id = before.record.id
      hold.record.openedAt = before.record.openedAt
      hold.isDecided = before.isDecided
    }
    open[hold.record.id] = hold
    parkedCount += 1
    return hold.record
  }

  /// Takes a hold out of those that are open; nil where it is not, or somebody has decided.
  mutating func end(_ id: CallID, as state: HoldRecord.State, _ end: HoldRecord.End) -> Hold? {
    guard var hold = open[id], !hold.isDecided else { return nil }
    open[id] = nil
    if hold.turn != nil { parkedCount -= 1 }
    hold.record.state = state
    hold.record.end = end
    if ended.count >= Self.endedMax { ended.removeFirst() }
    ended.append(hold.record)
    return hold
  }

  // MARK: Decisions

  /// Has nothing else end the hold than a decision that is being written, or anything again.
  mutating func setDecided(_ isDecided: Bool, _ id: CallID) { open[id]?.isDecided = isDecided }

  /// The client of a parked call has left while a decision about it is being written.
  mutating func leave(_ id: CallID) {
    if open[id]?.turn != nil { parkedCount -= 1 }
    open[id]?.turn = nil
    open[id]?.hasLeft = true
  }

  // MARK: Passes

  /// Keeps what was allowed to a call whose client comes again.
  mutating func addPass(_ record: HoldRecord, _ approval: HoldRecord.Approval) {
    if passes.count >= Self.passesMax { passes.removeFirst() }
    passes.append(Pass(identity: record.identity, approval: approval))
  }

  /// Takes a pass that is enough for the call.
  mutating func takePass(for call: BudgetCall, _ cause: HoldCause, at time: Timestamp) -> HoldRecord.Approval? {
    guard !passes.isEmpty else { return nil }
    let identity = RetryIdentity(call, cause.subject)
    var need: Int64 = 0
    if case .budget(let shortfall) = cause { need = shortfall.need }
    let index = passes.firstIndex { pass in
      pass.identity == identity && pass.approval.until > time && pass.approval.amount ?? .max >= need
    }
    return index.map { passes.remove(at: $0).approval }
  }

  // MARK: Time

  /// Ends what nobody decided about in time.
  mutating func expire(_ then: HoldPolicy.Then, at time: Timestamp) -> [Change] {
    guard !open.isEmpty || !passes.isEmpty else { return [] }
    passes.removeAll { $0.approval.until <= time }
    var changes: [Change] = []
    for hold in holds(where: { $0.record.until <= time && !$0.isDecided }) {
      if hold.turn != nil, then == .retry {
        changes.append(beginRetry(hold, at: time))
      } else if let change = expire(hold, reason: "nobody decided in time", at: time) {
        changes.append(change)
      }
    }
    for hold in holds(where: { $0.turn == nil }).dropLast(Self.retryingMax) {
      let reason = "more than \(Self.retryingMax) clients were told to come again"
      if let change = expire(hold, reason: reason, at: time) { changes.append(change) }
    }
    return changes
  }

  private mutating func expire(_ hold: Hold, reason: String, at time: Timestamp) -> Change? {
    guard let ended = end(hold.record.id, as: .expired, HoldRecord.End(at: time, reason: reason)) else { return nil }
    return Change(record: ended.record, turn: ended.turn, answer: .ended(ended.record, ended.heldBy))
  }

  /// The client is told to come again: nothing is parked any more, and the case stays open.
  private mutating func beginRetry(_ hold: Hold, at time: Timestamp) -> Change {
    var record = hold.record
    record.state = .retrying
    record.until = time.adding(seconds: Self.retrySecondsMax)
    open[record.id] = Hold(record: record, heldBy: hold.heldBy, turn: nil)
    parkedCount -= 1
    return Change(record: record, turn: hold.turn, answer: .comeAgain(record, hold.heldBy))
  }
}
