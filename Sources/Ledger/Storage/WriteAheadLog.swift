import GRDBSQLite

/// How long the write-ahead log is, and its checkpoints. Confined to the thread that owns the connection.
final class WriteAheadLog {
  static let pageBytes: Int64 = 4096
  /// From this length on it is copied into the database at once, however busy the ledger is.
  static let lengthMaxBytes: Int64 = 64 << 20
  /// From this length on it is copied when nothing else is to be done.
  static let idleLengthBytes: Int64 = 1 << 20

  private let connection: OpaquePointer
  /// Written by SQLite's hook after each commit, on the thread that commits.
  private let pages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

  init(_ connection: OpaquePointer) {
    self.connection = connection
    pages.initialize(to: 0)
    sqlite3_wal_hook(
      connection,
      { context, _, _, pages in
        context?.assumingMemoryBound(to: Int32.self).pointee = pages
        return SQLITE_OK
      }, pages)
  }

  deinit {
    sqlite3_wal_hook(connection, nil, nil)
    pages.deallocate()
  }

  var lengthBytes: Int64 { Int64(pages.pointee) &* Self.pageBytes }

  /// Copies what it can without waiting for anyone; the next commit begins the log anew if everything was copied and
  /// nobody reads it.
  func checkpoint() throws(SQLiteFailure) {
    try run(SQLITE_CHECKPOINT_PASSIVE)
  }

  /// Copies everything, waiting for readers, and empties the file.
  func truncate() throws(SQLiteFailure) {
    try run(SQLITE_CHECKPOINT_TRUNCATE)
  }

  private func run(_ mode: Int32) throws(SQLiteFailure) {
    var logFrames: Int32 = 0
    var copiedFrames: Int32 = 0
    let code = sqlite3_wal_checkpoint_v2(connection, nil, mode, &logFrames, &copiedFrames)
    guard code == SQLITE_OK else { throw SQLiteFailure(connection, code: code) }
    if logFrames == copiedFrames { pages.pointee = 0 }
  }
}
