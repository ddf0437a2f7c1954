import GRDBSQLite
import Metering

/// What committing a group came to.
struct CommitResult {
  var rows = 0
  /// Calls whose id had a row already.
  var duplicates: [CallID] = []
  /// Calls whose row SQLite refuses for good.
  var rejected: [(id: CallID, failure: SQLiteFailure)] = []
}

/// Everything that writes to the database, over one connection. Confined to the thread that owns it.
final class LedgerStore {
  let connection: OpaquePointer
  let log: WriteAheadLog
  let retention: Retention
  private let names: Names
  private let rows: RowWriter
  private let rollups: RollupWriter
  private let begin: PreparedStatement
  private let commit: PreparedStatement
  private let rollback: PreparedStatement

  init(_ connection: OpaquePointer, configuration: LedgerConfiguration) throws(SQLiteFailure) {
    self.connection = connection
    log = WriteAheadLog(connection)
    retention = try Retention(connection, configuration: configuration)
    names = try Names(connection)
    rows = try RowWriter(connection, names: names)
    rollups = try RollupWriter(connection, names: names)
    begin = try PreparedStatement(connection, "BEGIN IMMEDIATE")
    commit = try PreparedStatement(connection, "COMMIT")
    rollback = try PreparedStatement(connection, "ROLLBACK")
  }

  /// Commits in one transaction all of the records that `body` passes on, with their totals, or none of them.
  func commit(
    _ body: ((borrowing CallRecord) throws(SQLiteFailure) -> Void) throws(SQLiteFailure) -> Void
  ) throws(SQLiteFailure) -> CommitResult {
    try begin.run()
    do throws(SQLiteFailure) {
      var result = CommitResult()
      try body { record throws(SQLiteFailure) in try write(record, &result) }
      try rollups.flush()
      try commit.run()
      names.transactionEnded(committed: true)
      return result
    } catch {
      abandon()
      throw error
    }
  }

  /// A row that can never be stored is left out instead of holding up all others: SQLite has undone its statement,
  /// and the totals come after it.
  private func write(_ record: borrowing CallRecord, _ result: inout CommitResult) throws(SQLiteFailure) {
    do throws(SQLiteFailure) {
      guard try rows.insert(record) else {
        result.duplicates.append(record.id)
        return
      }
      try rollups.add(record)
      result.rows &+= 1
    } catch {
      guard error.isOfRow else { throw error }
      result.rejected.append((record.id, error))
    }
  }

  /// Whether the database can be written, tried.
  func probe() throws(SQLiteFailure) {
    try begin.run()
    do throws(SQLiteFailure) {
      try Facts.increment(.probes, connection)
      try commit.run()
    } catch {
      abandon()
      throw error
    }
  }

  /// Ends a transaction that failed. SQLite may have ended it already.
  private func abandon() {
    rollups.discard()
    names.transactionEnded(committed: false)
    if sqlite3_get_autocommit(connection) == 0 { try? rollback.run() }
  }

  func hasCall(_ id: CallID) throws(SQLiteFailure) -> Bool {
    let statement = try PreparedStatement(connection, "SELECT 1 FROM calls WHERE id = ?")
    statement.bind(id.rawValue, at: 1)
    return try statement.step()
  }

  func greatestCallID() throws(SQLiteFailure) -> Int64 {
    try queryInt64(connection, "SELECT max(id) FROM calls") ?? 0
  }

  /// Calls `body` with the provider and response id of the newest calls that have usage, oldest first.
  func eachRecentResponse(
    max count: Int, _ body: (_ provider: String, _ responseID: String) -> Void
  ) throws(SQLiteFailure) {
    let texts = try NameTexts(connection)
    let statement = try PreparedStatement(
      connection,
      """
      SELECT provider, provider_response_id FROM
        (SELECT id, provider, provider_response_id, usage_source FROM calls ORDER BY id DESC LIMIT \(count))
      WHERE provider_response_id IS NOT NULL AND usage_source <> \(UsageSource.none.code) ORDER BY id
      """)
    while try statement.step() {
      guard let provider = try texts.text(statement.name(0)), let responseID = statement.text(1) else { continue }
      body(provider, responseID)
    }
  }
}
