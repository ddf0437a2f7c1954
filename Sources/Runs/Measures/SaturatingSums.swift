extension Int64 {
  /// The sum, or the nearest end of the range.
  func saturatingAdd(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  /// How much greater this is, 0 where it is not.
  func excess(over other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (self > other ? .max : 0) : Swift.max(0, difference)
  }

  /// The product of two numbers that are not negative, or the end of the range.
  func saturatingMultiply(_ other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
