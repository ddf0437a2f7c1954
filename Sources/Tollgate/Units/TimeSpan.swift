/// A length of time, written with its unit: `30s`, `500ms`, `90d`, `1h30m`.
struct TimeSpan: Sendable, Hashable, Comparable {
  /// Never negative.
  var milliseconds: Int64

  static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count &* 1000) }

  static func < (lhs: TimeSpan, rhs: TimeSpan) -> Bool { lhs.milliseconds < rhs.milliseconds }

  private struct Unit {
    var name: String
    var milliseconds: Int64
  }

  private static let units = [
    Unit(name: "w", milliseconds: 604_800_000), Unit(name: "d", milliseconds: 86_400_000),
    Unit(name: "h", milliseconds: 3_600_000), Unit(name: "m", milliseconds: 60_000),
    Unit(name: "s", milliseconds: 1000), Unit(name: "ms", milliseconds: 1),
  ]

  /// Reads one or more counts with their units, largest first or not: `90d`, `1h30m`, `1 h 30 m`.
  ///
  /// - Throws: ``MalformedText`` for anything else, a count without unit included, and for more than 100 years.
  init(parsing text: String) throws(MalformedText) {
    var total: Int64 = 0
    var rest = text.utf8.filter { $0 != UInt8(ascii: " ") }[...]
    guard !rest.isEmpty else { throw Self.malformed(text) }
    while !rest.isEmpty {
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      rest = rest.dropFirst(digits.count)
      let letters = rest.prefix { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      rest = rest.dropFirst(letters.count)
      let name = String(decoding: letters, as: UTF8.self)
      guard let count = Int64(String(decoding: digits, as: UTF8.self)),
        let unit = Self.units.first(where: { $0.name == name })
      else { throw Self.malformed(text) }
      let (part, tooLarge) = count.multipliedReportingOverflow(by: unit.milliseconds)
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !tooLarge, !overflow, sum <= Self.maximumMilliseconds else {
        throw MalformedText("\"\(text)\" is more than 100 years")
      }
      total = sum
    }
    milliseconds = total
  }

  init(milliseconds: Int64) { self.milliseconds = milliseconds }

  private static let maximumMilliseconds: Int64 = 36_525 * 86_400_000

  private static func malformed(_ text: String) -> MalformedText {
    MalformedText(
      "\"\(text)\" is not a length of time; write a number with a unit, such as 500ms, 30s, 10m, 24h or 90d")
  }
}

extension TimeSpan: CustomStringConvertible {
  /// A single count in the largest unit, days at most, that leaves nothing over.
  var description: String {
    let unit = Self.units.dropFirst().first { milliseconds > 0 && milliseconds % $0.milliseconds == 0 }
    return unit.map { "\(milliseconds / $0.milliseconds)\($0.name)" } ?? "0s"
  }
}
