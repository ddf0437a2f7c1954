import Gateway

/// `ledger_unavailable`: what happens to calls while they cannot be accounted for.
extension LedgerUnavailablePolicy {
  static let key = "ledger_unavailable"

  /// Reads `refuse` or `forward`.
  init(parsing text: String) throws(MalformedText) {
    switch text {
    case "refuse": self = .refuse
    case "forward": self = .forward
    default: throw MalformedText(unknownChoice(text, among: ["refuse", "forward"]))
    }
  }

  func write(to text: inout CanonicalText) {
    switch self {
    case .refuse: text.entry(Self.key, "refuse")
    case .forward: text.entry(Self.key, "forward")
    }
  }
}
