import Metering
import Observability
import Testing

@testable import Tollgate

@Suite("FOCUS lines")
struct FocusExportTests {
  private func export(
    _ rows: [ReportRow], from: String = "2026-11-01", to: String = "2026-12-01", zone: String = "UTC"
  ) throws -> [[String: String]] {
    let period = try ReportPeriod(
      since: nil, from: from, to: to, timeZone: ReportTimeZone(parsing: zone), now: Timestamp(unixMicroseconds: 0))
    let text = FocusExport(dimensions: FocusExport.dimensions, period: period, rows: rows).csvText
    let lines = CSVReader.lines(text).map(\.fields)
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  private func row(_ day: String, billing: String = "metered", _ change: (inout ReportRow) -> Void) -> ReportRow {
    var row = ReportRow(key: [day, "openai", "m", "a", "w", billing])
    row.calls = 2
    row.tokens = [.input: 7]
    change(&row)
    return row
  }

  @Test("Usage and bookings are lines of their own, and add up to the cost")
  func categories() throws {
    let lines = try export([
      row("2026-11-23") {
        $0.costPicodollars = 5
        $0.adjustedPicodollars = -2
      }
    ])
    #expect(lines.map { $0["ChargeCategory"] } == ["Usage", "Adjustment"])
    #expect(lines.map { $0["BilledCost"] } == ["0.000000000007", "-0.000000000002"])
    #expect(lines.map { $0["ConsumedQuantity"] } == ["7", ""])
    #expect(lines.map { $0["ConsumedUnit"] } == ["Tokens", ""])
    #expect(lines.allSatisfy { $0["BilledCost"] == $0["EffectiveCost"] && $0["ContractedCost"] == $0["BilledCost"] })
  }

  @Test("A subscription is billed nothing, and has what it would have cost as its list cost")
  func subscription() throws {
    let lines = try export([row("2026-11-23", billing: "subscription") { $0.subscriptionPicodollars = 9 }])
    #expect(lines.map { $0["BilledCost"] } == ["0"])
    #expect(lines.map { $0["ListCost"] } == ["0.000000000009"])
  }

  @Test("What a provider reported is billed, and the price book's price is the list cost")
  func reported() throws {
    let lines = try export([
      row("2026-11-23") {
        $0.costPicodollars = 5
        $0.reportedPicodollars = 3
        $0.reportedBookPicodollars = 4
      }
    ])
    #expect(lines.map { $0["ListCost"] } == ["0.000000000006"])
    #expect(lines.map { $0["x_ReportedCost"] } == ["0.000000000003"])
  }

  @Test("Days are local, written in UTC, cut at the period's ends, and belong to a local month")
  func times() throws {
    let lines = try export(
      [row("2026-11-01") { $0.costPicodollars = 1 }, row("2026-11-30") { $0.costPicodollars = 1 }],
      from: "2026-11-01T06:00",
      zone: "Europe/Berlin")
    #expect(lines.map { $0["ChargePeriodStart"] } == ["2026-11-01T05:00:00Z", "2026-11-29T23:00:00Z"])
    #expect(lines.map { $0["ChargePeriodEnd"] } == ["2026-11-01T23:00:00Z", "2026-11-30T23:00:00Z"])
    #expect(lines.map { $0["BillingPeriodStart"] } == ["2026-10-31T23:00:00Z", "2026-10-31T23:00:00Z"])
    #expect(lines.map { $0["BillingPeriodEnd"] } == ["2026-11-30T23:00:00Z", "2026-11-30T23:00:00Z"])
  }

  @Test("Calls without tokens are counted as requests")
  func requests() throws {
    let lines = try export([row("2026-11-23") { $0.tokens = [:] }])
    #expect(lines.map { $0["PricingUnit"] } == ["Requests"])
    #expect(lines.map { $0["PricingQuantity"] } == ["2"])
  }
}
