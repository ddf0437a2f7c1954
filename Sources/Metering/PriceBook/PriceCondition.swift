/// When an adjustment of a price applies: where every part holds.
struct PriceCondition: Sendable {
  /// Applies from this instant on, and before `to`.
  var from: Timestamp?
  var to: Timestamp?
  /// Applies to prompts of more tokens than this: fresh, cached and written ones together.
  var above: Int64?
  /// Applies to prompts of this many tokens and more.
  var atLeast: Int64?
  /// What the context must say.
  var when: [(key: PriceConditionKey, values: Values)] = []
  /// Times of day and days of the week.
  var window: DailyWindow?

  enum Values: Sendable {
    /// `*`: the context says something.
    case any
    case oneOf([String])
  }

  func applies(at instant: Timestamp, promptTokens: Int64, context: PricingContext) -> Bool {
    if let from, instant < from { return false }
    if let to, instant >= to { return false }
    if let above, promptTokens <= above { return false }
    if let atLeast, promptTokens < atLeast { return false }
    for (key, values) in when {
      guard let value = context[key] else { return false }
      if case .oneOf(let allowed) = values, !allowed.contains(value) { return false }
    }
    return window?.contains(instant) ?? true
  }
}

/// Hours of the day and days of the week, in a zone with a fixed offset.
struct DailyWindow: Sendable, Hashable {
  /// Minutes since midnight, `from` included and `to` not; where `to` is not later, the window runs over midnight.
  /// Empty: the whole day.
  var hours: [Hours] = []
  /// Days of the week, 0 for Monday; nil: every day.
  var days: Set<Int>?
  /// Days, counted from 1970-01-01, on which the window is closed.
  var exceptDays: Set<Int64> = []
  /// The zone's distance from UTC.
  var offsetMinutes: Int64 = 0

  struct Hours: Sendable, Hashable {
    var fromMinute: Int64
    var toMinute: Int64

    func contains(_ minute: Int64) -> Bool {
      toMinute <= fromMinute ? minute >= fromMinute || minute < toMinute : fromMinute <= minute && minute < toMinute
    }
  }

  func contains(_ instant: Timestamp) -> Bool {
    let local = instant.unixMicroseconds.addingReportingOverflow(offsetMinutes * Timestamp.microsecondsPerMinute)
    guard !local.overflow else { return false }
    let (day, microseconds) = local.partialValue.dividedDown(by: Timestamp.microsecondsPerDay)
    // 1970-01-01 was a Thursday.
    if let days, !days.contains(Int((day + 3).dividedDown(by: 7).remainder)) { return false }
    if exceptDays.contains(day) { return false }
    let minute = microseconds / Timestamp.microsecondsPerMinute
    return hours.isEmpty || hours.contains { $0.contains(minute) }
  }
}
