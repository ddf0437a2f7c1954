import Gateway

/// `on_client_disconnect`: what happens to the upstream call of a client that leaves.
extension ClientDisconnectPolicy {
  static let key = "on_client_disconnect"

  /// Reads `cancel` or `drain 30s`.
  init(parsing text: String) throws(MalformedText) {
    switch text {
    case "cancel": self = .cancel
    case _ where text.hasPrefix("drain "):
      let span = try TimeSpan(parsing: String(text.dropFirst(6)))
      let (seconds, rest) = span.milliseconds.quotientAndRemainder(dividingBy: 1000)
      guard rest == 0, (1...Self.secondsMax).contains(seconds) else {
        throw MalformedText("\(span) is not a whole number of seconds from 1s to 1h")
      }
      self = .drain(seconds: Int(seconds))
    default: throw MalformedText("\"\(text)\" is not one of cancel, drain 30s")
    }
  }

  func write(to text: inout CanonicalText) {
    switch self {
    case .cancel: text.entry(Self.key, "cancel")
    case .drain(let seconds): text.entry(Self.key, "drain \(TimeSpan.seconds(Int64(seconds)))")
    }
  }

  private static let secondsMax: Int64 = 3600
}
