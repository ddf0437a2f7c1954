import Metering
import Testing

@testable import Ledger

@Suite("Where a summary is read from")
struct SummaryPlanTests {
  private let hour: Int64 = 3_600_000_000

  private func plan(
    _ dimensions: [SummaryDimension] = [.agent], from: Int64?, to: Int64?, offset: Int64 = 0, rowsFrom: Int64 = .min
  ) -> SummaryPlan {
    SummaryPlan(
      dimensions: dimensions, from: from.map { Timestamp(unixMicroseconds: $0) },
      to: to.map { Timestamp(unixMicroseconds: $0) }, utcOffsetSeconds: offset, rowsCompleteFromHour: rowsFrom)
  }

  @Test("whole hours come from the roll-ups alone")
  func wholeHours() {
    let plan = plan(from: 2 * hour, to: 5 * hour)
    #expect(plan.hours == 2..<5)
    #expect(plan.rows.isEmpty)
  }

  @Test("what is left at both ends comes from the rows")
  func ends() {
    let plan = plan(from: 2 * hour + 1, to: 5 * hour + 7)
    #expect(plan.hours == 3..<5)
    #expect(plan.rows == [2 * hour + 1..<3 * hour, 5 * hour..<5 * hour + 7])
  }

  @Test("a time inside one hour, or over the edge of two, comes from the rows")
  func insideAnHour() {
    #expect(plan(from: hour + 1, to: hour + 9).rows == [hour + 1..<hour + 9])
    #expect(plan(from: hour + 1, to: hour + 9).hours == nil)
    let edge = plan(from: hour - 1, to: hour + 1)
    #expect(edge.hours == nil)
    #expect(edge.rows == [hour - 1..<hour, hour..<hour + 1])
  }

  @Test("runs and tools come from the rows", arguments: [SummaryDimension.run, .tool])
  func rowsOnly(dimension: SummaryDimension) {
    #expect(plan([dimension, .day], from: 0, to: 5 * hour).rows == [0..<5 * hour])
    #expect(plan([dimension], from: nil, to: nil).rows == [Int64.min..<Int64.max])
  }

  @Test("where the rows have expired the bounds are widened to whole hours")
  func expired() {
    let plan = plan(from: 2 * hour + 1, to: 5 * hour + 7, rowsFrom: 100)
    #expect(plan.hours == 2..<6)
    #expect(plan.rows.isEmpty)
  }

  @Test("an hour in which a local day begins is read from the rows, if they are there")
  func splitHours() {
    let plan = plan([.day], from: 0, to: 48 * hour, offset: 19800, rowsFrom: 24)
    #expect((24..<48).filter { plan.splits(hour: $0) } == [42])
    #expect(!plan.splits(hour: 18))
    #expect(plan.splitRows == 24 * hour..<48 * hour)
    #expect(self.plan([.day], from: 0, to: 48 * hour, offset: 18000).splitRows == nil)
    #expect(self.plan([.agent], from: 0, to: 48 * hour, offset: 19800).splitRows == nil)
  }

  @Test("the ends of time do not trap")
  func endsOfTime() {
    #expect(plan(from: .min, to: .max).rows.count <= 2)
    #expect(plan(from: .max, to: .min).rows.isEmpty)
    #expect(plan(from: nil, to: nil).hours != nil)
    #expect(plan([.hour], from: .min, to: .max, offset: -64800).hours != nil)
  }
}

@Suite("The calendar")
struct CalendarTests {
  @Test(
    "knows its days, leap years included",
    arguments: [
      (0, "1970-01-01"), (-1, "1969-12-31"), (59, "1970-03-01"), (11016, "2000-02-29"), (11017, "2000-03-01"),
      (20780, "2026-11-23"), (47540, "2100-02-28"), (47541, "2100-03-01"), (-719_468, "0000-03-01"),
    ] as [(Int64, String)])
  func days(day: Int64, text: String) {
    #expect(CivilDate(daysSince1970: day).text == text)
    #expect(CivilDate(daysSince1970: day).daysSince1970 == day)
  }

  @Test("counts days back and forth without a gap over a thousand years")
  func contiguous() {
    for day in stride(from: Int64(-200_000), to: 200_000, by: 7) {
      #expect(CivilDate(daysSince1970: day).daysSince1970 == day)
    }
  }

  @Test(
    "goes back by months to their first day", arguments: [(25, "2024-10-01"), (10, "2026-01-01"), (11, "2025-12-01")])
  func months(back: Int64, text: String) {
    #expect(CivilDate(year: 2026, month: 11, day: 23).firstOfMonth(monthsEarlier: back).text == text)
  }
}
