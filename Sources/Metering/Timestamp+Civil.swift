extension Timestamp {
  /// Microseconds of one day.
  static let microsecondsPerDay: Int64 = 86_400_000_000
  static let microsecondsPerMinute: Int64 = 60_000_000

  /// Reads a date (midnight UTC) or an instant of RFC 3339: `2026-10-14`, `2026-08-16T16:00:00Z`,
  /// `2026-08-17T00:00:00.5+08:00`. Nil for anything else, and for years before 1 and after 9999.
  public init?(_ text: String) {
    var reader = CivilTimeReader(text)
    guard let microseconds = reader.timestamp() else { return nil }
    self.init(unixMicroseconds: microseconds)
  }

  /// The instant as RFC 3339 writes it, in UTC: `2026-08-16T16:00:00Z`. Parts of a second are shown where there are any.
  var rfc3339: String {
    let (day, microseconds) = unixMicroseconds.dividedDown(by: Self.microsecondsPerDay)
    let seconds = microseconds / 1_000_000
    let fraction = microseconds % 1_000_000
    let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
    var text = "\(CivilDate(daysSinceEpoch: day))T\(clock)"
    if fraction > 0 { text += ".\(padded(fraction, 6))" }
    return text + "Z"
  }
}

/// A day of the Gregorian calendar.
struct CivilDate: Equatable, CustomStringConvertible {
  var year: Int64
  var month: Int64
  var day: Int64

  /// Nil where there is no such day.
  init?(year: Int64, month: Int64, day: Int64) {
    guard 1...9999 ~= year, 1...12 ~= month, day >= 1, day <= Self.daysInMonth(month, year: year) else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// The calendar repeats every 400 years, which have 146,097 days; counted from March, the leap day is a year's last.
  init(daysSinceEpoch: Int64) {
    let (era, dayOfEra) = (daysSinceEpoch &+ 719_468).dividedDown(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01, negative before.
  var daysSinceEpoch: Int64 {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = yearFromMarch.dividedDown(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  var description: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }

  private static func daysInMonth(_ month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// Reads dates, times of day and offsets from text.
struct CivilTimeReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func timestamp() -> Int64? {
    guard let date = date() else { return nil }
    let midnight = date.daysSinceEpoch * Timestamp.microsecondsPerDay
    if isAtEnd { return midnight }
    guard skip("T") || skip("t") || skip(" "), let hour = digits(2), skip(":"), let minute = digits(2) else {
      return nil
    }
    var second: Int64 = 0
    var microseconds: Int64 = 0
    if skip(":") {
      guard let value = digits(2) else { return nil }
      second = value
      if skip(".") {
        guard let fraction = fraction() else { return nil }
        microseconds = fraction
      }
    }
    guard hour < 24, minute < 60, second < 60, let offset = offsetMinutes(), isAtEnd else { return nil }
    return midnight + ((hour * 60 + minute - offset) * 60 + second) * 1_000_000 + microseconds
  }

  /// `2026-10-14`.
  mutating func date() -> CivilDate? {
    guard let year = digits(4), skip("-"), let month = digits(2), skip("-"), let day = digits(2) else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }

  /// `09:00` as minutes since midnight; `24:00` is the end of the day.
  mutating func minuteOfDay() -> Int64? {
    guard let hour = digits(2), skip(":"), let minute = digits(2), minute < 60 else { return nil }
    let total = hour * 60 + minute
    return total <= 1440 ? total : nil
  }

  /// `Z`, `+08:00` or `-05:30`.
  mutating func offsetMinutes() -> Int64? {
    if skip("Z") || skip("z") { return 0 }
    let isNegative = rest.first == UInt8(ascii: "-")
    guard skip("+") || skip("-"), let hour = digits(2), skip(":"), let minute = digits(2) else { return nil }
    guard hour < 24, minute < 60 else { return nil }
    return (hour * 60 + minute) * (isNegative ? -1 : 1)
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func digits(_ count: Int) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<count {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  /// Digits after the point as microseconds; more than six are cut off.
  private mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var scale: Int64 = 100_000
    guard var digit = digit() else { return nil }
    while true {
      value += digit * scale
      scale /= 10
      guard let next = self.digit() else { return value }
      digit = next
    }
  }

  private mutating func digit() -> Int64? {
    guard let byte = rest.first, byte &- UInt8(ascii: "0") < 10 else { return nil }
    rest.removeFirst()
    return Int64(byte &- UInt8(ascii: "0"))
  }
}

extension Int64 {
  /// The quotient rounded towards the past, and the remainder that is never negative. The divisor is positive.
  func dividedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

private func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
