public import Metering

/// The holds that the ledger keeps.
public struct LedgerHolds: Sendable {
  let readers: ReaderPool
  let now: @Sendable () -> Timestamp
  let perform: CredentialBook.Perform

  /// Keeps a hold as it is now; with the entry in the audit log, where somebody decided.
  ///
  /// - Throws: ``LedgerError``.
  public func write(_ hold: HoldRecord, audit change: AuditedChange? = nil) async throws {
    let time = now()
    try await perform { store in
      try HoldTable(connection: store.connection).write(hold)
      if let change { try store.audit(change, at: hold.end?.at ?? time) }
      return {}
    }
  }

  /// The hold of this id; nil where there is none.
  ///
  /// - Throws: ``LedgerError``.
  public func hold(_ id: CallID) async throws -> HoldRecord? {
    try await readers.read { try HoldTable.hold(id, $0.connection) }
  }

  /// Holds, the newest first.
  ///
  /// - Throws: ``LedgerError``.
  public func page(_ filter: HoldFilter) async throws -> [HoldRecord] {
    try await readers.read { try HoldTable.page(filter, $0.connection) }
  }
}

/// Which holds to list. What is nil does not filter.
public struct HoldFilter: Sendable {
  public var state: HoldRecord.State?
  /// Only those with a smaller id than this one: the cursor.
  public var before: CallID?
  /// 1...1,000; a number outside is taken as the nearest inside.
  public var limit = 100
  public init() {}
}
