/// The rules of one time zone: which offset is in force when.
public struct TimeZoneRules: Sendable, Hashable {
  private let firstOffset: Int64
  private let changes: [OffsetChange]
  private let rule: PosixTimeZone?

  public static let utc = TimeZoneRules(firstOffset: 0, changes: [], rule: nil)

  /// Reads a compiled file of the zone database (`/usr/share/zoneinfo/Europe/Berlin`), version 2 or later.
  public init(file: [UInt8]) throws(TimeZoneFileError) {
    var reader = TimeZoneFileReader(file)
    self = try reader.zone()
  }

  init(firstOffset: Int64, changes: [OffsetChange], rule: PosixTimeZone?) {
    self.firstOffset = firstOffset
    self.changes = changes
    self.rule = rule
  }

  /// The spans of constant offset that overlap the time from one second up to another, in order. Seconds are of UTC.
  func spans(from: Int64, to: Int64) -> [OffsetSpan] {
    var spans = [OffsetSpan(start: .min, end: .max, offset: offset(before: from))]
    for change in changesBetween(from, to) where change.offset != spans[spans.count - 1].offset {
      spans[spans.count - 1].end = change.second
      spans.append(OffsetSpan(start: change.second, end: .max, offset: change.offset))
    }
    return spans
  }

  /// The offset in force just before the second.
  private func offset(before second: Int64) -> Int64 {
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].second < second { low = middle + 1 } else { high = middle }
    }
    let listed = low > 0 ? changes[low - 1].offset : firstOffset
    guard low == changes.count, let rule else { return listed }
    // Of the rule's changes since the list ended, the last before the second; both years, as a change may be at New Year.
    return ruleChanges(from: second - 2 * 366 * CivilDay.seconds, to: second - 1).last?.offset
      ?? (rule.daylight == nil ? rule.standardOffset : listed)
  }

  private func changesBetween(_ from: Int64, _ to: Int64) -> [OffsetChange] {
    let listed = changes.filter { $0.second >= from && $0.second <= to }
    return listed + ruleChanges(from: from, to: to)
  }

  /// What the rule says, of the time after the list. Seconds are kept within the years that calendars know.
  private func ruleChanges(from: Int64, to: Int64) -> [OffsetChange] {
    guard let rule else { return [] }
    let listEnd = changes.last?.second ?? .min
    let first = CivilDay.year(of: floorDivide(from, by: CivilDay.seconds).quotient) - 1
    let last = CivilDay.year(of: floorDivide(to, by: CivilDay.seconds).quotient) + 1
    guard first <= last, last - first < 10 else { return [] }
    return (first...last).flatMap { rule.changes(of: $0) }.filter {
      $0.second > listEnd && $0.second >= from && $0.second <= to
    }
  }
}

/// A time in which the clocks of a zone run evenly.
struct OffsetSpan: Sendable, Hashable {
  /// Seconds of UTC: from the first, up to but without the second.
  var start: Int64
  var end: Int64
  /// Seconds east of UTC.
  var offset: Int64
}
