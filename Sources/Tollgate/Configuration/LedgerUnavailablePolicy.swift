/// `ledger_unavailable`: what happens to calls while they cannot be accounted for.
enum LedgerUnavailablePolicy: String, Sendable, CaseIterable {
  /// They are refused with 503.
  case refuse
  /// They are forwarded, and lost to the ledger.
  case forward

  static let key = "ledger_unavailable"
}
