@testable import Metering
import Testing

@Suite("What the price book says of a model")
struct PriceQuoteTests {
  @Test("Rates after adjustments, which of them applied, and when the next price comes")
  func quotes() throws {
    let quote = try #require(
      embeddedBook?.resolve(
        provider: "openai", model: "gpt-5.6-sol", at: try instant("2026-08-01"), promptTokens: 300_000,
        context: PricingContext(serviceTier: "flex")))
    #expect(quote.model == "gpt-5.6-sol" && quote.provider == "openai")
    #expect(quote.periodFrom == nil && quote.nextPeriodFrom == Timestamp("2026-08-21"))
    #expect(
      quote.rates.map { "\($0.meter) \($0.price)/\($0.unitsPerPrice) \($0.unit)" }.first == "in 10/1000000 tokens")
    #expect(quote.rates.map(\.meter) == ["in", "in.cached", "in.write", "out", "web_search", "file_search"])
    #expect(quote.adjustments.map(\.isApplied) == [true])
    #expect(quote.adjustments.map(\.condition) == ["prompt above 272000 tokens"])
    #expect(quote.adjustments.map(\.effect) == ["in 10, out 45, in.cached 1, in.write 12.5"])
  }

  @Test("Conditions are told in words")
  func conditions() throws {
    let book = try book(
      model: """
        "match": ["m"], "free": {"web_search": {"count": 1500, "period": "day"}}, "prices": [{"source": "page",
         "rates": {"in": "1", "out": "1"}, "adjust": [
          {"rates": {"in": "2"}},
          {"at_least": 5, "when": {"geo": "*", "service_tier": ["flex", "fast"]}, "times": {"in*": "1/3"}},
          {"hours": ["09:00-12:00"], "days": ["sun", "mon"], "except_dates": ["2026-10-01"], "zone": "+08:00",
           "from": "2026-01-01", "to": "2027-01-01", "times": {"tokens": "2"}}]}]
        """)
    let quote = try #require(book.resolve(provider: "p", model: "m", at: try instant("2026-11-20")))
    #expect(
      quote.adjustments.map(\.condition) == [
        "always", "prompt of 5 tokens or more, any geo, service_tier=flex|fast",
        "09:00-12:00 mon sun except 2026-10-01 at +08:00, from 2026-01-01T00:00:00Z, before 2027-01-01T00:00:00Z",
      ])
    #expect(quote.adjustments.map(\.effect) == ["in 2", "in* × 1/3", "tokens × 2"])
    #expect(quote.allowances == [FreeAllowance(meter: "web_search", count: 1500, period: "day", sharedGroup: nil)])
  }

  @Test("An unknown model has no quote")
  func unknown() throws {
    #expect(embeddedBook?.resolve(provider: "openai", model: "gpt-99", at: try instant("2026-11-20")) == nil)
  }
}
