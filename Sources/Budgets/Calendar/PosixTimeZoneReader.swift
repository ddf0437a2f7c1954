/// Reads ``PosixTimeZone`` from its text.
struct PosixTimeZoneReader {
  private var rest: ArraySlice<UInt8>

  init(_ text: ArraySlice<UInt8>) { rest = text }

  /// Nil where the text breaks the form.
  mutating func zone() -> PosixTimeZone? {
    guard skipName(), let west = clock(hoursMax: 24) else { return nil }
    var zone = PosixTimeZone(standardOffset: -west)
    if rest.isEmpty { return zone }
    guard skipName() else { return nil }
    var offset = zone.standardOffset + 3600
    if rest.first != UInt8(ascii: ",") {
      guard let west = clock(hoursMax: 24) else { return nil }
      offset = -west
    }
    guard skip(","), let start = change(), skip(","), let end = change(), rest.isEmpty else { return nil }
    zone.daylight = PosixTimeZone.Daylight(offset: offset, start: start, end: end)
    return zone
  }

  /// Three letters or more, or anything between `<` and `>`.
  private mutating func skipName() -> Bool {
    if skip("<") {
      guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
      rest = rest[(end + 1)...]
      return true
    }
    let letters = rest.prefix { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") }
    rest = rest.dropFirst(letters.count)
    return letters.count >= 3
  }

  private mutating func change() -> ChangeDay? {
    guard let day = day() else { return nil }
    guard skip("/") else { return ChangeDay(day: day, second: 7200) }
    guard let second = clock(hoursMax: 167) else { return nil }
    return ChangeDay(day: day, second: second)
  }

  private mutating func day() -> ChangeDay.Day? {
    if skip("M") {
      guard let month = number(), skip("."), let week = number(), skip("."), let weekday = number(),
        1...12 ~= month, 1...5 ~= week, 0...6 ~= weekday
      else { return nil }
      return .ofWeek(month: month, week: week, weekday: weekday)
    }
    if skip("J") {
      guard let number = number(), 1...365 ~= number else { return nil }
      return .ofYearWithoutLeapDay(number)
    }
    guard let number = number(), number <= 365 else { return nil }
    return .ofYear(number)
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  private mutating func clock(hoursMax: Int64) -> Int64? {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    guard let hours = number(), hours <= hoursMax else { return nil }
    var seconds = hours * 3600
    for unit: Int64 in [60, 1] {
      guard skip(":") else { break }
      guard let part = number(), part < 60 else { return nil }
      seconds += part * unit
    }
    return isNegative ? -seconds : seconds
  }

  /// Up to three digits.
  private mutating func number() -> Int64? {
    let digits = rest.prefix(3).prefix { $0 &- UInt8(ascii: "0") < 10 }
    guard !digits.isEmpty else { return nil }
    rest = rest.dropFirst(digits.count)
    return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }
}
