extension PriceCondition {
  /// The condition in words: `prompt above 272000 tokens, service_tier=flex, from 2026-10-12T00:00:00Z`.
  var text: String {
    var parts: [String] = []
    if let above { parts.append("prompt above \(above) tokens") }
    if let atLeast { parts.append("prompt of \(atLeast) tokens or more") }
    for (key, values) in when {
      switch values {
      case .any: parts.append("any \(key.rawValue)")
      case .oneOf(let values): parts.append("\(key.rawValue)=\(values.joined(separator: "|"))")
      }
    }
    if let window { parts.append(window.text) }
    if let from { parts.append("from \(from.rfc3339)") }
    if let to { parts.append("before \(to.rfc3339)") }
    return parts.isEmpty ? "always" : parts.joined(separator: ", ")
  }
}

extension DailyWindow {
  /// The window in words: `09:00-12:00 mon tue at +08:00`.
  fileprivate var text: String {
    var parts = hours.map { "\(Self.clock($0.fromMinute))-\(Self.clock($0.toMinute))" }
    if let days { parts += days.sorted().map { Self.dayNames[$0] } }
    if !exceptDays.isEmpty {
      let dates = exceptDays.sorted().map { CivilDate(daysSinceEpoch: $0).description }
      parts.append("except \(dates.joined(separator: " "))")
    }
    let sign = offsetMinutes < 0 ? "-" : "+"
    return parts.joined(separator: " ") + " at \(sign)\(Self.clock(abs(offsetMinutes)))"
  }

  private static func clock(_ minutes: Int64) -> String {
    [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }

  /// The days of the week as price files name them, Monday first.
  static let dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
}
