import Foundation
import Testing

@testable import Metering

@Suite("Timestamps")
struct TimestampTests {
  @Test(
    "Dates and instants are read",
    arguments: [
      ("1970-01-01", 0), ("2026-10-14", 1_791_936_000_000_000), ("2026-08-16T16:00:00Z", 1_786_896_000_000_000),
      ("2026-08-17T00:00:00+08:00", 1_786_896_000_000_000), ("2026-08-16T10:30:00.5-05:30", 1_786_896_000_500_000),
      ("1969-12-31T23:59:59.999999Z", -1), ("2026-08-16T16:00Z", 1_786_896_000_000_000),
      ("2000-02-29", 951_782_400_000_000), ("1970-01-01T00:00:00.1234567Z", 123_456),
    ] as [(String, Int64)])
  func reads(text: String, microseconds: Int64) {
    #expect(Timestamp(text)?.unixMicroseconds == microseconds)
  }

  @Test(
    "Anything else is not",
    arguments: [
      "", "2026", "2026-1-1", "2026-13-01", "2026-02-29", "1900-02-29", "2026-04-31", "2026-01-01T",
      "2026-01-01T00:00:00",
      "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z",
      "2026-01-01T00:00:00Z ", "2026-01-01 ", "0000-01-01", "2026-01-01T00:00:00+24:00", "today",
    ])
  func refuses(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test("Every day is written as the calendar says, and read back")
  func roundTrip() throws {
    let formatter = ISO8601DateFormatter()
    let seed: UInt64 = 3
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let seconds = Int64.random(in: -60_000_000_000...250_000_000_000, using: &random)
      let timestamp = Timestamp(unixMicroseconds: seconds * 1_000_000)
      let day = CivilDate(daysSinceEpoch: seconds.dividedDown(by: 86_400).quotient)
      #expect(Timestamp(timestamp.rfc3339) == timestamp, "seed \(seed): \(seconds)")
      #expect(day.daysSinceEpoch == seconds.dividedDown(by: 86_400).quotient)
      // Foundation follows the Julian calendar before October 1582.
      if seconds > -12_200_000_000 {
        #expect(timestamp.rfc3339 == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
      }
    }
  }

  @Test("The ends of time do not trap")
  func endsOfTime() {
    for microseconds in [Int64.min, .max] {
      #expect(!Timestamp(unixMicroseconds: microseconds).rfc3339.isEmpty)
    }
  }
}
