import GRDB
import GRDBSQLite
import Glibc
import Logging
import Metering

/// Opens the files of a data directory and settles what a dead process left behind.
struct LedgerOpening {
  /// The database is checked at start up to this size: that takes a tenth of a second.
  static let quickCheckBytesMax: off_t = 32 << 20
  private static let recoveredRowsPerCommit = 512

  var directory: DataDirectory
  var configuration: LedgerConfiguration
  var logger: Logger
  var now: Timestamp

  /// What is open afterwards.
  struct Opened {
    var database: DatabaseQueue
    var store: LedgerStore
    var file: SlotFile
    var counted: CountedResponses
    var access: AccessSnapshot
    var runLinks: KeptRunLinks
  }

  /// - Parameter budgetsRead: is told of the budgets that were made at run time, before `recover` is asked.
  func open(
    budgetsRead: (StoredBudgets) -> Void = { _ in }, recover: (RecoveredCall) -> RecoveredRow
  ) throws(LedgerError) -> Opened {
    logVersion()
    let previous = try InFlightContents.read(path: directory.inFlightPath)
    try directory.makeDatabaseFile()
    do {
      let database = try WriterConnection.open(path: directory.databasePath)
      let (store, counted, greatest, access, runLinks) = try database.writeWithoutTransaction { database in
        try prepare(database, previous: previous, budgetsRead: budgetsRead, recover: recover)
      }
      let file = try InFlightFile(path: directory.inFlightPath, slotCount: configuration.inFlightMax)
        .open(previous: previous, greatestCallID: greatest)
      return Opened(database: database, store: store, file: file, counted: counted, access: access, runLinks: runLinks)
    } catch {
      throw LedgerError(opening: directory.databasePath, error)
    }
  }

  private func prepare(
    _ database: Database, previous: InFlightContents?, budgetsRead: (StoredBudgets) -> Void,
    recover: (RecoveredCall) -> RecoveredRow
  ) throws -> (LedgerStore, CountedResponses, Int64, AccessSnapshot, KeptRunLinks) {
    guard let connection = database.sqliteConnection else { throw LedgerError.closed }
    try Schema.migrate(connection, file: directory.databasePath)
    try quickCheck(connection)
    let store = try LedgerStore(connection, configuration: configuration)
    try store.spending.expire(now: now)
    budgetsRead(try BudgetTable(connection: connection).stored())
    try dropHolds(connection)
    try settle(previous, in: store, recover: recover)
    let counted = try store.countedResponses()
    let given = CallIDSource.plausible(previous?.greatestCallID ?? 0, now: now)
    return (
      store, counted, max(try store.greatestCallID(), given), try store.access.snapshot(), try KeptRunLinks(connection)
    )
  }

  /// Calls that a person was to decide about went down with their process.
  private func dropHolds(_ connection: OpaquePointer) throws {
    for hold in try HoldTable(connection: connection).dropOpen(at: now) {
      logger.warning(
        "a held call was dropped, since the last process ended before anybody decided",
        metadata: [
          "hold": "\(hold.id)", "call": "\(hold.call)", "held_by": "\(hold.cause.subject)", "agent": "\(hold.agent)",
          "workflow": "\(hold.workflow)",
        ])
    }
  }

  private func quickCheck(_ connection: OpaquePointer) throws {
    var status = stat()
    guard stat(directory.databasePath, &status) == 0, status.st_size <= Self.quickCheckBytesMax else { return }
    let statement = try PreparedStatement(connection, "PRAGMA quick_check(1)")
    guard try statement.step(), let verdict = statement.text(0), verdict != "ok" else { return }
    throw LedgerError.damaged(file: directory.databasePath, detail: verdict)
  }

  /// Commits the calls of a dead process; those that it had committed itself are only freed, later, with their slots.
  private func settle(
    _ previous: InFlightContents?, in store: LedgerStore, recover: (RecoveredCall) -> RecoveredRow
  ) throws {
    guard let previous else { return }
    if !previous.isWhole || previous.damagedSlots > 0 {
      logger.error(
        "the in-flight file is damaged: what can be read is settled, and the file is kept as in-flight.damaged",
        metadata: ["directory": "\(directory.path)", "damaged_slots": "\(previous.damagedSlots)"])
    }
    var rows: [RecoveredRow] = []
    for call in previous.calls where try !store.hasCall(call.admission.id) { rows.append(call.row(recover)) }
    var rest = rows[...]
    while !rest.isEmpty {
      let result = try store.commit { write throws(SQLiteFailure) in
        for row in rest.prefix(Self.recoveredRowsPerCommit) { try write(row.record, row.extras) }
      }
      for (id, failure) in result.rejected {
        logger.error("a call could not be stored", metadata: ["call": "\(id)", "error": "\(failure.text)"])
      }
      rest = rest.dropFirst(Self.recoveredRowsPerCommit)
    }
    guard !rows.isEmpty else { return }
    logger.notice(
      "settled the calls that were in flight when the last process ended", metadata: ["calls": "\(rows.count)"])
  }

  private func logVersion() {
    let version = String(cString: sqlite3_libversion())
    logger.info("SQLite is loaded", metadata: ["version": "\(version)"])
    let number = sqlite3_libversion_number()
    guard (3_007_000..<3_051_003).contains(number), number != 3_050_007, number != 3_044_006 else { return }
    logger.debug(
      "this SQLite can lose commits where two connections write and checkpoint: the ledger has one that does",
      metadata: ["version": "\(version)"])
  }
}

extension LedgerError {
  /// What went wrong while a database was opened.
  init(opening path: String, _ error: any Error) {
    if let error = error as? LedgerError {
      self = error
      return
    }
    let failure = SQLiteFailure(wrapping: error)
    switch failure.fault {
    case .corrupt: self = .damaged(file: path, detail: failure.text)
    case .diskFull: self = .storage("\(path) cannot be opened: the disk is full (\(failure.text)); free some space")
    case .readOnly: self = .storage("\(path) cannot be opened: it is read-only (\(failure.text)); make it writable")
    default: self = .storage("\(path) cannot be opened: \(failure.text)")
    }
  }
}
