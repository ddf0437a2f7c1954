import Testing

@testable import Metering

@Suite("Hours and days of prices")
struct DailyWindowTests {
  private func window(_ text: String) throws -> PriceCondition {
    let book = try book(
      model: """
        "match": ["m"], "prices": [{"source": "page", "rates": {"in": "1", "out": "1"},
         "adjust": [{\(text), "times": {"in": "2"}}]}]
        """)
    return try #require(book.models.first?.periods.first?.adjustments.first?.condition)
  }

  private func applies(_ condition: PriceCondition, _ at: String) throws -> Bool {
    condition.applies(at: try instant(at), promptTokens: 0, context: PricingContext())
  }

  @Test("An hour begins with its first minute and ends before its last")
  func hours() throws {
    let condition = try window(#""hours": ["09:00-12:00", "23:30-24:00"]"#)
    for (at, expected) in [
      ("2026-11-20T08:59:59.999999Z", false), ("2026-11-20T09:00:00Z", true), ("2026-11-20T11:59:59Z", true),
      ("2026-11-20T12:00:00Z", false), ("2026-11-20T23:29:59Z", false), ("2026-11-20T23:59:59.999999Z", true),
      ("2026-11-21T00:00:00Z", false), ("1969-12-31T10:00:00Z", true),
    ] { #expect(try applies(condition, at) == expected, "\(at)") }
  }

  @Test("Hours may run over midnight")
  func overMidnight() throws {
    let condition = try window(#""hours": ["22:00-02:00"]"#)
    for (at, expected) in [
      ("2026-11-20T21:59:59Z", false), ("2026-11-20T22:00:00Z", true), ("2026-11-20T01:59:59Z", true),
      ("2026-11-20T02:00:00Z", false),
    ] { #expect(try applies(condition, at) == expected, "\(at)") }
  }

  @Test("Days and dates are those of the zone")
  func daysOfTheZone() throws {
    let condition = try window(#""days": ["mon"], "zone": "-05:30", "except_dates": ["2026-11-30"]"#)
    for (at, expected) in [
      ("2026-11-23T05:29:59Z", false), ("2026-11-23T05:30:00Z", true), ("2026-11-24T05:29:59Z", true),
      ("2026-11-24T05:30:00Z", false), ("2026-11-30T12:00:00Z", false), ("2026-12-07T12:00:00Z", true),
    ] { #expect(try applies(condition, at) == expected, "\(at)") }
  }
}
