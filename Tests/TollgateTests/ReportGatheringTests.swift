import Metering
import Testing

@testable import Tollgate

@Suite("What a report asks for")
struct ReportGatheringTests {
  private func row(_ key: [String?], cost: Int128, calls: Int64 = 1, unpriced: Int64 = 0) -> ReportRow {
    var row = ReportRow(key: key)
    row.calls = calls
    row.costPicodollars = cost
    row.unpricedCalls = unpriced
    return row
  }

  private func period(_ from: String, _ to: String, _ zone: String) throws -> ReportPeriod {
    try ReportPeriod(
      since: nil, from: from, to: to, timeZone: ReportTimeZone(parsing: zone), now: Timestamp(unixMicroseconds: 0))
  }

  @Test("Totals count each call once, also by tool, and calls without a workflow are set apart")
  func totals() async throws {
    let report = try await Report.gather(by: [.tool], period: period("2026-11-01", "2026-11-02", "UTC")) { by, _ in
      switch by {
      case [.workflow]: [row(["nightly"], cost: 10), row(["default"], cost: 5), row([nil], cost: 1)]
      case [.tool]: [row(["search"], cost: 9), row(["fetch"], cost: 12)]
      default: []
      }
    }
    #expect(report.total.costPicodollars == 16)
    #expect(report.withoutWorkflow.costPicodollars == 6)
    #expect(report.rows.map(\.key) == [["fetch"], ["search"]])
  }

  @Test("Models without a price are asked for only where there are calls without one")
  func unpriced() async throws {
    let period = try period("2026-11-01", "2026-11-02", "UTC")
    let report = try await Report.gather(by: [.agent], period: period) { by, _ in
      switch by {
      case [.provider, .model]:
        [
          row(["openai", "x"], cost: 0, unpriced: 2), row(["openai", "y"], cost: 1),
          row([nil, "z"], cost: 0, unpriced: 3),
        ]
      default: [row(["w"], cost: 1, unpriced: 5)]
      }
    }
    #expect(report.unpriced.map(\.model) == ["z", "x"])
    let priced = try await Report.gather(by: [.agent], period: period) { by, _ in
      if by == [.provider, .model] { Issue.record("asked for models") }
      return []
    }
    #expect(priced.unpriced.isEmpty)
  }

  @Test("Days are asked for one offset at a time, come in order, and a day that is cut is put together again")
  func days() async throws {
    let report = try await Report.gather(
      by: [.agent, .day], period: period("2026-10-24", "2026-10-27", "Europe/Berlin")
    ) { by, segment in
      guard by.contains(.day) else { return [] }
      return segment.utcOffsetSeconds == 7200
        ? [row(["a", "2026-10-25"], cost: 1), row(["a", "2026-10-24"], cost: 9)]
        : [row(["a", "2026-10-26"], cost: 4), row(["a", "2026-10-25"], cost: 2)]
    }
    #expect(report.rows.map { $0.key[1] } == ["2026-10-24", "2026-10-25", "2026-10-26"])
    #expect(report.rows.map(\.costPicodollars) == [9, 3, 4])
  }
}
