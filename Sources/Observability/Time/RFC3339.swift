public import Metering

extension Timestamp {
  /// The time in UTC as RFC 3339 writes it, with six digits of the second: `2026-11-23T06:20:18.000001Z`. Years beyond
  /// 9999, which RFC 3339 does not have, get a sign as in ISO 8601.
  public var rfc3339: String {
    let (days, microseconds) = unixMicroseconds.flooredDivision(by: Self.microsecondsPerDay)
    let (year, month, day) = CivilDate.of(daysSinceEpoch: days)
    let (seconds, fraction) = microseconds.flooredDivision(by: 1_000_000)
    let sign = (0...9999).contains(year) ? "" : year < 0 ? "-" : "+"
    let date = "\(sign)\(padded(abs(year), 4))-\(padded(month, 2))-\(padded(day, 2))"
    let time = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    return "\(date)T\(time).\(padded(fraction, 6))Z"
  }

  /// Reads a date and time of RFC 3339 with any offset; nil for anything else. Digits beyond the microsecond are dropped,
  /// and a leap second is read as the second after it.
  public init?(rfc3339 text: String) {
    var reader = DigitReader(text)
    guard let midnight = reader.date(), reader.take("T") || reader.take("t") || reader.take(" ") else { return nil }
    guard let hour = reader.number(digits: 2, 0...23), reader.take(":"), let minute = reader.number(digits: 2, 0...59),
      reader.take(":"), let second = reader.number(digits: 2, 0...60)
    else { return nil }
    let fraction = reader.take(".") ? reader.microseconds() : 0
    guard let fraction, let offset = reader.offsetSeconds(), reader.isAtEnd else { return nil }
    let seconds = hour * 3600 + minute * 60 + second - offset
    self.init(unixMicroseconds: midnight * Self.microsecondsPerDay + seconds * 1_000_000 + fraction)
  }

  /// Reads a date (`2026-11-23`) as its midnight at a fixed offset from UTC; nil for anything else.
  public init?(date text: String, utcOffsetSeconds: Int) {
    var reader = DigitReader(text)
    guard let midnight = reader.date(), reader.isAtEnd else { return nil }
    self.init(unixMicroseconds: midnight * Self.microsecondsPerDay - Int64(utcOffsetSeconds) * 1_000_000)
  }

  static let microsecondsPerDay: Int64 = 86_400_000_000

  private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// An offset from UTC as RFC 3339 writes it.
public enum UTCOffset {
  /// Reads `Z`, `UTC`, `+05:30` or `-08:00` as seconds east of UTC; nil for anything else.
  public static func seconds(_ text: String) -> Int? {
    if text == "UTC" { return 0 }
    var reader = DigitReader(text)
    guard let seconds = reader.offsetSeconds(), reader.isAtEnd else { return nil }
    return Int(seconds)
  }
}

/// Reads the fixed-width numbers of RFC 3339.
private struct DigitReader {
  private var rest: ArraySlice<UInt8>

  init(_ text: String) { rest = ArraySlice(text.utf8.prefix(64)) }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let first = rest.first, UInt32(first) == character.value else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(digits: Int, _ range: ClosedRange<Int64>) -> Int64? {
    guard rest.count >= digits else { return nil }
    var value: Int64 = 0
    for _ in 0..<digits {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return range.contains(value) ? value : nil
  }

  /// Days since the epoch.
  mutating func date() -> Int64? {
    guard let year = number(digits: 4, 0...9999), take("-"), let month = number(digits: 2, 1...12), take("-"),
      let day = number(digits: 2, 1...31), day <= CivilDate.daysIn(month: month, year: year)
    else { return nil }
    return CivilDate.daysSinceEpoch(year: year, month: month, day: day)
  }

  /// At least one digit; those after the sixth are dropped.
  mutating func microseconds() -> Int64? {
    var value: Int64 = 0
    var count = 0
    while let digit = digit() {
      if count < 6 { value = value * 10 + digit }
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in 0..<max(0, 6 - count) { value *= 10 }
    return value
  }

  mutating func offsetSeconds() -> Int64? {
    if take("Z") || take("z") { return 0 }
    let sign: Int64
    if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
    guard let hours = number(digits: 2, 0...23), take(":"), let minutes = number(digits: 2, 0...59) else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }

  private mutating func digit() -> Int64? {
    guard let first = rest.first, (0x30...0x39).contains(first) else { return nil }
    rest.removeFirst()
    return Int64(first - 0x30)
  }
}
