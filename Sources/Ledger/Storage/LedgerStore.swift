import Budgets
import GRDBSQLite
import Metering

/// What is committed with a call's row, or not at all.
struct CallExtras: Sendable {
  /// Responses that the call is charged for, besides the one that its record names.
  var responses: [ResponseDigest] = []
  /// What it took of budgets.
  var debits: [BudgetDebit] = []
  /// Whether it was one of a model, rather than of a server of tools, or one that fetches, lists or counts.
  var isModelCall = true
  /// What became of the tool calls that its request answers.
  var answeredTools: [AnsweredTool] = []
  /// How many results that its request brings say that their tool failed, at least those in ``answeredTools``.
  var toolErrors = 0
  /// What was noticed of it.
  var events: [RunEvent] = []
  /// What its settlement did to alerts; written also where the row is not.
  var alerts: [AlertState] = []
}

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
  let rollups: RollupWriter
  let adjustments: AdjustmentWriter
  let alerts: AlertWriter
  private let names: Names
  private let rows: RowWriter
  private let counted: CountedResponseTable
  let spending: SpendingTable
  let runs: RunWriter
  let events: RunEventTable
  private let begin: PreparedStatement
  private let commit: PreparedStatement
  private let rollback: PreparedStatement

  let digester: ResponseDigester
  let rollupRetentionMonths: Int64

  init(_ connection: OpaquePointer, configuration: LedgerConfiguration) throws(SQLiteFailure) {
    self.connection = connection
    log = WriteAheadLog(connection)
    retention = try Retention(connection, configuration: configuration)
    rollupRetentionMonths = Int64(configuration.rollupRetentionMonths)
    names = try Names(connection)
    rows = try RowWriter(connection, names: names)
    rollups = try RollupWriter(connection, names: names)
    adjustments = try AdjustmentWriter(connection, names: names)
    alerts = try AlertWriter(connection)
    digester = try ResponseDigester(connection)
    counted = try CountedResponseTable(connection, digester: digester)
    spending = try SpendingTable(connection)
    runs = try RunWriter(connection, names: names)
    events = try RunEventTable(connection, names: names)
    begin = try PreparedStatement(connection, "BEGIN IMMEDIATE")
    commit = try PreparedStatement(connection, "COMMIT")
    rollback = try PreparedStatement(connection, "ROLLBACK")
  }

  /// Commits in one transaction all of the records that `body` passes on, with their totals and the responses that were
  /// counted with them, or none of them.
  func commit(
    _ body: ((borrowing CallRecord, CallExtras) throws(SQLiteFailure) -> Void) throws(SQLiteFailure) -> Void
  ) throws(SQLiteFailure) -> CommitResult {
    try begin.run()
    do throws(SQLiteFailure) {
      var result = CommitResult()
      try body { record, extras throws(SQLiteFailure) in try write(record, extras, &result) }
      try flushTotals()
      try commit.run()
      names.transactionEnded(committed: true)
      return result
    } catch {
      abandon()
      throw error
    }
  }

  /// Runs `body` in a transaction, with the totals that it adds to; whatever it throws takes everything back.
  func transaction(_ body: () throws -> Void) throws {
    try begin.run()
    do {
      try body()
      try flushTotals()
      try commit.run()
      names.transactionEnded(committed: true)
    } catch {
      abandon()
      throw error
    }
  }

  private func flushTotals() throws(SQLiteFailure) {
    try rollups.flush()
    try runs.flush()
    try spending.flush()
  }

  /// A row that can never be stored is left out instead of holding up all others: SQLite has undone its statement,
  /// and the totals come after it.
  private func write(
    _ record: borrowing CallRecord, _ extras: CallExtras, _ result: inout CommitResult
  ) throws(SQLiteFailure) {
    for state in extras.alerts { try alerts.write(state) }
    do throws(SQLiteFailure) {
      guard try rows.insert(record, isModelCall: extras.isModelCall) else {
        result.duplicates.append(record.id)
        return
      }
      try counted.add(record, extras.responses)
      spending.add(extras.debits, at: record.startedAt)
      try runs.add(record, extras)
      try events.write(extras.events)
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
    runs.discard()
    spending.discard()
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

  /// What was counted before this process began.
  func countedResponses() throws(SQLiteFailure) -> CountedResponses {
    let responses = CountedResponses(digester: digester)
    try counted.load(into: responses)
    return responses
  }
}
