public import Budgets
public import Ledger
internal import Metering
internal import Synchronization

/// The virtual keys that are in force, as the ledger told them last.
///
/// What a call looks into never changes: a change takes its place. The lock is held to copy one reference.
public final class VirtualKeys: Sendable {
  private let keys = Mutex<[String: VirtualKey]>([:])

  public init() {}

  /// Puts other keys in place of those that were there. Revoked ones are among them, so that their holders learn of it.
  public func replace(with keys: [VirtualKey]) {
    let byID = Dictionary(keys.map { ($0.id, $0) }) { first, _ in first }
    self.keys.withLock { $0 = byID }
  }

  /// The budgets that the calls of the key of this name count in, whatever those match.
  public func budgets(ofKey name: String) -> [BudgetPattern] {
    let key = keys.withLock { $0 }.values.first { $0.name == name && $0.revoked == nil }
    return key?.grant.budgets ?? []
  }

  /// The key that a request came with.
  ///
  /// - Throws: 401 where it is none, or none in force. Whoever does not hold the whole key learns nothing of it.
  func key(_ text: String, at now: Timestamp) throws(Refusal) -> VirtualKey {
    guard let presented = CredentialText(text, of: .virtualKey) else { throw .malformedKey() }
    let digest = presented.digest
    let found = keys.withLock { $0 }[presented.id]
    guard let key = found, key.isOpened(by: digest, at: now) else { throw .unknownKey() }
    guard key.revoked == nil else { throw .revokedKey(key.name) }
    if let expiresAt = key.grant.expiresAt, expiresAt <= now { throw .expiredKey(key.name, at: expiresAt) }
    return key
  }
}
