internal import Budgets
internal import Metering
internal import Observability

/// A time zone that was asked for: a fixed offset, or a named zone whose offset may change.
struct QueryTimeZone {
  private let rules: TimeZoneRules
  private let isFixed: Bool

  static let accepted = "UTC, an offset such as +02:00, or a name such as Europe/Berlin"

  /// UTC where nothing was asked for.
  init(_ text: String?) throws(ParameterError) {
    if let seconds = UTCOffset.seconds(text ?? "UTC") {
      (rules, isFixed) = (.fixed(utcOffsetSeconds: seconds), true)
    } else if let text, let named = ZoneFile.read(text) {
      (rules, isFixed) = (named, false)
    } else {
      throw ParameterError("tz", value: text ?? "", accepted: Self.accepted)
    }
  }

  /// The beginning of a date (`2026-11-23`) in this zone: its midnight, or where clocks skip that, the first instant after it. Nil where
  /// the text is not a date.
  func beginning(_ text: String) -> Timestamp? {
    Timestamp(date: text, utcOffsetSeconds: 0).map { rules.beginning(ofDay: $0) }
  }

  /// The one offset of a whole range; nil where it changes within, or where a named zone comes with a range without start.
  func offsetSeconds(from: Timestamp?, to: Timestamp) -> Int? {
    guard let from else { return isFixed ? rules.utcOffsetSeconds(at: to) : nil }
    return rules.nextChange(after: from, before: to) == nil ? rules.utcOffsetSeconds(at: from) : nil
  }
}
