import Metering

/// Where the parts of a summary come from: whole hours from the roll-ups, what is left at both ends from the rows.
struct SummaryPlan: Equatable {
  /// Hours since 1970 whose roll-ups are read, but for those that ``splits(hour:)``.
  var hours: Range<Int64>?
  /// Times in microseconds whose rows are read.
  var rows: [Range<Int64>] = []
  /// Times whose rows are read where their hour is one that ``splits(hour:)``.
  var splitRows: Range<Int64>?

  /// The calendar unit that rows are grouped by, in seconds; nil where they are not.
  private let bucketSeconds: Int64?
  private let utcOffsetSeconds: Int64
  private let rowsCompleteFromHour: Int64

  /// - Parameter rowsCompleteFromHour: rows of earlier hours have expired.
  init(
    dimensions: [SummaryDimension], from: Timestamp?, to: Timestamp?, utcOffsetSeconds: Int64,
    rowsCompleteFromHour: Int64
  ) {
    self.utcOffsetSeconds = utcOffsetSeconds
    self.rowsCompleteFromHour = rowsCompleteFromHour
    bucketSeconds = dimensions.contains(.hour) ? 3600 : dimensions.contains(.day) ? 86400 : nil
    let lower = from?.unixMicroseconds ?? .min
    let upper = to?.unixMicroseconds ?? .max
    guard lower < upper else { return }
    guard !dimensions.contains(where: \.needsRows) else {
      rows = [lower..<upper]
      return
    }
    plan(lower, upper)
  }

  private mutating func plan(_ lower: Int64, _ upper: Int64) {
    var first = Self.hourBeginning(atOrAfter: lower)
    var end = upper == .max ? Self.hourBeginning(atOrAfter: upper) : floorDivide(upper, by: microsecondsPerHour)
    let firstIsSplit = floorDivide(lower, by: microsecondsPerHour) < first
    if firstIsSplit, first &- 1 < rowsCompleteFromHour { first &-= 1 }
    if Self.start(ofHour: end) < upper, end < rowsCompleteFromHour { end &+= 1 }
    guard first <= end else {
      rows = [lower..<upper]
      return
    }
    if lower < Self.start(ofHour: first) { rows.append(lower..<Self.start(ofHour: first)) }
    if first < end { hours = first..<end }
    if Self.start(ofHour: end) < upper { rows.append(Self.start(ofHour: end)..<upper) }
    guard bucketSeconds != nil, utcOffsetSeconds % 3600 != 0 else { return }
    let splitFirst = max(first, rowsCompleteFromHour)
    if splitFirst < end { splitRows = Self.start(ofHour: splitFirst)..<Self.start(ofHour: end) }
  }

  /// Whether a local day or hour begins in the middle of this hour, and its rows are there to tell the halves apart.
  func splits(hour: Int64) -> Bool {
    guard let bucketSeconds, hour >= rowsCompleteFromHour else { return false }
    let start = hour &* 3600 &+ utcOffsetSeconds
    return floorDivide(start, by: bucketSeconds) != floorDivide(start &+ 3599, by: bucketSeconds)
  }

  private static func hourBeginning(atOrAfter microseconds: Int64) -> Int64 {
    let hour = floorDivide(microseconds, by: microsecondsPerHour)
    return start(ofHour: hour) < microseconds ? hour &+ 1 : hour
  }

  /// Microseconds; the ends of time stand for what lies beyond them.
  private static func start(ofHour hour: Int64) -> Int64 {
    let (product, overflow) = hour.multipliedReportingOverflow(by: microsecondsPerHour)
    return overflow ? (hour < 0 ? .min : .max) : product
  }
}
