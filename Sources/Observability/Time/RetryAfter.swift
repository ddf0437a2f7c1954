public import Metering

/// The field `retry-after` (RFC 9110, 10.2.3): seconds, or the time to come back.
public enum RetryAfter {
  /// How long it asks to wait, in seconds; nil for what is neither, and for what asks for no wait: 0, or a time that is past.
  public static func seconds(_ text: String, now: Timestamp) -> Int64? {
    if let seconds = number(text[...], 0...Int64.max) { return seconds > 0 ? seconds : nil }
    guard let date = date(text, now: now) else { return nil }
    let (microseconds, overflow) = date.unixMicroseconds.subtractingReportingOverflow(now.unixMicroseconds)
    guard !overflow, microseconds > 0 else { return nil }
    return (microseconds - 1) / 1_000_000 + 1
  }

  /// Each of the three forms of a date that HTTP has: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and
  /// `Sun Nov  6 08:49:37 1994`.
  private static func date(_ text: String, now: Timestamp) -> Timestamp? {
    let parts = text.split { $0 == " " || $0 == "," || $0 == "-" }
    let day: Int64?
    let month: Int64?
    let year: Int64?
    let clock: Int64?
    switch parts.count {
    case 6 where parts[5] == "GMT":
      (day, month) = (number(parts[1], 1...31), self.month(parts[2]))
      (year, clock) = (self.year(parts[3], now: now), secondOfDay(parts[4]))
    case 5:
      (day, month) = (number(parts[2], 1...31), self.month(parts[1]))
      (year, clock) = (self.year(parts[4], now: now), secondOfDay(parts[3]))
    default: return nil
    }
    guard let day, let month, let year, let clock, day <= CivilDate.daysIn(month: month, year: year) else { return nil }
    let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day)
    return Timestamp(unixMicroseconds: days * Timestamp.microsecondsPerDay + clock * 1_000_000)
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func month(_ text: Substring) -> Int64? {
    months.firstIndex { $0 == text }.map { Int64($0) + 1 }
  }

  /// Of two digits, the year that is at most fifty years ahead.
  private static func year(_ text: Substring, now: Timestamp) -> Int64? {
    if text.utf8.count == 4 { return number(text, 0...9999) }
    guard text.utf8.count == 2, let ofCentury = number(text, 0...99) else { return nil }
    let today = CivilDate.of(
      daysSinceEpoch: now.unixMicroseconds.flooredDivision(by: Timestamp.microsecondsPerDay).quotient)
    let year = today.year - today.year % 100 + ofCentury
    return year > today.year + 50 ? year - 100 : year
  }

  private static func secondOfDay(_ text: Substring) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let hour = number(parts[0], 0...23), let minute = number(parts[1], 0...59),
      let second = number(parts[2], 0...60)
    else { return nil }
    return hour * 3600 + minute * 60 + second
  }

  /// Digits alone: no sign.
  private static func number(_ text: Substring, _ range: ClosedRange<Int64>) -> Int64? {
    guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int64(text), range.contains(number) else {
      return nil
    }
    return number
  }
}
