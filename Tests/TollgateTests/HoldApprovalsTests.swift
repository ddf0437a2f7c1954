import Budgets
import Metering
import Testing

@testable import Ledger
@testable import Tollgate

@Suite struct HoldApprovalsTests {
  private let noon = Timestamp(unixMicroseconds: 1_795_435_200_000_000)

  private func approval(_ amount: Int64, unit: BudgetUnit, calls: [SpentCall]) -> KeptApproval {
    let call = BudgetCall(id: CallID(rawValue: 1), agent: "a", workflow: "w", run: "r", provider: "p", model: "m")
    let refusal = BudgetRefusal(
      reason: .exhausted, budget: "b", scope: "all", unit: unit, limit: 1, spent: 1, reserved: 0, need: 1,
      window: .always)
    var hold = HoldRecord(
      id: CallID(rawValue: 1), of: call, need: CallNeed(expected: CallAmounts(picodollars: 1, tokens: 1)),
      cause: .budget(BudgetShortfall(refusal)), openedAt: noon, until: noon)
    hold.state = .approved
    hold.end = HoldRecord.End(
      at: noon, by: "anna",
      approval: HoldRecord.Approval(extent: .run, amount: amount, until: noon.adding(seconds: 3600)))
    return KeptApproval(hold: hold, calls: calls)
  }

  private func spent(_ id: Int64, picodollars: Int64, model: String = "m", billing: Billing = .metered) -> SpentCall {
    SpentCall(
      call: BudgetCall(
        id: CallID(rawValue: id), agent: "a", workflow: "w", run: "r", provider: "p", model: model, billing: billing),
      startedAt: noon, endedAt: noon, used: CallAmounts(picodollars: picodollars, tokens: 5), method: "POST",
      path: "/v1/chat/completions", dialect: "openai")
  }

  @Test func `what calls of the run used since is gone, and the rest comes back`() {
    var budget = BudgetDefinition(name: "b", limit: BudgetLimit(unit: .usd, amount: 100))
    budget.match = BudgetMatch(model: ["m"])
    budget.each = .workflow
    let calls = [
      spent(2, picodollars: 30), spent(3, picodollars: 7), spent(4, picodollars: 50, model: "another"),
      spent(5, picodollars: 50, billing: .subscription),
    ]
    func left(_ amount: Int64, unit: BudgetUnit = .usd) -> Int64 {
      HoldApprovals.left(of: approval(amount, unit: unit, calls: calls), in: budget, at: noon)
    }
    #expect(left(100) == 63 && left(37) == 0 && left(20) == 0)
    #expect(left(100, unit: .tokens) == 0, "the budget counts something else now")
    budget.limit = BudgetLimit(unit: .calls, amount: 10)
    // A call under a subscription costs no dollars, and is a call.
    #expect(left(5, unit: .calls) == 2)
  }
}
