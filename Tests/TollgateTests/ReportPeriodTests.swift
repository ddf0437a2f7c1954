import Metering
import Observability
import Testing

@testable import Tollgate

@Suite("The time that a report covers")
struct ReportPeriodTests {
  /// 2026-11-23T06:00:00Z
  private let now = Timestamp(unixMicroseconds: 1_795_413_600_000_000)

  private func period(
    since: String? = nil, from: String? = nil, to: String? = nil, zone: String = "UTC"
  ) throws -> ReportPeriod {
    try ReportPeriod(
      since: since.map { try TimeSpan(parsing: $0) }, from: from, to: to, timeZone: ReportTimeZone(parsing: zone),
      now: now)
  }

  @Test(
    "It is named by how far back, or by its ends, in a time zone",
    arguments: [
      (nil, nil, nil, "UTC", "2026-11-22T06:00:00Z", "2026-11-23T06:00:00Z"),
      ("24h", nil, nil, "Europe/Berlin", "2026-11-22T06:00:00Z", "2026-11-23T06:00:00Z"),
      ("7d", nil, "2026-11-08", "UTC", "2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z"),
      (nil, "2026-11-01", nil, "UTC", "2026-11-01T00:00:00Z", "2026-11-23T06:00:00Z"),
      (nil, "2026-11-01", "2026-11-02", "Europe/Berlin", "2026-10-31T23:00:00Z", "2026-11-01T23:00:00Z"),
      (
        nil, "2026-07-01", "2026-07-02T12:30", "Europe/Berlin", "2026-06-30T22:00:00Z",
        "2026-07-02T10:30:00Z"
      ),
      (
        nil, "2026-11-01T14:30:05Z", nil, "America/New_York", "2026-11-01T14:30:05Z",
        "2026-11-23T06:00:00Z"
      ),
      (
        nil, "2024-02-29T23:59:59", "2024-03-01", "Asia/Kolkata", "2024-02-29T18:29:59Z",
        "2024-02-29T18:30:00Z"
      ),
    ] as [(String?, String?, String?, String, String, String)])
  func ends(since: String?, from: String?, to: String?, zone: String, start: String, end: String) throws {
    let period = try period(since: since, from: from, to: to, zone: zone)
    #expect(period.fromText == start.replacing("Z", with: ".000000Z"))
    #expect(period.toText == end.replacing("Z", with: ".000000Z"))
  }

  @Test(
    "What is not a point of time is refused",
    arguments: [
      "", "today", "2026-11", "2026-11-31", "2026-02-29", "2026-13-01", "2026-11-01T24:00", "2026-11-01T10",
      "2026-11-01T10:60",
      "2026-11-01+01:00", "２026-11-01",
    ])
  func badTimes(text: String) {
    #expect(throws: MalformedText.self) { try period(from: text) }
  }

  @Test("Two beginnings, and an end before the beginning, are refused")
  func contradictions() {
    #expect(throws: MalformedText.self) { try period(since: "24h", from: "2026-11-01") }
    #expect(throws: MalformedText.self) { try period(from: "2026-11-02", to: "2026-11-01") }
    #expect(throws: MalformedText.self) { try period(since: "0s") }
  }

  @Test(
    "A time zone has a name of the time zone database",
    arguments: ["", "Berlin", "+01:00", "utc", "Europe/Berlin2", "/", "../etc/passwd"])
  func badTimeZones(name: String) {
    #expect(throws: MalformedText.self) { try ReportTimeZone(parsing: name) }
  }

  @Test("It is cut where clocks change, so that every day has the offset it begins with")
  func segments() throws {
    let cut = try period(from: "2026-10-24", to: "2026-10-27", zone: "Europe/Berlin").segments
    #expect(cut.map(\.utcOffsetSeconds) == [7200, 3600])
    #expect(cut.map(\.fromText) == ["2026-10-23T22:00:00.000000Z", "2026-10-25T01:00:00.000000Z"])
    #expect(cut.map(\.toText) == ["2026-10-25T01:00:00.000000Z", "2026-10-26T23:00:00.000000Z"])
    #expect(try period(from: "2020-01-01", zone: "UTC").segments.count == 1)
    #expect(try period(from: "2026-11-01", to: "2026-11-02", zone: "Europe/Berlin").segments.count == 1)
  }
}
