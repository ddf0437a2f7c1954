import Budgets
import Metering
import Testing

@testable import Control

private func definition(_ json: String, changing former: BudgetDefinition? = nil) throws -> BudgetDefinition {
  try BudgetBody.definition(try RequestBody(Array(json.utf8)), name: "b", changing: former)
}

@Suite("Bodies of budgets")
struct BudgetBodyTests {
  @Test("have the keys and texts of the configuration")
  func whole() throws {
    let found = try definition(
      #"""
      {"match": {"workflow": ["nightly", "etl-*"], "agent": "coder"}, "each": "workflow", "limit": "2M tokens",
       "every": "rolling 24h", "timezone": "Europe/Berlin", "mode": "observe", "bound": "hard", "clamp": "on",
       "on_exhausted": "warn", "subscriptions": true, "alerts": [{"at": "80%", "to": "pager"}, {"at": "forecast"}]}
      """#)
    #expect(found.match == BudgetMatch(agent: ["coder"], workflow: ["nightly", "etl-*"]))
    #expect(found.each == .workflow && found.limit == BudgetLimit(unit: .tokens, amount: 2_000_000))
    #expect(found.period == .rolling(seconds: 86_400) && found.timeZone == "Europe/Berlin")
    #expect(found.mode == .observe && found.bound == .hard && found.clamps && found.onExhausted == .warn)
    #expect(found.countsSubscriptions)
    #expect(
      found.alerts == [
        BudgetAlert(.spent(partsPerMillion: 800_000), receivers: ["pager"]), BudgetAlert(.forecast),
      ])
  }

  @Test("have a limit, and defaults for the rest")
  func defaults() throws {
    let found = try definition(#"{"limit": "5 USD"}"#)
    #expect(found == BudgetDefinition(name: "b", limit: BudgetLimit(unit: .usd, amount: 5_000_000_000_000)))
    #expect(try definition(#"{"limit": "5 USD", "each": "run"}"#).period == .total)
  }

  @Test("that change a budget leave what they do not name")
  func partial() throws {
    let former = exampleBudget().definition
    let found = try BudgetBody.definition(
      try RequestBody(Array(#"{"limit": "3 USD", "alerts": null}"#.utf8)), name: "flows", changing: former)
    var wanted = former
    wanted.limit.amount = 3_000_000_000_000
    wanted.alerts = []
    #expect(found == wanted)
  }

  @Test(
    "that cannot be used are refused with what is wrong",
    arguments: [
      (#"{}"#, "limit"), (#"{"limit": "5"}"#, "limit"), (#"{"limit": 5}"#, "limit"),
      (#"{"limit": "5 USD", "window": "day"}"#, "window"), (#"{"limit": "5 USD", "every": "year"}"#, "every"),
      (#"{"limit": "5 USD", "mode": "off"}"#, "mode"), (#"{"limit": "5 USD", "each": "user"}"#, "each"),
      (#"{"limit": "5 USD", "match": {"user": "x"}}"#, "user"),
      (#"{"limit": "5 USD", "match": {"agent": "a\nb"}}"#, "agent"),
      (#"{"limit": "5 USD", "match": "x"}"#, "match"), (#"{"limit": "5 USD", "alerts": [{"at": "half"}]}"#, "at"),
      (#"{"limit": "5 USD", "alerts": [{"at": "50%", "to": "a b"}]}"#, "to"),
      (#"{"limit": "5 USD", "clamp": "maybe"}"#, "clamp"), (#"{"limit": "5 USD", "name": "other"}"#, "name"),
    ])
  func wrong(json: String, parameter: String) throws {
    let error = try #require(throws: ParameterError.self) { try definition(json) }
    #expect(error.parameter == parameter)
  }

  @Test("that contradict themselves are refused with the reason")
  func contradiction() throws {
    let problem = try #require(throws: Problem.self) { try definition(#"{"limit": "5 USD", "clamp": "on"}"#) }
    #expect(problem.status == 422 && problem.detail.contains("clamp needs bound: hard"))
  }

  @Test("of raises have an amount, an end, a reason, and a scope of the budget")
  func raise() throws {
    func raise(_ json: String) throws -> BudgetRaise {
      let body = try RequestBody(Array(json.utf8))
      return try RaiseBody.raise(body, of: exampleBudget().definition, now: budgetNoon).raise
    }
    let found = try raise(#"{"amount": "50 USD", "for": "2h", "reason": "release", "scope": "workflow=etl-a"}"#)
    #expect(found.amount == 50_000_000_000_000 && found.scope == "workflow=etl-a" && found.reason == "release")
    #expect(found.until.unixMicroseconds == budgetNoon.unixMicroseconds + 7_200_000_000)
    for json in [
      #"{"amount": "50 USD", "reason": "x"}"#, #"{"amount": "50 USD", "for": "2h"}"#,
      #"{"amount": "50", "for": "2h", "reason": "x"}"#,
      #"{"amount": "50 USD", "for": "2h", "until": "2027-01-01T00:00:00Z", "reason": "x"}"#,
      #"{"amount": "50 USD", "for": "2h", "reason": "x", "scope": "agent=a"}"#,
    ] { #expect(throws: ParameterError.self, "\(json)") { try raise(json) } }
  }
}
