internal import Foundation
internal import Metering
internal import Observability

/// A time zone that was asked for: a fixed offset, or a named zone whose offset may change.
enum QueryTimeZone {
  case fixed(seconds: Int)
  case named(TimeZone)

  static let accepted = "UTC, an offset such as +02:00, or a name such as Europe/Berlin"

  /// UTC where nothing was asked for.
  init(_ text: String?) throws(ParameterError) {
    guard let text else {
      self = .fixed(seconds: 0)
      return
    }
    if let seconds = UTCOffset.seconds(text) {
      self = .fixed(seconds: seconds)
    } else if TimeZone.knownTimeZoneIdentifiers.contains(text), let zone = TimeZone(identifier: text) {
      self = .named(zone)
    } else {
      throw ParameterError("tz", value: text, accepted: Self.accepted)
    }
  }

  func offsetSeconds(at time: Timestamp) -> Int {
    switch self {
    case .fixed(let seconds): seconds
    case .named(let zone): zone.secondsFromGMT(for: time.date)
    }
  }

  /// Midnight of a date (`2026-11-23`) in this zone; nil where the text is not a date.
  func midnight(_ text: String) -> Timestamp? {
    guard let midnightUTC = Timestamp(date: text, utcOffsetSeconds: 0) else { return nil }
    // The offset at midnight UTC is right but for the hours around a change; one more step settles those.
    let guess = Timestamp(date: text, utcOffsetSeconds: offsetSeconds(at: midnightUTC)) ?? midnightUTC
    return Timestamp(date: text, utcOffsetSeconds: offsetSeconds(at: guess))
  }

  /// The one offset of a whole range; nil where it changes within, or where a named zone comes with a range without start.
  func offsetSeconds(from: Timestamp?, to: Timestamp) -> Int? {
    switch self {
    case .fixed(let seconds): return seconds
    case .named(let zone):
      guard let from else { return nil }
      if let change = zone.nextDaylightSavingTimeTransition(after: from.date), change < to.date { return nil }
      let offset = zone.secondsFromGMT(for: from.date)
      return offset == zone.secondsFromGMT(for: to.date) ? offset : nil
    }
  }
}

extension Timestamp {
  fileprivate var date: Date { Date(timeIntervalSince1970: Double(unixMicroseconds / 1_000_000)) }
}
