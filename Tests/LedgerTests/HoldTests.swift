import Budgets
import Metering
import Runs
import Testing

@testable import Ledger

@Suite struct HoldTests {
  private let scratch = Scratch()
  private let noon = Timestamp(unixMicroseconds: 1_795_435_200_000_000)

  private func hold(_ id: Int64, run: String? = nil, trip: GuardrailTrip? = nil) -> HoldRecord {
    let call = BudgetCall(
      id: CallID(rawValue: id + 1), agent: "a", workflow: "w", run: run, key: "k", team: "t", provider: "p", model: "m")
    let need = CallNeed(expected: CallAmounts(picodollars: 7, tokens: 1), boundPicodollars: 9)
    let refusal = BudgetRefusal(
      reason: .exhausted, budget: "b", scope: "workflow=w", unit: .tokens, limit: 100, spent: 95, reserved: 3,
      need: 10, window: .always)
    return HoldRecord(
      id: CallID(rawValue: id), of: call, need: need,
      cause: trip.map { .guardrail($0) } ?? .budget(BudgetShortfall(refusal)), openedAt: noon,
      until: noon.adding(seconds: 60))
  }

  @Test func `a hold is kept with its decision, and the decision in the audit log`() async throws {
    let ledger = try openLedger(scratch.data)
    var decided = hold(1, run: "r")
    try await ledger.holds.write(decided)
    #expect(try await ledger.holds.hold(CallID(rawValue: 1)) == decided)
    decided.state = .approved
    decided.end = HoldRecord.End(
      at: noon, by: "anna", reason: "why",
      approval: HoldRecord.Approval(extent: .run, amount: 20, until: noon.adding(seconds: 3600)))
    let change = AuditedChange(actor: "anna", action: "hold.approve", subject: "1")
    try await ledger.holds.write(decided, audit: change)
    #expect(try await ledger.holds.page(HoldFilter()) == [decided])
    #expect(try await ledger.credentials.audit(AuditFilter()).map(\.change) == [change])
    ledger.close()
  }

  @Test func `a hold that has ended is not opened again by what was on its way`() async throws {
    let ledger = try openLedger(scratch.data)
    var denied = hold(1)
    denied.state = .denied
    denied.end = HoldRecord.End(at: noon, by: "anna")
    try await ledger.holds.write(denied)
    try await ledger.holds.write(hold(1))
    #expect(try await ledger.holds.page(HoldFilter()) == [denied])
    ledger.close()
  }

  @Test func `what runs were allowed is found with the calls that came after it, while it is in force`() async throws {
    let clock = TestClock()
    let ledger = try openLedger(scratch.data, clock: clock)
    func approve(_ id: Int64, run: String, extent: HoldExtent = .run, minutes: Int64 = 60) async throws {
      var approved = hold(id, run: run)
      approved.state = .approved
      approved.end = HoldRecord.End(
        at: clock.now, by: "anna",
        approval: HoldRecord.Approval(extent: extent, amount: 20, until: clock.now.adding(seconds: minutes * 60)))
      try await ledger.holds.write(approved)
    }
    func settle(_ run: String, key: String? = "k", startedAt: Timestamp) throws {
      var record = CallRecord(.sample(ledger.nextCallID(), startedAt: startedAt))
      (record.run, record.virtualKey, record.durationMicroseconds) = (run, key, 1_000_000)
      try ledger.put(record)
    }
    clock.now = clock.now.adding(seconds: 600)
    try settle("r", startedAt: clock.now.adding(seconds: -500))
    try settle("r", startedAt: clock.now)
    try settle("r", key: nil, startedAt: clock.now)
    try settle("s", startedAt: clock.now)
    try await approve(10, run: "r")
    try await approve(20, run: "r", minutes: 120)
    try await approve(30, run: "call alone", extent: .call)
    try await approve(40, run: "short", minutes: 1)
    clock.now = clock.now.adding(seconds: 60)
    let found = try await ledger.holds.approvalsOfRuns()
    #expect(found.map(\.hold.id.rawValue) == [10])
    #expect(found.first?.hold.end?.approval?.amount == 40)
    #expect(found.first?.hold.end?.approval?.until == clock.now.adding(seconds: 7140))
    #expect(found.first?.calls.map(\.call.run) == ["r"], "the one that ended after it")
    clock.now = clock.now.adding(seconds: 7140)
    #expect(try await ledger.holds.approvalsOfRuns().isEmpty)
    ledger.close()
  }

  @Test func `a call that began before the held one may have used what its run was allowed`() async throws {
    let clock = TestClock()
    clock.now = noon
    let ledger = try openLedger(scratch.data, clock: clock)
    let sibling = ledger.nextCallID()
    var approved = hold(ledger.nextCallID().rawValue, run: "r")
    // The held call's own id.
    _ = ledger.nextCallID()
    approved.state = .approved
    approved.end = HoldRecord.End(
      at: noon.adding(seconds: 30), by: "anna",
      approval: HoldRecord.Approval(extent: .run, amount: 20, until: noon.adding(seconds: 7 * 86_400)))
    for seconds in [-100, -10] as [Int64] {
      var record = CallRecord(
        .sample(seconds == -10 ? sibling : ledger.nextCallID(), startedAt: noon.adding(seconds: seconds)))
      (record.run, record.virtualKey, record.durationMicroseconds) = ("r", "k", 60_000_000)
      try ledger.put(record)
    }
    try await ledger.holds.write(approved)
    let found = try #require(try await ledger.holds.approvalsOfRuns().first)
    #expect(found.calls.map(\.call.id) == [sibling], "the other one had ended before the approval")
    ledger.close()
  }

  @Test func `a hold of a guardrail is kept with the rule, its figures and the run`() async throws {
    let ledger = try openLedger(scratch.data)
    var trip = GuardrailTrip(
      guardrail: "stop", kind: .cycle, action: .hold, run: "r", limit: 3, value: 4, tool: "read", period: 2, at: noon)
    for (id, tool) in [(1, "read"), (2, nil)] as [(Int64, String?)] {
      trip.tool = tool
      var held = hold(id, run: "r", trip: trip)
      try await ledger.holds.write(held)
      #expect(try await ledger.holds.hold(held.id) == held)
      held.state = .approved
      held.end = HoldRecord.End(
        at: noon, by: "anna", approval: HoldRecord.Approval(extent: .call, amount: nil, until: noon))
      try await ledger.holds.write(held)
      #expect(try await ledger.holds.page(HoldFilter()).first == held)
    }
    ledger.close()
  }

  @Test func `what was open when the process ended is dropped at the next start, and the rest stays as it was`()
    async throws
  {
    var ledger = try openLedger(scratch.data)
    var denied = hold(1)
    denied.state = .denied
    denied.end = HoldRecord.End(at: noon, by: "anna")
    var retrying = hold(3)
    retrying.state = .retrying
    for hold in [denied, hold(2), retrying] { try await ledger.holds.write(hold) }
    ledger.close()
    ledger = try openLedger(scratch.data)
    let rows = try await ledger.holds.page(HoldFilter())
    #expect(rows.map(\.state) == [.dropped, .dropped, .denied])
    #expect(rows[0].end?.reason == HoldTable.processEnded && rows[0].shortfall?.need == 10 && rows[2] == denied)
    var filter = HoldFilter()
    filter.state = .dropped
    filter.before = CallID(rawValue: 3)
    #expect(try await ledger.holds.page(filter).map(\.id.rawValue) == [2])
    ledger.close()
  }
}
