import Foundation
import Metering

/// The time zone in which days begin and times are written.
struct ReportTimeZone: Sendable, Equatable {
  /// As it was given: `UTC`, `Europe/Berlin`.
  let name: String
  private let zone: TimeZone

  static let utc = ReportTimeZone(name: "UTC", zone: .gmt)

  private init(name: String, zone: TimeZone) {
    self.name = name
    self.zone = zone
  }

  /// Reads a name of the time zone database, `UTC`, or `local` for this machine's.
  init(parsing text: String) throws(MalformedText) {
    switch text {
    case "UTC": self = .utc
    case "local": self.init(name: TimeZone.current.identifier, zone: .current)
    default:
      // A name has a slash: without one, Foundation takes abbreviations and offsets too, whose meaning is less sure.
      guard text.contains("/"), let zone = TimeZone(identifier: text) else {
        throw MalformedText(
          "\"\(text)\" is not a time zone; write a name such as UTC, Europe/Berlin, America/New_York or local")
      }
      self.init(name: text, zone: zone)
    }
  }

  /// Seconds to add to UTC at a point of time.
  func utcOffsetSeconds(at time: Timestamp) -> Int {
    zone.secondsFromGMT(for: Self.date(time))
  }

  /// When the offset changes next after `time`, where that is before `end`.
  func nextChange(after time: Timestamp, before end: Timestamp) -> Timestamp? {
    guard let date = zone.nextDaylightSavingTimeTransition(after: Self.date(time)) else { return nil }
    let change = Timestamp(unixMicroseconds: Int64(date.timeIntervalSince1970.rounded()) &* 1_000_000)
    return change > time && change < end ? change : nil
  }

  private static func date(_ time: Timestamp) -> Date {
    Date(timeIntervalSince1970: Double(time.unixMicroseconds) / 1_000_000)
  }
}
