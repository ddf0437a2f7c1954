import GRDB
import GRDBSQLite

/// Opens the one connection that writes and checkpoints.
///
/// SQLite 3.7.0 to 3.51.2 can lose commits where one connection resets the write-ahead log while another checkpoints
/// it: so nobody else ever writes or checkpoints, and the directory's lock keeps other processes away.
enum WriterConnection {
  static let busyTimeoutSeconds = 5.0

  static func open(path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "ledger.writer"
    configuration.busyMode = .timeout(busyTimeoutSeconds)
    configuration.foreignKeysEnabled = false
    // The writer runs its own transactions, and rolls back whatever fails.
    configuration.allowsUnsafeTransactions = true
    configuration.prepareDatabase { database in
      guard let connection = database.sqliteConnection else { return }
      // Reads the header: a file that is no database fails here, before anything is changed.
      _ = try Schema.check(connection, file: path)
      try setWriteAheadLog(connection, file: path)
      try execute(connection, "PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY")
      sqlite3_wal_autocheckpoint(connection, 0)
    }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// SQLite answers with another mode, and no error, where the file system cannot map the log's index.
  private static func setWriteAheadLog(_ connection: OpaquePointer, file: String) throws {
    let statement = try PreparedStatement(connection, "PRAGMA journal_mode = WAL")
    let answer = try statement.step() ? statement.text(0) : nil
    // The row comes before the change is written: only the end of the statement says that it was.
    guard try !statement.step(), answer == "wal" else {
      throw LedgerError.storage("\(file) cannot use a write-ahead log: put the data directory on a local file system")
    }
  }
}
