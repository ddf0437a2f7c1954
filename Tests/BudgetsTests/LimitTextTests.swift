import Testing

@testable import Budgets

@Suite("Limits and periods as text")
struct LimitTextTests {
  @Test(
    "are read and written",
    arguments: [
      ("200 USD", BudgetUnit.usd, 200_000_000_000_000, "200 USD"), ("0.50 USD", .usd, 500_000_000_000, "0.5 USD"),
      ("0.000000000001 USD", .usd, 1, "0.000000000001 USD"), ("2M tokens", .tokens, 2_000_000, "2000000 tokens"),
      ("1.5k tokens", .tokens, 1500, "1500 tokens"), ("500 calls", .calls, 500, "500 calls"),
      ("3G tokens", .tokens, 3_000_000_000, "3000000000 tokens"), ("7 tool_calls", .toolCalls, 7, "7 tool_calls"),
    ] as [(String, BudgetUnit, Int64, String)])
  func limits(text: String, unit: BudgetUnit, amount: Int64, written: String) {
    let limit = BudgetLimit(text)
    #expect(limit == BudgetLimit(unit: unit, amount: amount))
    #expect(limit?.description == written)
    #expect(BudgetLimit(written) == limit)
  }

  @Test(
    "are refused where they are no amount of a known unit",
    arguments: [
      "", "200", "USD", "200 EUR", "-1 USD", "1e3 USD", "1.2.3 USD", ".5 USD", "5. USD", "0.0000000000001 USD",
      "1.5 calls", "1.0001k tokens", "9300000000 USD", "2m tokens", "1 USD a day", "k tokens",
    ])
  func malformedLimits(text: String) { #expect(BudgetLimit(text) == nil) }

  @Test(
    "say how long what was used counts",
    arguments: [
      ("hour", BudgetPeriod.hour, "hour"), ("day", .day, "day"), ("week", .week, "week"), ("month", .month, "month"),
      ("total", .total, "total"), ("rolling 24h", .rolling(seconds: 86_400), "rolling 1d"),
      ("rolling 90m", .rolling(seconds: 5400), "rolling 90m"), ("rolling 7d", .rolling(seconds: 604_800), "rolling 7d"),
      ("rolling 45s", .rolling(seconds: 45), "rolling 45s"),
    ] as [(String, BudgetPeriod, String)])
  func periods(text: String, period: BudgetPeriod, written: String) {
    #expect(BudgetPeriod(text) == period)
    #expect(period.description == written)
    #expect(BudgetPeriod(written) == period)
  }

  @Test(
    "are refused where they are no period",
    arguments: ["", "days", "rolling", "rolling 24", "rolling -1h", "rolling 0s", "rolling 9223372036854775807d"])
  func malformedPeriods(text: String) { #expect(BudgetPeriod(text) == nil) }
}
