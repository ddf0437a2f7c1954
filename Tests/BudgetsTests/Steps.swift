import Budgets
import Metering
import Testing

/// Noon of 2026-11-23, a Monday, in UTC.
let noon = Timestamp(unixMicroseconds: 1_795_435_200_000_000)

extension Timestamp {
  func plus(_ seconds: Int64) -> Timestamp { Timestamp(unixMicroseconds: unixMicroseconds + seconds * 1_000_000) }
}

/// A call with names that tests need not care about.
func call(
  _ id: Int64 = 1, agent: String = "researcher", workflow: String = "nightly", run: String? = nil,
  model: String? = "gpt-5", billing: Billing = .metered
) -> BudgetCall {
  BudgetCall(
    id: CallID(rawValue: id), agent: agent, workflow: workflow, run: run, provider: "openai", model: model,
    billing: billing)
}

/// A need that is expected and bounded alike.
func need(_ picodollars: Int64, tokens: Int64 = 1) -> CallNeed {
  CallNeed(
    expected: CallAmounts(picodollars: picodollars, tokens: tokens), boundPicodollars: picodollars, boundTokens: tokens)
}

func used(_ picodollars: Int64) -> CallAmounts { CallAmounts(picodollars: picodollars, tokens: 1) }

/// A budget of so many pico-dollars.
func dollars(_ name: String, _ amount: Int64, _ change: (inout BudgetDefinition) -> Void = { _ in }) -> BudgetDefinition
{
  var definition = BudgetDefinition(name: name, limit: BudgetLimit(unit: .usd, amount: amount))
  change(&definition)
  return definition
}

extension ReserveOutcome {
  var admission: BudgetAdmission? {
    if case .admitted(let admission) = self { admission } else { nil }
  }
  var wait: BudgetWait? {
    if case .waiting(let wait) = self { wait } else { nil }
  }
  var refusal: BudgetRefusal? {
    if case .refused(let refusal) = self { refusal } else { nil }
  }
  var hold: BudgetRefusal? {
    if case .held(let refusal) = self { refusal } else { nil }
  }
}
