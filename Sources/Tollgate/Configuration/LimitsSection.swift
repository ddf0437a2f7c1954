/// `limits`: how much of everything there may be.
struct LimitsSection: Sendable, Equatable {
  /// Of a request's head; beyond it the answer is 431.
  var headerBlock = ByteSize.kibibytes(64)
  /// Of a request's body; beyond it the answer is 413.
  var body = ByteSize.mebibytes(64)
  /// Calls at once; one more is answered with 503.
  var inFlight = 8192
  /// From the request's last byte to the head of the reply.
  var headTimeout = TimeSpan.seconds(600)
  /// Between two bytes of a reply.
  var idleTimeout = TimeSpan.seconds(300)
  /// From the start of a call to its connection.
  var connectTimeout = TimeSpan.seconds(10)
  /// What calls under way have to end in when Tollgate is told to stop.
  var drainTimeout = TimeSpan.seconds(30)

  static let key = "limits"
  private static let keys = [
    "header_block", "body", "in_flight", "head_timeout", "idle_timeout", "connect_timeout", "drain_timeout",
  ]
  private static let inFlightRange = 1...65_536

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    guard let value = file[Self.key] else { return }
    let section = MappingReader(value, keys: Self.keys, context: &context)
    section.read("header_block", into: &headerBlock, &context) { text throws(MalformedText) in
      try Self.size(text, in: .kibibytes(1)...(.mebibytes(1)))
    }
    section.read("body", into: &body, &context) { text throws(MalformedText) in
      try Self.size(text, in: .kibibytes(1)...(.mebibytes(1024)))
    }
    section.read("in_flight", into: &inFlight, &context) { text throws(MalformedText) in
      guard let count = Int(text), Self.inFlightRange.contains(count) else {
        throw MalformedText("\"\(text)\" is not a whole number from 1 to 65536")
      }
      return count
    }
    section.read("head_timeout", into: &headTimeout, &context, by: Self.timeout)
    section.read("idle_timeout", into: &idleTimeout, &context, by: Self.timeout)
    section.read("connect_timeout", into: &connectTimeout, &context, by: Self.timeout)
    section.read("drain_timeout", into: &drainTimeout, &context, by: Self.timeout)
  }

  func write(to text: inout CanonicalText) {
    text.section(Self.key) {
      $0.entry("header_block", headerBlock.description)
      $0.entry("body", body.description)
      $0.entry("in_flight", String(inFlight))
      $0.entry("head_timeout", headTimeout.description)
      $0.entry("idle_timeout", idleTimeout.description)
      $0.entry("connect_timeout", connectTimeout.description)
      $0.entry("drain_timeout", drainTimeout.description)
    }
  }

  private static func size(_ text: String, in range: ClosedRange<ByteSize>) throws(MalformedText) -> ByteSize {
    let size = try ByteSize(parsing: text)
    guard range.contains(size) else {
      throw MalformedText("\(size) is not between \(range.lowerBound) and \(range.upperBound)")
    }
    return size
  }

  private static func timeout(_ text: String) throws(MalformedText) -> TimeSpan {
    let span = try TimeSpan(parsing: text)
    guard (1...86_400_000).contains(span.milliseconds) else {
      throw MalformedText("\(span) is not between 1ms and 1d")
    }
    return span
  }
}
