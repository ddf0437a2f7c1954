internal import Metering

/// What the parameters of several lists mean.
extension QueryParameters {
  private static let limitDefault = 100
  private static let limitMax = 1_000

  /// From when to when rows are asked for.
  func range(now: Timestamp) throws(ParameterError) -> TimeRange {
    try TimeRange(since: self["since"], from: self["from"], to: self["to"], tz: self["tz"], now: now)
  }

  /// How many rows a page has at most.
  func limit() throws(ParameterError) -> Int {
    guard let text = self["limit"] else { return Self.limitDefault }
    guard let limit = Int(text), (1...Self.limitMax).contains(limit) else {
      throw ParameterError("limit", value: text, accepted: "a whole number from 1 to \(Self.limitMax)")
    }
    return limit
  }

  /// Where the page begins; nil where it is the first.
  func cursor<Cursor>(_ read: (String) -> Cursor?) throws(ParameterError) -> Cursor? {
    try value("cursor", accepted: "what the field next of the page before said", read)
  }

  /// One of the names of an enum; nil where it is missing.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String
  ) throws(ParameterError) -> Choice? where Choice.RawValue == String {
    let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return try value(name, accepted: "one of \(all)") { Choice(rawValue: $0) }
  }

  /// A text that a type reads; nil where it is missing.
  func value<Value>(
    _ name: String, accepted: String, _ read: (String) -> Value?
  ) throws(ParameterError) -> Value? {
    guard let text = self[name] else { return nil }
    guard let value = read(text) else { throw ParameterError(name, value: text, accepted: accepted) }
    return value
  }
}
