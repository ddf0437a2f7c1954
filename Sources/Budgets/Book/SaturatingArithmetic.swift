public import Metering

extension Int64 {
  /// The sum, or the nearest end of the range.
  func saturatingAdd(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  /// Whether this and what is added come to more than the limit, however great they are.
  func exceeds(_ limit: Int64, with added: Int64) -> Bool {
    let (sum, overflow) = addingReportingOverflow(added)
    return overflow || sum > limit
  }

  /// The product of two numbers that are not negative, or the end of the range.
  func saturatingMultiply(_ other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}

extension Timestamp {
  static let microsecondsPerSecond: Int64 = 1_000_000

  /// So many seconds later; as late as can be, where that does not fit.
  public func adding(seconds: Int64) -> Timestamp {
    Timestamp(unixMicroseconds: unixMicroseconds.saturatingAdd(seconds.saturatingMultiply(Self.microsecondsPerSecond)))
  }
}
