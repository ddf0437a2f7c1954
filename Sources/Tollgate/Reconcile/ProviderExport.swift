import Metering

/// What a provider says that it bills: the lines of one or more files, and which days they cover.
struct ProviderExport: Equatable {
  /// One line: what was billed or used on one UTC day.
  struct Line: Equatable {
    /// Days since 1970 (UTC).
    var day: Int64
    /// The model as the export names it; nil where it names none.
    var model: String?
    /// The project or workspace; nil where it names none.
    var project: String?
    /// What the line is for where that is no model: `Web search`.
    var item: String?
    /// What was billed; nil in an export of usage.
    var costPicodollars: Int128?
    /// Tokens of all kinds; nil in an export of costs.
    var tokens: Int64?
    var requests: Int64?
  }

  var lines: [Line] = []
  /// Days of which the export says something, be it nothing.
  var days: Set<Int64> = []
  /// What a reader must know.
  var notes: [String] = []
  /// Lines that were read before, by everything that tells them apart: the same page given twice would count twice.
  private(set) var seen: [String: String] = [:]

  init() {}

  /// Whether it has amounts; else it has tokens only.
  var hasCosts: Bool { lines.contains { $0.costPicodollars != nil } }
  var hasTokens: Bool { lines.contains { $0.tokens != nil } }

  mutating func add(_ line: Line) { lines.append(line) }

  mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }

  /// Remembers a line's identity.
  ///
  /// - Throws: ``ExportError`` where it was read before.
  mutating func claim(_ identity: String, from place: String) throws(ExportError) {
    if let first = seen.updateValue(place, forKey: identity) {
      throw ExportError("\(place) repeats what \(first) says; give each page of an export once")
    }
  }
}

/// Why an export cannot be used: where, what and what to do.
struct ExportError: Error, Equatable {
  var message: String
  init(_ message: String) { self.message = message }
}

/// Days of the UTC calendar.
enum UTCDay {
  static let seconds: Int64 = 86_400

  /// Whether a number can be a time: some 35,000 years around 1970.
  static func isPlausible(unixSeconds: Int64) -> Bool { unixSeconds.magnitude < 1 << 40 }

  /// The day of a time.
  static func of(unixSeconds: Int64) -> Int64 {
    let (quotient, remainder) = unixSeconds.quotientAndRemainder(dividingBy: seconds)
    return remainder < 0 ? quotient - 1 : quotient
  }

  static func of(_ time: Timestamp) -> Int64 {
    let (quotient, remainder) = time.unixMicroseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return of(unixSeconds: remainder < 0 ? quotient - 1 : quotient)
  }

  static func start(of day: Int64) -> Timestamp {
    Timestamp(unixMicroseconds: day.multipliedReportingOverflow(by: seconds * 1_000_000).partialValue)
  }
}
