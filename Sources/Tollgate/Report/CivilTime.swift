import Metering

/// A date and a time of day without a time zone, in the proleptic Gregorian calendar.
struct CivilTime: Sendable, Equatable {
  var year: Int
  var month: Int
  var day: Int
  var secondOfDay: Int

  /// Seconds since 1970-01-01T00:00:00, as if the time were UTC.
  var epochSeconds: Int64 {
    // Years begin in March here, so that the leap day is a year's last; 400 years are 146,097 days.
    let shifted = month > 2 ? year : year - 1
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468) * 86_400 + Int64(secondOfDay)
  }

  init(epochSeconds: Int64) {
    var days = Int(epochSeconds / 86_400)
    secondOfDay = Int(epochSeconds % 86_400)
    if secondOfDay < 0 {
      secondOfDay += 86_400
      days -= 1
    }
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Reads `2026-11-01`, `2026-11-01T14:30` or `2026-11-01T14:30:05`, with a space instead of `T` too.
  ///
  /// - Throws: ``MalformedText`` for anything else, and for days that do not exist.
  init(parsing text: some StringProtocol) throws(MalformedText) {
    let malformed = MalformedText(
      "\"\(text)\" is not a point of time; write 2026-11-01, 2026-11-01T14:30 or 2026-11-01T14:30:00Z")
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      let digits = bytes[range]
      guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
      return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
    guard [10, 16, 19].contains(bytes.count), bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(0..<4), let month = number(5..<7), let day = number(8..<10)
    else { throw malformed }
    (self.year, self.month, self.day) = (year, month, day)
    secondOfDay = 0
    if bytes.count >= 16 {
      guard bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "), bytes[13] == UInt8(ascii: ":"),
        let hour = number(11..<13), let minute = number(14..<16), hour < 24, minute < 60
      else { throw malformed }
      secondOfDay = hour * 3600 + minute * 60
    }
    if bytes.count == 19 {
      guard bytes[16] == UInt8(ascii: ":"), let second = number(17..<19), second < 60 else { throw malformed }
      secondOfDay += second
    }
    // A day that does not exist, such as 02-30, comes back as another one.
    guard year > 0, (1...12).contains(month), (1...31).contains(day), CivilTime(epochSeconds: epochSeconds) == self
    else {
      throw malformed
    }
  }

  /// `2026-11-01`.
  var dateText: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))" }

  /// `2026-11-01 14:30`; seconds only where there are any.
  var minuteText: String {
    let seconds = secondOfDay % 60
    let time = "\(Self.padded(secondOfDay / 3600, 2)):\(Self.padded(secondOfDay / 60 % 60, 2))"
    return "\(dateText) \(time)" + (seconds > 0 ? ":\(Self.padded(seconds, 2))" : "")
  }

  /// `14:30:05`.
  var secondText: String {
    "\(Self.padded(secondOfDay / 3600, 2)):\(Self.padded(secondOfDay / 60 % 60, 2)):\(Self.padded(secondOfDay % 60, 2))"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

extension Timestamp {
  /// RFC 3339 in UTC, with microseconds where there are any.
  var rfc3339: String {
    var seconds = unixMicroseconds / 1_000_000
    var microseconds = unixMicroseconds % 1_000_000
    if microseconds < 0 {
      seconds -= 1
      microseconds += 1_000_000
    }
    let civil = CivilTime(epochSeconds: seconds)
    let digits = String(microseconds)
    let fraction = microseconds == 0 ? "" : "." + String(repeating: "0", count: 6 - digits.utf8.count) + digits
    return "\(civil.dateText)T\(civil.secondText)\(fraction)Z"
  }
}
