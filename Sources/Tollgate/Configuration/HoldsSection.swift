import Gateway

/// `holds`: how calls wait for a person, where a budget is `on_exhausted: hold`.
struct HoldsSection: Sendable, Equatable {
  var policy = HoldPolicy()

  static let key = "holds"

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    guard let value = file[Self.key] else { return }
    let section = MappingReader(value, keys: ["wait", "max", "then"], context: &context)
    section.read("wait", into: &policy.waitSeconds, &context, by: Self.seconds)
    section.read("max", into: &policy.max, &context, by: Self.count)
    section.readChoice("then", into: &policy.then, &context)
  }

  func write(to text: inout CanonicalText) {
    text.section(Self.key) {
      $0.entry("wait", TimeSpan.seconds(policy.waitSeconds).description)
      $0.entry("max", String(policy.max))
      $0.entry("then", policy.then.rawValue)
    }
  }

  private static func seconds(_ text: String) throws(MalformedText) -> Int64 {
    let span = try TimeSpan(parsing: text)
    let (seconds, rest) = span.milliseconds.quotientAndRemainder(dividingBy: 1000)
    guard rest == 0, (1...3600).contains(seconds) else {
      throw MalformedText("\(span) is not a whole number of seconds from 1s to 1h")
    }
    return seconds
  }

  private static func count(_ text: String) throws(MalformedText) -> Int {
    guard let count = Int(text), (1...10_000).contains(count) else {
      throw MalformedText("\"\(text)\" is not a whole number from 1 to 10000")
    }
    return count
  }
}
