public import Metering

/// The rules of one time zone.
public struct TimeZoneRules: Sendable, Hashable {
  public static let utc = TimeZoneRules()

  /// The window of the period that holds the instant.
  public func window(of period: BudgetPeriod, containing time: Timestamp) -> BudgetWindow {
    switch period {
    case .total, .rolling: .always
    case .hour: aligned(3_600_000_000, time)
    case .day, .week, .month: aligned(86_400_000_000, time)
    }
  }

  private func aligned(_ length: Int64, _ time: Timestamp) -> BudgetWindow {
    let start = time.unixMicroseconds / length * length
    return BudgetWindow(start: Timestamp(unixMicroseconds: start), end: Timestamp(unixMicroseconds: start + length))
  }
}
