/// Whether the ledger admits calls.
public struct LedgerHealth: Sendable, Equatable {
  public var isAvailable: Bool
  /// A sentence for the operator: what failed, where, and what to do. Nil while available.
  public var reason: String?

  public init(isAvailable: Bool, reason: String?) {
    self.isAvailable = isAvailable
    self.reason = reason
  }
}

/// What the ledger tells whoever keeps metrics, or checks keys. Each closure is called on the writer thread, but for `failed`,
/// which can come from any, and for what is told as the ledger is opened; they must return at once.
public struct LedgerObserver: Sendable {
  /// A group of rows was committed: how many, and how long that took.
  public var committed: @Sendable (_ rows: Int, _ durationNanoseconds: Int64) -> Void
  /// Something failed.
  public var failed: @Sendable (LedgerFault) -> Void
  /// All keys and tokens: as the ledger is opened, before that returns, and after each change.
  public var accessChanged: @Sendable (AccessSnapshot) -> Void
  /// The budgets that were made at run time: as the ledger is opened, before the calls of a dead process are settled.
  public var budgetsRead: @Sendable (StoredBudgets) -> Void

  public init(
    committed: @escaping @Sendable (_ rows: Int, _ durationNanoseconds: Int64) -> Void = { _, _ in },
    failed: @escaping @Sendable (LedgerFault) -> Void = { _ in },
    accessChanged: @escaping @Sendable (AccessSnapshot) -> Void = { _ in },
    budgetsRead: @escaping @Sendable (StoredBudgets) -> Void = { _ in }
  ) {
    self.committed = committed
    self.failed = failed
    self.accessChanged = accessChanged
    self.budgetsRead = budgetsRead
  }
}

/// What went wrong in the ledger, as a bounded label.
public enum LedgerFault: String, Error, Sendable, CaseIterable {
  /// No space is left, or less than the reserve.
  case diskFull = "disk_full"
  /// The file system or a file is read-only.
  case readOnly = "read_only"
  /// Another program holds the database's lock.
  case busy
  /// Reading or writing failed.
  case inputOutput = "io_error"
  /// A sync to the disk failed: what was written before may be lost. Only a restart ends it.
  case syncFailed = "sync_failed"
  /// The database is damaged. Only a restart ends it.
  case corrupt
  /// One row could not be stored, or had been stored before.
  case rowRejected = "row_rejected"
  /// A ticket was dropped without being settled or voided.
  case ticketDropped = "ticket_dropped"
  /// A slot of the in-flight file could not be read.
  case slotDamaged = "slot_damaged"
  /// Anything else that SQLite reports.
  case other
}
