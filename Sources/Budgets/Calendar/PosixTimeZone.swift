/// The rule for the time after a zone file's last entry, as POSIX writes it: `EST5EDT,M3.2.0,M11.1.0`.
struct PosixTimeZone: Sendable, Hashable {
  /// Seconds east of UTC.
  var standardOffset: Int64
  /// Where clocks change during the year; nil where they do not.
  var daylight: Daylight?

  struct Daylight: Sendable, Hashable {
    var offset: Int64
    var start: ChangeDay
    var end: ChangeDay
  }

  /// Both changes of a year, as the instants from which an offset is in force, in order.
  func changes(of year: Int64) -> [OffsetChange] {
    guard let daylight else { return [] }
    let start = daylight.start.localSecond(of: year) - standardOffset
    let end = daylight.end.localSecond(of: year) - daylight.offset
    let changes = [
      OffsetChange(second: start, offset: daylight.offset), OffsetChange(second: end, offset: standardOffset),
    ]
    return start <= end ? changes : changes.reversed()
  }
}

/// From when on which offset is in force.
struct OffsetChange: Sendable, Hashable {
  /// Seconds since 1970 in UTC.
  var second: Int64
  /// Seconds east of UTC.
  var offset: Int64
}

/// A day of every year, and a time of it.
struct ChangeDay: Sendable, Hashable {
  enum Day: Sendable, Hashable {
    /// 1 to 365; February 29 is never counted (`J60` is March 1).
    case ofYearWithoutLeapDay(Int64)
    /// 0 to 365.
    case ofYear(Int64)
    /// Month 1 to 12, week 1 to 5 where 5 is the last, weekday 0 to 6 from Sunday.
    case ofWeek(month: Int64, week: Int64, weekday: Int64)
  }

  var day: Day
  /// Seconds after the day's midnight: may be less than 0, or more than a day.
  var second: Int64

  /// The instant in local time, as if it were UTC.
  func localSecond(of year: Int64) -> Int64 {
    let newYear = CivilDay.days(year: year, month: 1)
    let date: Int64
    switch day {
    case .ofYearWithoutLeapDay(let number):
      date = newYear + number - 1 + (number >= 60 && CivilDay.isLeap(year) ? 1 : 0)
    case .ofYear(let number): date = newYear + number
    case .ofWeek(let month, let week, let weekday):
      let first = CivilDay.days(year: year, month: month)
      let toWeekday = floorDivide(weekday - CivilDay.weekday(of: first), by: 7).remainder
      let number = toWeekday + (week - 1) * 7
      date = first + (number < CivilDay.daysInMonth(year: year, month: month) ? number : number - 7)
    }
    return date * CivilDay.seconds + second
  }
}
