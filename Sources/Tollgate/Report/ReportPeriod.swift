import Metering
import Observability

/// The time that a report covers, [from, to), and the time zone in which its days begin.
struct ReportPeriod: Sendable, Equatable {
  var from: Timestamp
  var to: Timestamp
  var timeZone: ReportTimeZone

  /// A part of the period in which the offset from UTC does not change.
  struct Segment: Sendable, Equatable {
    var from: Timestamp
    var to: Timestamp
    var utcOffsetSeconds: Int

    /// ``from`` in RFC 3339.
    var fromText: String { from.rfc3339 }
    /// ``to`` in RFC 3339.
    var toText: String { to.rfc3339 }
  }

  /// ``from`` in RFC 3339.
  var fromText: String { from.rfc3339 }
  /// ``to`` in RFC 3339.
  var toText: String { to.rfc3339 }

  /// The longest look back of `--since`.
  static let sinceDefault = TimeSpan(milliseconds: 86_400_000)

  init(from: Timestamp, to: Timestamp, timeZone: ReportTimeZone) {
    self.from = from
    self.to = to
    self.timeZone = timeZone
  }

  /// The period that the options `--since`, `--from` and `--to` name.
  ///
  /// - Parameter now: the wall clock.
  /// - Throws: ``MalformedText`` where they contradict each other or an end stands before its beginning.
  init(
    since: TimeSpan?, from: String?, to: String?, timeZone: ReportTimeZone, now: Timestamp
  ) throws(MalformedText) {
    if since != nil, from != nil { throw MalformedText("--since and --from exclude each other; give one of them") }
    let end = try to.map { text throws(MalformedText) in try Self.time(text, in: timeZone) } ?? now
    let span = since ?? Self.sinceDefault
    let start =
      try from.map { text throws(MalformedText) in try Self.time(text, in: timeZone) }
      ?? Timestamp(unixMicroseconds: end.unixMicroseconds &- span.milliseconds &* 1000)
    guard start < end else {
      throw MalformedText(
        "the period ends (\(end.rfc3339)) before it begins (\(start.rfc3339)); exchange --from and --to")
    }
    self.init(from: start, to: end, timeZone: timeZone)
  }

  /// The period cut where clocks change, so that each part has one offset.
  var segments: [Segment] {
    var segments: [Segment] = []
    var start = from
    while true {
      let end = timeZone.nextChange(after: start, before: to)
      segments.append(
        Segment(from: start, to: end ?? to, utcOffsetSeconds: timeZone.utcOffsetSeconds(at: start)))
      guard let end, segments.count < Self.segmentsMax else { return segments }
      start = end
    }
  }

  /// `2026-11-22 06:00 to 2026-11-23 06:00 UTC`, in the period's own time zone.
  var title: String { "\(local(from)) to \(local(to)) \(timeZone.name)" }

  /// Two changes a year for a hundred years.
  private static let segmentsMax = 200

  /// `2026-11-01`.
  private static let dateBytes = 10

  /// `2026-11-22 06:00`, seconds only where there are any.
  private func local(_ time: Timestamp) -> String {
    let offset = Int64(timeZone.utcOffsetSeconds(at: time)) &* 1_000_000
    let text = Timestamp(unixMicroseconds: time.unixMicroseconds &+ offset).rfc3339
    let parts = text.split(separator: "T", maxSplits: 1)
    guard parts.count == 2 else { return text }
    let time = parts[1].prefix(8)
    return "\(parts[0]) \(time.hasSuffix(":00") ? time.prefix(5) : time)"
  }

  /// Reads a local date or time, or a time that names its offset.
  static func time(_ text: String, in timeZone: ReportTimeZone) throws(MalformedText) -> Timestamp {
    // A date is read as midnight in UTC, and so is a time with a Z behind it: both are local here.
    if text.utf8.count > Self.dateBytes, let time = Timestamp(text) { return time }
    guard let local = Timestamp(text) ?? Timestamp(text + "Z") else {
      throw MalformedText(
        "\"\(text)\" is not a point of time; write 2026-11-01, 2026-11-01T14:30 or 2026-11-01T14:30:00Z")
    }
    // The offset depends on the time and the time on the offset: the second look is right but within a change of clocks.
    var utc = local
    for _ in 0..<2 {
      let offset = Int64(timeZone.utcOffsetSeconds(at: utc)) &* 1_000_000
      utc = Timestamp(unixMicroseconds: local.unixMicroseconds &- offset)
    }
    return utc
  }
}
