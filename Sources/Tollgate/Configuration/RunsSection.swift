import Runs

/// `runs`: how calls are gathered into runs.
struct RunsSection: Sendable, Equatable {
  /// After so long without a call a run has ended.
  var idleSeconds: Int64 = 30 * 60

  static let key = "runs"

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    guard let value = file[Self.key] else { return }
    let section = MappingReader(value, keys: ["idle"], context: &context)
    section.read("idle", into: &idleSeconds, &context, by: Self.seconds)
  }

  func write(to text: inout CanonicalText) {
    text.section(Self.key) { $0.entry("idle", TimeSpan.seconds(idleSeconds).description) }
  }

  var limits: RunLimits { RunLimits(idleMicroseconds: idleSeconds * 1_000_000) }

  private static func seconds(_ text: String) throws(MalformedText) -> Int64 {
    let span = try TimeSpan(parsing: text)
    let (seconds, rest) = span.milliseconds.quotientAndRemainder(dividingBy: 1000)
    guard rest == 0, (1...7 * 86_400).contains(seconds) else {
      throw MalformedText("\(span) is not a whole number of seconds from 1s to 7d")
    }
    return seconds
  }
}
