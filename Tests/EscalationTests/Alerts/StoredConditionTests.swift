import Budgets
import Ledger
import Metering
import Runs
import Testing

@testable import Escalation

@Suite("A condition in the ledger")
struct StoredConditionTests {
  private static let facts: [AlertFacts] = [
    .budget(.sample("workflow=\"ü\\\n</script>")), .budget(.sample("", threshold: nil)),
    .budget(
      BudgetFacts(
        budget: "b", scope: "run=1", unit: .toolCalls, limit: .max, spent: .min, reserved: 0, exhaustionAt: .dayEnd)),
    .hold(HoldFacts(hold: "h1", heldBy: .budget("b"), scope: "s", expiresAt: .dayEnd, link: "https://x.example/h1")),
    .hold(HoldFacts(hold: "h1", heldBy: .budget("b"), scope: "s", expiresAt: .dayEnd)),
    .hold(
      HoldFacts(hold: "h1", heldBy: .guardrail("g", .cycle), scope: "run=r", detail: "why", expiresAt: .dayEnd)),
    .traffic(TrafficFacts(provider: "openai", calls: 3)),
    .traffic(TrafficFacts(provider: "openai", calls: .max, callsInAll: 0)),
    .receiver("ops", outcome: "status 500"), .ledger(reason: "the disk is full"),
  ]

  @Test("is read as it was written", arguments: facts)
  func roundTrip(_ facts: AlertFacts) throws {
    let condition = AlertCondition(rule: .budgetForecast, severity: .critical, facts: facts, receivers: ["a", "b"])
    for limit in [nil, 5, Int128.max] {
      let read = try #require(StoredCondition.read(StoredCondition.document(condition, limitTold: limit)))
      #expect(read.0 == condition && read.limitTold == limit)
    }
  }

  @Test("that cannot be read is none", arguments: ["", "{}", "[]", #"{"rule":"x","severity":"info"}"#, "{"])
  func unreadable(_ text: String) {
    #expect(StoredCondition.read(text) == nil)
  }

  @Test("has a key of its own, whatever its names hold")
  func keys() {
    let names = [("a", "b:1"), ("a1:b", ":1"), ("", ""), ("1:a", ""), ("", "1:a")]
    let keys = names.map { AlertKey(group: AlertGroup(rule: .budgetOverrun, subject: $0.0), member: $0.1).text }
    #expect(Set(keys).count == names.count)
  }
}
