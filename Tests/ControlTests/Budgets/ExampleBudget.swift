import Budgets
import Metering

@testable import Control

/// Noon of 2026-11-23, UTC.
let budgetNoon = Timestamp(unixMicroseconds: 1_795_435_200_000_000)

/// A budget for each workflow, of which one has spent some, and which is raised.
func exampleBudget() -> BudgetStatus {
  var definition = BudgetDefinition(name: "flows", limit: BudgetLimit(unit: .usd, amount: 2_000_000_000_000))
  definition.match = BudgetMatch(workflow: ["nightly", "etl-*"])
  definition.each = .workflow
  definition.alerts = [BudgetAlert(.spent(partsPerMillion: 800_000), receivers: ["pager"]), BudgetAlert(.refusing)]
  let raise = BudgetRaise(
    amount: 500_000_000_000, until: Timestamp(unixMicroseconds: budgetNoon.unixMicroseconds + 3_600_000_000),
    reason: "month end", scope: "workflow=etl-a")
  var book = BudgetBook()
  let call = BudgetCall(id: CallID(rawValue: 1), agent: "a", workflow: "etl-a", provider: "openai")
  _ = try? book.define(definition, at: budgetNoon)
  _ = try? book.raise(budget: "flows", raise, at: budgetNoon)
  let used = CallAmounts(picodollars: 250_000_000_000, tokens: 10)
  if case .admitted(let admission) = book.reserve(call, CallNeed(expected: used), at: budgetNoon).outcome {
    _ = book.settle(admission.reservation, used, at: budgetNoon)
  }
  let reading = book.readings(at: budgetNoon)[0]
  return BudgetStatus(definition: definition, isConfigured: false, reading: reading, raises: [raise])
}

/// What that budget would decide of a call.
func exampleExplanation() -> CallExplanation {
  var book = BudgetBook()
  _ = try? book.define(exampleBudget().definition, at: budgetNoon)
  let call = BudgetCall(id: CallID(rawValue: 0), agent: "a", workflow: "etl-a", provider: "openai", model: "gpt-5")
  let expected = CallAmounts(picodollars: 10_000_000_000, tokens: 100)
  let need = CallNeed(expected: expected, boundPicodollars: 90_000_000_000, boundTokens: 900)
  return CallExplanation(
    provider: "openai", pricedAs: "gpt-5", expected: expected, isExpectedFromHistory: false,
    boundPicodollars: need.boundPicodollars, boundTokens: need.boundTokens,
    budgets: book.explain(call, need, at: budgetNoon))
}
