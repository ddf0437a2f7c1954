import Budgets
import Ledger
import Metering
import NIOCore
import NIOEmbedded
import Runs
import Synchronization
import Testing

@testable import Gateway

@Suite struct HoldDeskTests {
  private let noon = Timestamp(unixMicroseconds: 1_800_000_000_000_000)

  @Test func `a parked call is told once, whoever asks first`() throws {
    let bench = Bench()
    try #require(bench.park(1, at: noon) == .parked(id(1)))
    let hold = try bench.decide(1, .deny, at: noon)
    #expect(hold.state == .denied && hold.end?.by == "anna" && hold.end?.reason == "why")
    #expect(throws: HoldDecisionError.ended(hold)) { try bench.decide(1, .deny, at: noon) }
    #expect(throws: HoldDecisionError.ended(hold)) { try bench.approve(1, at: noon) }
    bench.desk.timePassed(at: noon.adding(seconds: 3600))
    bench.desk.drop(id(1), reason: "late", at: noon)
    #expect(bench.told(1) == ["denied"] && bench.desk.pendingCount == 0)
    #expect(throws: HoldDecisionError.unknown) { try bench.decide(2, .deny, at: noon) }
  }

  @Test func `an approval allows the budget what the call needs, unless it says more`() throws {
    let bench = Bench()
    _ = bench.park(1, need: 30, at: noon)
    _ = bench.park(2, need: 30, run: "r", at: noon)
    #expect(try bench.approve(1, at: noon).end?.approval?.amount == 30)
    #expect(throws: HoldDecisionError.self) { try bench.approve(2, amount: 29, at: noon) }
    _ = try bench.approve(2, .run, amount: 40, seconds: 60, at: noon)
    let until = (noon.adding(seconds: 3600), noon.adding(seconds: 60))
    #expect(
      bench.allowed == [
        HoldApproval(budget: "b", amount: 30, until: until.0, extent: .call),
        HoldApproval(budget: "b", amount: 40, until: until.1, extent: .run),
      ])
    #expect(bench.told(1) == ["approved"] && bench.told(2) == ["approved"])
  }

  @Test func `nobody answers, and the call is denied; or its client is told to come again`() throws {
    for (then, told) in [(HoldPolicy.Then.deny, "expired"), (.retry, "come again")] {
      let bench = Bench { $0.then = then }
      _ = bench.park(1, at: noon)
      bench.desk.timePassed(at: noon.adding(seconds: 59))
      #expect(bench.told(1) == [])
      bench.desk.timePassed(at: noon.adding(seconds: 60))
      #expect(bench.told(1) == [told] && bench.desk.pendingCount == 0)
    }
  }

  @Test func `a client that comes again is the same case, and passes once by an approval`() throws {
    let bench = Bench { $0.then = .retry }
    _ = bench.park(1, at: noon)
    bench.desk.timePassed(at: noon.adding(seconds: 60))
    #expect(bench.park(2, at: noon.adding(seconds: 61)) == .parked(id(1)))
    #expect(bench.opened == 1)
    bench.desk.timePassed(at: noon.adding(seconds: 121))
    #expect(bench.told(2) == ["come again"])
    _ = try bench.approve(1, at: noon.adding(seconds: 122))
    #expect(bench.allowed.isEmpty)
    #expect(bench.park(3, model: "other", at: noon.adding(seconds: 123)) == .parked(id(3)))
    #expect(bench.park(4, need: 11, at: noon.adding(seconds: 123)) == .parked(id(4)), "more than was allowed")
    let approval = HoldRecord.Approval(extent: .call, amount: 10, until: noon.adding(seconds: 122 + 3600))
    #expect(bench.park(5, at: noon.adding(seconds: 124)) == .passes(approval))
    #expect(bench.park(6, at: noon.adding(seconds: 125)) == .parked(id(6)))
  }

  @Test func `the case of a client that does not come again ends, and so does what was allowed to it`() throws {
    let bench = Bench { $0.then = .retry }
    _ = bench.park(1, at: noon)
    _ = bench.park(2, run: "r", at: noon)
    bench.desk.timePassed(at: noon.adding(seconds: 60))
    _ = try bench.approve(2, .call, seconds: 600, at: noon.adding(seconds: 60))
    bench.desk.timePassed(at: noon.adding(seconds: 60 + OpenHolds.retrySecondsMax))
    #expect(bench.desk.recent.map(\.state) == [.approved, .expired])
    #expect(bench.park(3, run: "r", at: noon.adding(seconds: 60 + OpenHolds.retrySecondsMax)) == .parked(id(3)))
  }

  @Test func `approval of a run wakes its other calls, and no other run's`() throws {
    let bench = Bench()
    for (number, run) in [(1, "r"), (2, "r"), (3, "s")] { _ = bench.park(Int64(number), run: run, at: noon) }
    _ = bench.park(4, run: "r", key: "another", at: noon)
    let approved = try bench.approve(1, .run, at: noon)
    bench.desk.wakeRun(of: approved)
    #expect(bench.told(2) == ["try again"] && bench.told(3) == [] && bench.told(4) == [])
    let end = try #require(approved.end)
    #expect(bench.desk.pass(id(2), by: end, at: noon) && !bench.desk.pass(id(2), by: end, at: noon))
    #expect(bench.desk.recent.first { $0.id == id(2) }?.end?.by == "anna")
  }

  @Test func `a decision that is being written is in force only then, and nothing else ends the hold meanwhile`() throws
  {
    let bench = Bench()
    _ = bench.park(1, at: noon)
    let approve = HoldDecision.approve(.call, amount: nil, seconds: 60)
    let taken = try bench.desk.take(id(1), approve, by: "anna", reason: nil, at: noon)
    #expect(taken.before.state == .pending && taken.after.state == .approved && taken.after.end?.by == "anna")
    #expect(bench.told(1) == [] && bench.allowed.isEmpty && bench.ends.isEmpty)
    #expect(throws: HoldDecisionError.self) { try bench.decide(1, .deny, at: noon) }
    bench.desk.timePassed(at: noon.adding(seconds: 3600))
    #expect(bench.told(1) == [] && bench.ends.isEmpty && bench.desk.pendingCount == 1)
    bench.desk.giveBack(taken, at: noon)
    bench.desk.timePassed(at: noon.adding(seconds: 3600))
    #expect(bench.told(1) == ["expired"], "it could not be written: the hold is open as it was")

    _ = bench.park(2, at: noon)
    bench.carryOut(try bench.desk.take(id(2), approve, by: "anna", reason: nil, at: noon))
    #expect(bench.told(2) == ["approved"] && bench.allowed.count == 1)
  }

  @Test func `a client that leaves while a decision is being written is told nothing, and its hold ends once`() throws {
    let bench = Bench { $0.max = 1 }
    let approve = HoldDecision.approve(.call, amount: nil, seconds: 60)
    _ = bench.park(1, at: noon)
    let taken = try bench.desk.take(id(1), approve, by: "anna", reason: nil, at: noon)
    bench.desk.drop(id(1), reason: "left", at: noon)
    #expect(bench.desk.pendingCount == 0)
    bench.carryOut(taken)
    #expect(bench.told(1) == [] && bench.allowed.isEmpty && bench.ends[id(1)] == 1)
    #expect(bench.desk.recent.map(\.state) == [.approved])
    _ = bench.park(2, at: noon)
    let other = try bench.desk.take(id(2), .deny, by: "anna", reason: nil, at: noon)
    bench.desk.drop(id(2), reason: "left", at: noon)
    bench.desk.giveBack(other, at: noon)
    #expect(bench.desk.recent.map(\.state) == [.dropped, .approved] && bench.ends[id(2)] == 1)
    #expect(bench.park(3, at: noon) == .parked(id(3)))
  }

  @Test func `a client that comes again while a decision is being written passes by it`() throws {
    let bench = Bench { $0.then = .retry }
    _ = bench.park(1, at: noon)
    bench.desk.timePassed(at: noon.adding(seconds: 60))
    let time = noon.adding(seconds: 61)
    let approve = HoldDecision.approve(.call, amount: nil, seconds: 60)
    let taken = try bench.desk.take(id(1), approve, by: "anna", reason: nil, at: time)
    #expect(taken.before.state == .retrying)
    #expect(bench.park(2, at: time) == .parked(id(1)))
    bench.carryOut(taken)
    #expect(bench.told(2) == ["approved"] && bench.allowed.count == 1 && bench.desk.pendingCount == 0)
    #expect(bench.park(3, at: time) == .parked(id(3)), "nothing is left for another")
  }

  private func trip(_ kind: GuardrailLimit.Kind = .repeatedCall) -> GuardrailTrip {
    GuardrailTrip(guardrail: "stop", kind: kind, action: .hold, run: "r", limit: 3, value: 3, at: noon)
  }

  @Test func `a call that a guardrail holds is approved without an amount, for itself or for its run`() throws {
    let bench = Bench()
    for number in 1...3 { _ = bench.park(Int64(number), run: "r", trip: trip(), at: noon) }
    _ = bench.park(4, run: "r", at: noon)
    _ = bench.park(5, run: "r", trip: trip(.llmCalls), at: noon)
    #expect(throws: HoldDecisionError.self) { try bench.approve(1, amount: 9, at: noon) }
    #expect(try bench.approve(1, at: noon).end?.approval?.amount == nil)
    let approved = try bench.approve(2, .run, at: noon)
    #expect(bench.released.map(\.0) == ["stop", "stop"] && bench.released.map(\.1) == [.call, .run])
    bench.desk.wakeRun(of: approved)
    #expect(bench.told(3) == ["try again"], "the same limit held it")
    #expect(bench.told(4) == [] && bench.told(5) == [])
  }

  @Test func `a run that is released wakes what guardrails hold of it, and ends the case of a client that comes again`()
  {
    let bench = Bench { $0.then = .retry }
    _ = bench.park(1, run: "r", trip: trip(), at: noon)
    bench.desk.timePassed(at: noon.adding(seconds: 60))
    let later = noon.adding(seconds: 61)
    _ = bench.park(2, run: "r", trip: trip(.cycle), at: later)
    _ = bench.park(3, run: "r", at: later)
    _ = bench.park(4, run: "s", trip: trip(), at: later)
    bench.desk.released("r", from: GuardrailRelease(guardrail: "stop"), by: "anna", at: later)
    #expect(bench.told(2) == ["try again"] && bench.told(3) == [] && bench.told(4) == [])
    #expect(bench.desk.recent.first { $0.id == id(1) }?.state == .approved)
  }

  @Test func `a client that comes again passes a guardrail once by an approval`() throws {
    let bench = Bench { $0.then = .retry }
    _ = bench.park(1, run: "r", trip: trip(), at: noon)
    bench.desk.timePassed(at: noon.adding(seconds: 60))
    let later = noon.adding(seconds: 61)
    _ = try bench.approve(1, at: later)
    #expect(bench.park(2, run: "r", trip: trip(.cycle), at: later) == .parked(id(2)), "another limit")
    let approval = HoldRecord.Approval(extent: .call, amount: nil, until: later.adding(seconds: 3600))
    #expect(bench.park(3, run: "r", trip: trip(), at: later) == .passes(approval))
    #expect(bench.park(4, run: "r", trip: trip(), at: later) == .parked(id(4)))
  }

  @Test func `no more calls are parked than may be`() {
    let bench = Bench { $0.max = 2 }
    #expect(bench.park(1, at: noon) == .parked(id(1)) && bench.park(2, at: noon) == .parked(id(2)))
    #expect(bench.park(3, at: noon) == .full && bench.told(3) == [])
    bench.desk.drop(id(1), reason: "gone", at: noon)
    #expect(bench.park(4, at: noon) == .parked(id(4)))
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `whatever happens, each parked call is told once or has left, and each hold ends once`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let bench = Bench {
      $0.max = 20
      $0.then = seed % 2 == 0 ? .deny : .retry
    }
    var holds: [Int64: CallID] = [:]
    var left: Set<Int64> = []
    var time = noon
    for call in 1...5_000 as ClosedRange<Int64> {
      time = time.adding(seconds: Int64(random.next() % 5))
      let run = random.next() % 2 == 0 ? "r\(random.next() % 3)" : nil
      if case .parked(let hold) = bench.park(call, need: 10 + Int64(random.next() % 2), run: run, at: time) {
        holds[call] = hold
      }
      let other = Int64(random.next() % UInt64(call)) + 1
      if let hold = holds[other] {
        switch random.next() % 5 {
        case 0: _ = try? bench.decide(hold.rawValue, .deny, at: time)
        case 1: _ = try? bench.approve(hold.rawValue, .call, at: time)
        case 2: _ = try? bench.approve(hold.rawValue, .run, at: time)
        case 3 where bench.answers(to: other).isEmpty:
          bench.desk.drop(hold, reason: "left", at: time)
          left.insert(other)
        default: break
        }
      }
      bench.desk.timePassed(at: time)
      if call % 100 == 0 {
        #expect(bench.desk.pendingCount == holds.keys.count { bench.answers(to: $0).isEmpty && !left.contains($0) })
      }
      #expect(bench.desk.pendingCount <= 20)
    }
    bench.desk.timePassed(at: time.adding(seconds: 60))
    bench.desk.timePassed(at: time.adding(seconds: 60 + OpenHolds.retrySecondsMax))
    for call in holds.keys { #expect(bench.answers(to: call).count == (left.contains(call) ? 0 : 1), "call \(call)") }
    #expect(bench.desk.pendingCount == 0 && bench.desk.recent.allSatisfy { !$0.state.isOpen })
    #expect(bench.ends.values.allSatisfy { $0 == 1 } && bench.ends.count == bench.opened)
  }

  private func id(_ number: Int64) -> CallID { CallID(rawValue: number) }
}

/// A desk whose calls note what they are told. Everything runs on one thread.
private struct Bench {
  private struct Seen {
    var told: [Int64: [String]] = [:]
    var allowed: [HoldApproval] = []
    var released: [(String, HoldExtent)] = []
    var opened: Set<CallID> = []
    var ends: [CallID: Int] = [:]
  }

  private let seen: SeenBox
  private let loop = EmbeddedEventLoop()
  let desk: HoldDesk

  private final class SeenBox: Sendable {
    let seen = Mutex(Seen())
  }

  init(_ configure: (inout HoldPolicy) -> Void = { _ in }) {
    var policy = HoldPolicy()
    configure(&policy)
    let box = SeenBox()
    seen = box
    desk = HoldDesk(
      policy: policy,
      onChange: { change in
        box.seen.withLock {
          $0.opened.insert(change.hold.id)
          if change.hold.end != nil { $0.ends[change.hold.id, default: 0] += 1 }
        }
      })
  }

  /// What the parked call was told so far.
  func told(_ call: Int64) -> [String] {
    loop.run()
    return seen.seen.withLock { $0.told[call] ?? [] }
  }
  /// The same without what leaves it parked.
  func answers(to call: Int64) -> [String] { told(call).filter { $0 != "try again" } }
  var allowed: [HoldApproval] { seen.seen.withLock { $0.allowed } }
  /// What was approved that guardrails held.
  var released: [(String, HoldExtent)] { seen.seen.withLock { $0.released } }
  var opened: Int { seen.seen.withLock { $0.opened.count } }
  var ends: [CallID: Int] { seen.seen.withLock { $0.ends } }

  func park(
    _ call: Int64, need: Int64 = 10, run: String? = nil, key: String? = nil, model: String = "m",
    trip: GuardrailTrip? = nil, at time: Timestamp
  ) -> ParkOutcome {
    let turn = HoldDesk.Turn(eventLoop: loop) { [seen] answer in
      seen.seen.withLock { $0.told[call, default: []].append(Self.name(answer)) }
    }
    let refusal = BudgetRefusal(
      reason: .exhausted, budget: "b", scope: "all", unit: .usd, limit: 100, spent: 95, reserved: 0, need: need,
      window: BudgetWindow(start: time, end: time.adding(seconds: 86_400)))
    return desk.park(
      BudgetCall(
        id: CallID(rawValue: call), agent: "a", workflow: "w", run: run, key: key, provider: "p", model: model),
      CallNeed(expected: CallAmounts(picodollars: need, tokens: 1)), trip.map { .guardrail($0) } ?? .budget(refusal),
      id: CallID(rawValue: call), turn: turn,
      at: time)
  }

  func decide(_ hold: Int64, _ decision: HoldDecision, at time: Timestamp) throws -> HoldRecord {
    carryOut(try desk.take(CallID(rawValue: hold), decision, by: "anna", reason: "why", at: time))
  }

  @discardableResult
  func carryOut(_ decision: TakenDecision) -> HoldRecord {
    desk.carryOut(decision) { [seen] hold, approval in
      guard let shortfall = hold.shortfall else {
        return seen.seen.withLock { $0.released.append((hold.trip?.guardrail ?? "", approval.extent)) }
      }
      seen.seen.withLock { $0.allowed.append(HoldApproval(approval, of: shortfall)) }
    }
  }

  func approve(
    _ hold: Int64, _ extent: HoldExtent = .call, amount: Int64? = nil, seconds: Int64 = 3600, at time: Timestamp
  ) throws -> HoldRecord {
    let limit = amount.map { BudgetLimit(unit: .usd, amount: $0) }
    return try decide(hold, .approve(extent, amount: limit, seconds: seconds), at: time)
  }

  private static func name(_ answer: HoldAnswer) -> String {
    switch answer {
    case .approved: "approved"
    case .tryAgain: "try again"
    case .ended(let hold, _): hold.state.rawValue
    case .comeAgain: "come again"
    }
  }
}
