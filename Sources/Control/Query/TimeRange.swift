public import Metering
internal import Observability

/// From when to when a query asks, as `since`, `from`, `to` and `tz` say it: for the API and the command line alike.
public struct TimeRange: Sendable, Equatable {
  /// The first instant of the range; nil for everything that is kept.
  public var from: Timestamp?
  /// The first instant after the range; nil for now and later.
  public var to: Timestamp?
  /// The offset from UTC in which days and hours are told apart, in seconds east.
  public var utcOffsetSeconds: Int

  /// Reads the four parameters; each may be absent.
  ///
  /// - Parameters:
  ///   - since: a duration back from `now`; excludes `from`.
  ///   - from: an RFC 3339 time, or a date that means its midnight in `tz`.
  ///   - to: likewise, and not included in the range.
  ///   - tz: `UTC`, an offset, or a named zone whose offset does not change within the range.
  public init(since: String?, from: String?, to: String?, tz: String?, now: Timestamp) throws(ParameterError) {
    let zone = try QueryTimeZone(tz)
    if let since {
      guard from == nil else { throw ParameterError("since", value: since, accepted: "either since or from, not both") }
      guard let seconds = QueryDuration.seconds(since) else {
        throw ParameterError("since", value: since, accepted: QueryDuration.accepted)
      }
      self.from = Timestamp(unixMicroseconds: now.unixMicroseconds - seconds * 1_000_000)
    } else {
      self.from = try Self.instant("from", from, zone)
    }
    self.to = try Self.instant("to", to, zone)
    if let start = self.from, let end = self.to, start >= end {
      throw ParameterError("to", value: to ?? "", accepted: "a time after the start of the range, \(start.rfc3339)")
    }
    guard let offset = zone.offsetSeconds(from: self.from, to: self.to ?? now) else {
      throw ParameterError(
        "tz", value: tz ?? "",
        accepted: "a named zone for a range within which its offset does not change; else an offset such as +02:00")
    }
    utcOffsetSeconds = offset
  }

  private static func instant(
    _ name: String, _ text: String?, _ zone: QueryTimeZone
  ) throws(ParameterError) -> Timestamp? {
    guard let text else { return nil }
    guard let instant = Timestamp(rfc3339: text) ?? zone.beginning(text) else {
      throw ParameterError(
        name, value: text,
        accepted: "a time such as 2026-11-23T06:00:00Z (a + is %2B in a URL), or a date such as 2026-11-23")
    }
    return instant
  }
}
