public import Metering

/// For whoever writes times, rather than limits what is spent in them.
extension TimeZoneRules {
  /// A zone whose clocks never change.
  public static func fixed(utcOffsetSeconds seconds: Int) -> TimeZoneRules {
    TimeZoneRules(firstOffset: Int64(seconds), changes: [], rule: nil)
  }

  /// Seconds to add to UTC at an instant.
  public func utcOffsetSeconds(at time: Timestamp) -> Int {
    let second = Self.second(of: time)
    return Int(spans(from: second, to: second).last?.offset ?? 0)
  }

  /// When the offset changes next after an instant; nil where it does not before the end.
  public func nextChange(after time: Timestamp, before end: Timestamp) -> Timestamp? {
    let last = Self.second(of: end)
    var second = Self.second(of: time)
    while second < last {
      let next = min(second + Self.searchedSeconds, last)
      // The first span is the one that is in force just before the time that is searched.
      if let span = spans(from: second + 1, to: next).dropFirst().first {
        let change = Self.timestamp(span.start)
        return change < end ? change : nil
      }
      second = next
    }
    return nil
  }

  /// The first instant at which clocks show the day, or a later one where they skip it.
  ///
  /// - Parameter midnight: the day's, in UTC.
  public func beginning(ofDay midnight: Timestamp) -> Timestamp {
    Self.timestamp(start(of: floorDivide(Self.second(of: midnight), by: CivilDay.seconds).quotient))
  }

  /// What is looked through at a time for a change: rules are not asked for more than a few years.
  private static let searchedSeconds: Int64 = 2 * 366 * CivilDay.seconds
}
