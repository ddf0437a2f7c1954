import GRDB
import GRDBSQLite
public import Logging
public import Metering

/// The books of a ledger whose proxy does not run. It holds the data directory, so that no proxy starts meanwhile. Calls
/// that a dead process left in flight, and what is too old, are left to the proxy.
///
/// Unchecked: `store` is touched only on the connection's serial queue.
public final class OfflineLedger: @unchecked Sendable {
  /// Calls that a dead process left in flight: they have no row until the proxy starts again.
  public let unsettledCalls: Int

  private let directory: DataDirectory
  private let database: DatabaseQueue
  private let readers: ReaderPool
  private let now: @Sendable () -> Timestamp
  private let logger: Logger
  private var store: LedgerStore?

  /// Brings a file of an older format to the present one.
  ///
  /// - Parameter creating: whether directory and ledger are made where there are none.
  /// - Throws: ``LedgerError``, such as `heldByAnotherProcess` while a proxy runs: then ask its control plane.
  public init(
    directory path: String, creating: Bool = false, logger: Logger, now: @escaping @Sendable () -> Timestamp
  ) throws {
    directory = try DataDirectory(path, creating: creating, logger: logger)
    self.now = now
    self.logger = logger
    if creating { try directory.makeDatabaseFile() }
    guard fileExists(directory.databasePath) else { throw LedgerError.noLedger(directory: directory.path) }
    unsettledCalls = try InFlightContents.read(path: directory.inFlightPath)?.calls.count ?? 0
    do {
      database = try WriterConnection.open(path: directory.databasePath)
      let path = directory.databasePath
      let directoryPath = directory.path
      store = try database.writeWithoutTransaction { database in
        guard let connection = database.sqliteConnection else { throw LedgerError.closed }
        try Schema.migrate(connection, file: path)
        return try LedgerStore(connection, configuration: LedgerConfiguration(directory: directoryPath))
      }
    } catch {
      throw LedgerError(opening: directory.databasePath, error)
    }
    readers = try ReaderPool(path: directory.databasePath)
  }

  deinit { close() }

  /// What can be booked.
  public var books: LedgerBooks {
    LedgerBooks(readers: readers, now: now, waitForCommit: {}) { [self] job in
      try database.writeWithoutTransaction { _ in
        guard let store else { throw LedgerError.closed }
        try store.transaction { try job(store) }
      }
    }
  }

  /// Budgets that are made and raised at run time.
  public var budgets: LedgerBudgets {
    LedgerBudgets(readers: readers, now: now) { [self] in try perform($0) }
  }

  /// What calls took of budgets.
  public var spending: LedgerSpending {
    LedgerSpending(readers: readers, now: now, waitForCommit: {}) { [self] job in
      try perform { store in
        try job(store)
        return {}
      }
    }
  }

  /// Runs.
  public var runs: LedgerRuns {
    LedgerRuns(
      readers: readers, waitForCommit: {}, put: { [self] in note($0) }, perform: { [self] in try perform($0) })
  }

  /// Keys, tokens and the audit log.
  public var credentials: CredentialBook {
    CredentialBook(readers: readers, now: now, publish: { _ in }) { [self] in try perform($0) }
  }

  private func note(_ events: [RunEvent]) {
    do {
      try perform { store in
        try store.events.write(events)
        return {}
      }
    } catch {
      logger.warning("events of runs are not in the ledger", metadata: ["error": "\(error)"])
    }
  }

  private func perform(_ job: (LedgerStore) throws -> @Sendable () -> Void) throws {
    try database.writeWithoutTransaction { _ in
      guard let store else { throw LedgerError.closed }
      var then: (@Sendable () -> Void)?
      try store.transaction { then = try job(store) }
      then?()
    }
  }

  /// Copies the write-ahead log into the database, closes and gives the directory back; can be called again.
  public func close() {
    readers.close()
    database.writeWithoutTransaction { _ in
      // What the checkpoint leaves is copied at the next opening.
      try? store?.log.truncate()
      store = nil
    }
    try? database.close()
    directory.release()
  }
}
