import Metering
import Testing

@testable import Observability

@Suite struct RFC3339Tests {
  @Test(
    "A time is written in UTC with six digits of the second, and read back",
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z"), (1, "1970-01-01T00:00:00.000001Z"), (-1, "1969-12-31T23:59:59.999999Z"),
      (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"), (1_709_164_800_000_000, "2024-02-29T00:00:00.000000Z"),
      (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"), (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ] as [(Int64, String)])
  func written(microseconds: Int64, text: String) {
    let timestamp = Timestamp(unixMicroseconds: microseconds)
    #expect(timestamp.rfc3339 == text)
    #expect(Timestamp(rfc3339: text) == timestamp)
  }

  @Test(
    "Any offset, precision and letter case that RFC 3339 allows is read",
    arguments: [
      ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31t19:00:00-05:00", 0), ("1970-01-01 00:00:00z", 0),
      ("1970-01-01T00:00:00.5Z", 500_000), ("1970-01-01T00:00:00.1234567899Z", 123_456),
      ("1970-01-01T00:00:60Z", 60_000_000),
    ] as [(String, Int64)])
  func read(text: String, microseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.unixMicroseconds == microseconds)
  }

  @Test(
    "Anything else is refused",
    arguments: [
      "", "now", "1970", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z", "1970-02-29T00:00:00Z",
      "1900-02-29T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:00.Z",
      "1970-01-01T00:00:00Zx", "1970-01-01T00:00:00+1", "+970-01-01T00:00:00Z", "1970-01-01T00:00:00+24:00",
      "１970-01-01T00:00:00Z",
    ])
  func refused(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test("Every day of 800 years is followed by the next")
  func everyDay() {
    var previous = CivilDate.of(daysSinceEpoch: -150_001)
    for day in -150_000...150_000 as ClosedRange<Int64> {
      let date = CivilDate.of(daysSinceEpoch: day)
      #expect(CivilDate.daysSinceEpoch(year: date.year, month: date.month, day: date.day) == day)
      let isNext =
        date == (previous.year, previous.month, previous.day + 1)
        || date.day == 1 && previous.day == CivilDate.daysIn(month: previous.month, year: previous.year)
      #expect(isNext)
      previous = date
    }
  }

  @Test("A date is its midnight at the offset that is named")
  func date() {
    #expect(Timestamp(date: "1970-01-02", utcOffsetSeconds: 0)?.unixMicroseconds == 86_400_000_000)
    #expect(Timestamp(date: "1970-01-02", utcOffsetSeconds: 3_600)?.unixMicroseconds == 82_800_000_000)
    #expect(Timestamp(date: "1970-01-02T00:00:00Z", utcOffsetSeconds: 0) == nil)
    #expect(["UTC", "Z", "+05:30", "-08:00", "CET", ""].map(UTCOffset.seconds) == [0, 0, 19_800, -28_800, nil, nil])
  }
}
