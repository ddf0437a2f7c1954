import Metering
import Synchronization

/// Who may do what, and who changed what: virtual keys, control tokens, and the audit log.
///
/// The ledger's one writer makes every change, in a transaction with its entry in the audit log. Whoever checks keys and
/// tokens is told of all of them after each change (see ``LedgerObserver``).
public struct CredentialBook: Sendable {
  /// Runs a job in a transaction of the writer; then, once that is committed, on the same thread, what it returned.
  typealias Perform =
    @Sendable (_ job: @escaping @Sendable (LedgerStore) throws -> @Sendable () -> Void) async throws -> Void

  let readers: ReaderPool
  let now: @Sendable () -> Timestamp
  let publish: @Sendable (AccessSnapshot) -> Void
  let perform: Perform

  /// The longest time for which a rotated key's former text is taken: 30 days.
  public static let overlapMaxSeconds: Int64 = 30 * 86_400

  /// Every key and token, also those that are revoked.
  public func snapshot() async throws -> AccessSnapshot {
    try await readers.read { try AccessStore(connection: $0.connection).snapshot() }
  }

  /// Makes a key. Its text is in what is returned, and nowhere else.
  ///
  /// - Throws: ``LedgerError``: `refused` where it cannot be made as it is asked for.
  public func createKey(_ name: String, _ grant: KeyGrant, by actor: String) async throws -> IssuedKey {
    let change = VirtualKey.Change(at: now(), by: actor)
    let text = CredentialText(new: .virtualKey)
    return IssuedKey(key: try await changing { try $0.createKey(name, grant, text, change) }, text: text)
  }

  /// Gives a key another secret under the same id.
  ///
  /// - Parameters:
  ///   - nameOrID: of a key in force.
  ///   - overlapSeconds: for how long the former one is taken too; 0...``overlapMaxSeconds``.
  /// - Throws: ``LedgerError``: `unknown`, or `refused` where it is revoked.
  public func rotateKey(_ nameOrID: String, overlapSeconds: Int64, by actor: String) async throws -> IssuedKey {
    guard (0...Self.overlapMaxSeconds).contains(overlapSeconds) else {
      throw LedgerError.refused("both texts of a key can be valid for 30 days at most")
    }
    let change = VirtualKey.Change(at: now(), by: actor)
    return try await changing { store in
      try store.rotateKey(
        nameOrID, to: { CredentialText(new: .virtualKey, id: $0) }, overlapSeconds: overlapSeconds, change)
    }
  }

  /// Ends a key at once. Calls under way go on.
  ///
  /// - Throws: ``LedgerError``: `unknown`, or `refused` where it is revoked already.
  public func revokeKey(_ nameOrID: String, by actor: String) async throws -> VirtualKey {
    let change = VirtualKey.Change(at: now(), by: actor)
    return try await changing { try $0.revokeKey(nameOrID, change) }
  }

  /// Makes a token of the control plane. Its text is in what is returned, and nowhere else.
  ///
  /// - Throws: ``LedgerError``: `refused` where it cannot be made as it is asked for.
  public func createToken(_ name: String, _ role: ControlRole, by actor: String) async throws -> IssuedToken {
    let change = VirtualKey.Change(at: now(), by: actor)
    let text = CredentialText(new: .controlToken)
    return IssuedToken(token: try await changing { try $0.createToken(name, role, text, change) }, text: text)
  }

  /// Ends a token at once.
  ///
  /// - Throws: ``LedgerError``: `unknown`, or `refused` where it is revoked already.
  public func revokeToken(_ nameOrID: String, by actor: String) async throws -> NamedToken {
    let change = VirtualKey.Change(at: now(), by: actor)
    return try await changing { try $0.revokeToken(nameOrID, change) }
  }

  /// Entries of the audit log, the newest first.
  public func audit(_ filter: AuditFilter) async throws -> [AuditEntry] {
    try await readers.read { try AuditQuery(filter).run($0) }
  }

  /// Writes down a change of something that the ledger does not keep itself. What it keeps writes its entry in the
  /// transaction of the change, by `LedgerStore.audit`.
  public func record(_ change: AuditedChange) async throws {
    let time = now()
    try await perform { store in
      try store.audit(change, at: time)
      return {}
    }
  }

  private func changing<T: Sendable>(_ body: @escaping @Sendable (LedgerStore) throws -> T) async throws -> T {
    let box = ChangeResult<T>()
    let publish = publish
    try await perform { store in
      let value = try body(store)
      let snapshot = try store.access.snapshot()
      box.value.withLock { $0 = value }
      return { publish(snapshot) }
    }
    guard let value = box.value.withLock({ $0 }) else { throw LedgerError.closed }
    return value
  }
}

/// Carries what a change made out of its job.
private final class ChangeResult<T: Sendable>: Sendable {
  let value = Mutex<T?>(nil)
}
