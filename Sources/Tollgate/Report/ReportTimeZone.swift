import Budgets
import Control
import Metering

/// The time zone in which days begin and times are written.
struct ReportTimeZone: Sendable, Equatable {
  /// As it was given: `UTC`, `Europe/Berlin`.
  let name: String
  private let rules: TimeZoneRules

  static let utc = ReportTimeZone(name: "UTC", rules: .utc)

  private init(name: String, rules: TimeZoneRules) {
    self.name = name
    self.rules = rules
  }

  /// Reads a name of the time zone database, `UTC`, or `local` for this machine's.
  init(parsing text: String) throws(MalformedText) {
    switch text {
    case "UTC": self = .utc
    case "local": self = ZoneFile.read(ZoneFile.localName).map { Self(name: ZoneFile.localName, rules: $0) } ?? .utc
    default:
      // A name has a slash: abbreviations such as CET mean other things to other people.
      guard text.contains("/"), let rules = ZoneFile.read(text) else {
        throw MalformedText(
          "\"\(text)\" is not a time zone; write a name such as UTC, Europe/Berlin, America/New_York or local")
      }
      self.init(name: text, rules: rules)
    }
  }

  /// Seconds to add to UTC at a point of time.
  func utcOffsetSeconds(at time: Timestamp) -> Int { rules.utcOffsetSeconds(at: time) }

  /// When the offset changes next after `time`, where that is before `end`.
  func nextChange(after time: Timestamp, before end: Timestamp) -> Timestamp? {
    rules.nextChange(after: time, before: end)
  }
}
