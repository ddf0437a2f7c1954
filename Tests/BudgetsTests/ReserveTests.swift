import Budgets
import Metering
import Testing

@Suite struct ReserveTests {
  private let noon = Timestamp(unixMicroseconds: 1_000_000_000_000_000)

  @Test func `what is reserved is settled once`() throws {
    var book = BudgetBook()
    try book.define(BudgetDefinition(name: "all", limit: BudgetLimit(unit: .usd, amount: 100)), at: noon)
    let call = BudgetCall(id: CallID(rawValue: 1), agent: "a", workflow: "w", provider: "openai")
    let need = CallNeed(expected: CallAmounts(picodollars: 60, tokens: 1))
    guard case .admitted(let admission) = book.reserve(call, need, at: noon).outcome else {
      Issue.record("refused")
      return
    }
    let used = CallAmounts(picodollars: 50, tokens: 1)
    #expect(book.settle(admission.reservation, used, at: noon)?.debits.map(\.amount) == [50])
    #expect(book.settle(admission.reservation, used, at: noon) == nil)
  }
}
