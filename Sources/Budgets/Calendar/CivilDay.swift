/// Arithmetic of the Gregorian calendar on days counted from 1970-01-01.
enum CivilDay {
  static let seconds: Int64 = 86_400

  /// The first day of the month so many months after January of year 0.
  static func first(ofMonth month: Int64) -> Int64 {
    let (year, monthOfYear) = floorDivide(month, by: 12)
    return days(year: year, month: monthOfYear + 1)
  }

  /// The month that holds the day, counted from January of year 0.
  static func month(of day: Int64) -> Int64 {
    // The calendar repeats every 400 years; counted from March, the leap day is a year's last.
    let (era, dayOfEra) = floorDivide(day + 719_468, by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    return (era * 400 + yearOfEra) * 12 + (5 * dayOfYear + 2) / 153 + 2
  }

  static func year(of day: Int64) -> Int64 { floorDivide(month(of: day), by: 12).quotient }

  /// The first day of a month, which is 1 to 12.
  static func days(year: Int64, month: Int64) -> Int64 {
    let (era, yearOfEra) = floorDivide(month <= 2 ? year - 1 : year, by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func daysInMonth(year: Int64, month: Int64) -> Int64 {
    first(ofMonth: year * 12 + month) - first(ofMonth: year * 12 + month - 1)
  }

  static func isLeap(_ year: Int64) -> Bool { daysInMonth(year: year, month: 2) == 29 }

  /// 0 for Sunday to 6 for Saturday.
  static func weekday(of day: Int64) -> Int64 { floorDivide(day + 4, by: 7).remainder }

  /// The Monday of the week that holds the day.
  static func monday(of day: Int64) -> Int64 { day - floorDivide(day + 3, by: 7).remainder }
}

/// The quotient rounded down, and the remainder that is never negative. The divisor is positive.
func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}
