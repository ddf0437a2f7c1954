import Budgets
import Metering
import Testing

@testable import Tollgate

private let noon = Timestamp(unixMicroseconds: 1_795_435_200_000_000)

private func warnings(_ definitions: BudgetDefinition...) -> [String] {
  BudgetWarnings(definitions: definitions) { _ in ("openai/gpt-5", 1_000_000_000_000) }.texts
}

private func budget(_ name: String = "b", dollars: Int64, _ change: (inout BudgetDefinition) -> Void = { _ in })
  -> BudgetDefinition
{
  var definition = BudgetDefinition(name: name, limit: BudgetLimit(unit: .usd, amount: dollars * 1_000_000_000_000))
  change(&definition)
  return definition
}

@Suite struct BudgetWarningTests {
  @Test("A hard limit with room for fewer than ten calls is warned of, and one with room for ten is not")
  func narrow() {
    #expect(warnings(budget(dollars: 9) { $0.bound = .hard }).first?.contains("openai/gpt-5") == true)
    #expect(warnings(budget(dollars: 10) { $0.bound = .hard }) == [])
    #expect(warnings(budget(dollars: 1)) == [])
  }

  @Test("A limit on names that callers choose is warned of where nothing catches the other names")
  func escape() {
    let named = budget(dollars: 1) { $0.match.workflow = ["nightly"] }
    #expect(warnings(named).first?.hasPrefix("budgets[0] \"b\": callers choose their workflow") == true)
    #expect(warnings(named, budget("all", dollars: 9)) == [])
    #expect(warnings(named, budget("other", dollars: 9) { $0.match.model = ["gpt-*"] }).count == 1)
    #expect(warnings(budget(dollars: 1) { $0.match = BudgetMatch(workflow: ["nightly"], team: ["data"]) }) == [])
    #expect(warnings(budget(dollars: 1) { $0.each = .workflow }) == [])
  }

  @Test("A budget that matches nothing for a day is told once, and again after it has matched")
  func unused() throws {
    var book = BudgetBook()
    try book.define(budget(dollars: 1) { $0.match.workflow = ["nightly"] }, at: noon)
    var unused = UnusedBudgets()
    func check(hours: Int64) -> [String] {
      let time = Timestamp(unixMicroseconds: noon.unixMicroseconds + hours * 3_600_000_000)
      return unused.check(book.readings(windowsMax: 0, at: time), at: time)
    }
    #expect(check(hours: 0) == [] && check(hours: 23) == [])
    #expect(check(hours: 24) == ["b"])
    #expect(check(hours: 25) == [])
    let call = BudgetCall(id: CallID(rawValue: 1), agent: "a", workflow: "nightly", provider: "openai")
    _ = book.reserve(
      call, CallNeed(expected: .zero), at: Timestamp(unixMicroseconds: noon.unixMicroseconds + 26 * 3_600_000_000))
    #expect(check(hours: 27) == [])
    #expect(check(hours: 50) == ["b"])
  }
}
