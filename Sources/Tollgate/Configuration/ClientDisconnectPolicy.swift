/// `on_client_disconnect`: what happens to the upstream call of a client that leaves.
enum ClientDisconnectPolicy: Sendable, Equatable {
  /// It is cancelled at once.
  case cancel
  /// It is read on for at most this long, so that its usage is known.
  case drain(TimeSpan)

  static let key = "on_client_disconnect"

  /// Reads `cancel` or `drain 30s`.
  init(parsing text: String) throws(MalformedText) {
    switch text {
    case "cancel": self = .cancel
    case _ where text.hasPrefix("drain "): self = .drain(try TimeSpan(parsing: String(text.dropFirst(6))))
    default: throw MalformedText("\"\(text)\" is not one of cancel, drain 30s")
    }
  }

  func write(to text: inout CanonicalText) {
    switch self {
    case .cancel: text.entry(Self.key, "cancel")
    case .drain(let span): text.entry(Self.key, "drain \(span)")
    }
  }
}
