public import Metering

extension TimeZoneRules {
  /// The window of the period that holds the instant.
  ///
  /// A day begins at its midnight, or where clocks skip that, at the first instant after it. Where clocks go back over
  /// midnight, it begins once, at the first of the two; what is repeated of the day before belongs to the new one. A week
  /// begins with its Monday, a month with its first day. An hour ends where clocks change. Windows neither overlap nor leave
  /// anything out.
  public func window(of period: BudgetPeriod, containing time: Timestamp) -> BudgetWindow {
    switch period {
    case .total, .rolling: return .always
    default: break
    }
    let second = Self.second(of: time)
    if case .hour = period { return hour(of: second) }
    let day = day(of: second)
    switch period {
    case .week: return window(CivilDay.monday(of: day), CivilDay.monday(of: day) + 7)
    case .month:
      let month = CivilDay.month(of: day)
      return window(CivilDay.first(ofMonth: month), CivilDay.first(ofMonth: month + 1))
    default: return window(day, day + 1)
    }
  }

  /// Kept within the years of calendars: beyond them, which no clock shows, arithmetic might overflow.
  static func second(of time: Timestamp) -> Int64 {
    min(max(floorDivide(time.unixMicroseconds, by: 1_000_000).quotient, firstSecond), lastSecond)
  }

  /// The years 1 to 9999, without their ends.
  private static let firstSecond: Int64 = -62_000_000_000
  private static let lastSecond: Int64 = 253_000_000_000

  /// The last day that has begun.
  private func day(of second: Int64) -> Int64 {
    let offset = spans(from: second, to: second).last?.offset ?? 0
    var day = floorDivide(second + offset, by: CivilDay.seconds).quotient
    // Where clocks went back over midnight, the day shown is not the last that began.
    while start(of: day + 1) <= second { day += 1 }
    return day
  }

  private func window(_ first: Int64, _ next: Int64) -> BudgetWindow {
    BudgetWindow(start: Self.timestamp(start(of: first)), end: Self.timestamp(start(of: next)))
  }

  /// The first second at which clocks show the day or a later one.
  func start(of day: Int64) -> Int64 {
    let midnight = day * CivilDay.seconds
    // No zone is further from UTC than 26 hours.
    let spans = spans(from: midnight - 2 * CivilDay.seconds, to: midnight + 2 * CivilDay.seconds)
    for span in spans {
      let shown = max(span.start, midnight - span.offset)
      if shown < span.end { return shown }
    }
    return midnight
  }

  private func hour(of second: Int64) -> BudgetWindow {
    let spans = spans(from: second - 3600, to: second + 3600)
    let span = spans.last { $0.start <= second } ?? OffsetSpan(start: .min, end: .max, offset: 0)
    let start = floorDivide(second + span.offset, by: 3600).quotient * 3600 - span.offset
    return BudgetWindow(
      start: Self.timestamp(max(start, span.start)), end: Self.timestamp(min(start + 3600, span.end)))
  }

  static func timestamp(_ second: Int64) -> Timestamp { Timestamp(unixMicroseconds: second * 1_000_000) }
}
