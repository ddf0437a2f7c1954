internal import Ledger

/// Who sends a request, as far as a token says.
struct Actor: Sendable, Equatable {
  /// What the audit log shows.
  var name: String
  var role: ControlRole

  /// Whoever has the token of the data directory.
  static let owner = Actor(name: ControlToken.fileName, role: .admin)
}
