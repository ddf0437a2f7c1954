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

  @Test func `a hold of a guardrail is kept with the rule, its figures and the run`() async throws {
    let ledger = try openLedger(scratch.data)
    var trip = GuardrailTrip(
      guardrail: "stop", kind: .cycle, action: .hold, run: "r", limit: 3, value: 4, tool: "read", period: 2, at: noon)
    for tool in ["read", nil] {
      trip.tool = tool
      var held = hold(1, run: "r", trip: trip)
      try await ledger.holds.write(held)
      #expect(try await ledger.holds.hold(held.id) == held)
      held.state = .approved
      held.end = HoldRecord.End(
        at: noon, by: "anna", approval: HoldRecord.Approval(extent: .call, amount: nil, until: noon))
      try await ledger.holds.write(held)
      #expect(try await ledger.holds.page(HoldFilter()) == [held])
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
