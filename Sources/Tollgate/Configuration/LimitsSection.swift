import Gateway

/// `limits`: how much of everything there may be, and how long it may take.
struct LimitsSection: Sendable, Equatable {
  /// Those of the data plane.
  var gateway = GatewayLimits()
  /// Calls at once; one more is answered with 503.
  var inFlight = 8192

  static let key = "limits"
  private static let sizeKeys = ["body"]
  private static let countKeys = ["in_flight", "connections"]

  /// The time-outs, in the order of a call's life.
  private static let timeouts: [(key: String, limit: any WritableKeyPath<GatewayLimits, Int> & Sendable)] = [
    ("request_head_timeout", \.requestHeadTimeoutMilliseconds),
    ("keep_alive_timeout", \.keepAliveTimeoutMilliseconds),
    ("client_idle_timeout", \.clientIdleTimeoutMilliseconds),
    ("connect_timeout", \.connectTimeoutMilliseconds),
    ("head_timeout", \.headTimeoutMilliseconds),
    ("idle_timeout", \.idleTimeoutMilliseconds),
    ("socket_idle_timeout", \.socketIdleTimeoutMilliseconds),
    ("drain_timeout", \.drainTimeoutMilliseconds),
  ]

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    guard let value = file[Self.key] else { return }
    let keys = Self.sizeKeys + Self.countKeys + Self.timeouts.map(\.key)
    let section = MappingReader(value, keys: keys, context: &context)
    section.read("body", into: &gateway.bodyBytesMax, &context, by: Self.bodyBytes)
    section.read("in_flight", into: &inFlight, &context, by: Self.count)
    section.read("connections", into: &gateway.connectionsMax, &context, by: Self.count)
    for timeout in Self.timeouts {
      section.read(timeout.key, into: &gateway[keyPath: timeout.limit], &context, by: Self.milliseconds)
    }
  }

  func write(to text: inout CanonicalText) {
    text.section(Self.key) {
      $0.entry("body", ByteSize(bytes: Int64(gateway.bodyBytesMax)).description)
      $0.entry("in_flight", String(inFlight))
      $0.entry("connections", String(gateway.connectionsMax))
      for timeout in Self.timeouts {
        $0.entry(timeout.key, TimeSpan(milliseconds: Int64(gateway[keyPath: timeout.limit])).description)
      }
    }
  }

  private static func bodyBytes(_ text: String) throws(MalformedText) -> Int {
    let range = ByteSize.kibibytes(1)...(.mebibytes(1024))
    let size = try ByteSize(parsing: text)
    guard range.contains(size) else {
      throw MalformedText("\(size) is not between \(range.lowerBound) and \(range.upperBound)")
    }
    return Int(size.bytes)
  }

  private static func count(_ text: String) throws(MalformedText) -> Int {
    guard let count = Int(text), (1...65_536).contains(count) else {
      throw MalformedText("\"\(text)\" is not a whole number from 1 to 65536")
    }
    return count
  }

  private static func milliseconds(_ text: String) throws(MalformedText) -> Int {
    let span = try TimeSpan(parsing: text)
    guard (1...86_400_000).contains(span.milliseconds) else {
      throw MalformedText("\(span) is not between 1ms and 1d")
    }
    return Int(span.milliseconds)
  }
}
