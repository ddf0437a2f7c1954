public import Metering

/// How long what was used counts.
public enum BudgetPeriod: Sendable, Hashable {
  /// A calendar hour of the budget's zone.
  case hour
  /// A calendar day: 23 or 25 hours long where clocks change.
  case day
  /// From Monday to Monday.
  case week
  case month
  /// For ever; for each run, its lifetime.
  case total
  /// The last so many seconds, counted by buckets of a 60th of it: a little more is counted than was used in that time,
  /// never less.
  case rolling(seconds: Int64)

  /// The longest that ``rolling(seconds:)`` may be: a year.
  public static let rollingSecondsMax: Int64 = 366 * 86_400
}

/// A span of time that a budget counts by itself: from ``start``, up to but without ``end``.
public struct BudgetWindow: Sendable, Hashable {
  public var start: Timestamp
  /// ``Timestamp`` with `Int64.max` where the window has no end.
  public var end: Timestamp

  public init(start: Timestamp, end: Timestamp) {
    self.start = start
    self.end = end
  }

  /// All of time, for budgets that never begin anew. It starts at 0, so that it has the same key for ever.
  public static let always = BudgetWindow(
    start: Timestamp(unixMicroseconds: 0), end: Timestamp(unixMicroseconds: .max))

  public var isEndless: Bool { end.unixMicroseconds == .max }
}
