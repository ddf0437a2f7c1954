import Metering

/// Division that rounds down, so that times before 1970 fall into the hour and day that they belong to. The divisor
/// is a positive constant.
func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
  let quotient = value / divisor
  return value % divisor < 0 ? quotient &- 1 : quotient
}

let microsecondsPerHour: Int64 = 3_600_000_000

extension Timestamp {
  /// Hours since 1970-01-01T00:00Z.
  var hour: Int64 { floorDivide(unixMicroseconds, by: microsecondsPerHour) }
}

/// A day of the proleptic Gregorian calendar.
struct CivilDate: Equatable {
  var year: Int64
  /// 1...12
  var month: Int64
  /// 1...31
  var day: Int64

  /// - Parameter daysSince1970: any number within a hundred million years of 1970, which every `Timestamp` is.
  init(daysSince1970: Int64) {
    // Years are counted from the first of March, so that the leap day is a year's last; an era is 400 such years.
    let days = daysSince1970 &+ 719_468
    let era = floorDivide(days, by: 146_097)
    let dayOfEra = days &- era &* 146_097
    let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36524 &- dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
    day = dayOfYear &- (153 &* shiftedMonth &+ 2) / 5 &+ 1
    month = shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9
    year = era &* 400 &+ yearOfEra &+ (month <= 2 ? 1 : 0)
  }

  init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  var daysSince1970: Int64 {
    let shiftedYear = month <= 2 ? year &- 1 : year
    let era = floorDivide(shiftedYear, by: 400)
    let yearOfEra = shiftedYear &- era &* 400
    let dayOfYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
    let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
    return era &* 146_097 &+ dayOfEra &- 719_468
  }

  /// The first day of the month that is so many months earlier.
  func firstOfMonth(monthsEarlier: Int64) -> CivilDate {
    let months = year &* 12 &+ month &- 1 &- monthsEarlier
    let year = floorDivide(months, by: 12)
    return CivilDate(year: year, month: months &- year &* 12 &+ 1, day: 1)
  }

  /// As ISO 8601 writes it.
  var text: String { "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))" }
}

/// A number with leading zeros.
func padded(_ number: Int64, to width: Int) -> String {
  let digits = String(number.magnitude)
  let zeros = String(repeating: "0", count: max(0, width - digits.count))
  return (number < 0 ? "-" : "") + zeros + digits
}
