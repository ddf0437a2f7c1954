import GRDBSQLite

/// A statement that is prepared once and run many times, on the thread or queue that owns its connection.
///
/// Raw, since GRDB's own binding costs twice as much per row (measured: 5.5 against 2.9 µs).
final class PreparedStatement {
  private let handle: OpaquePointer
  private let connection: OpaquePointer

  init(_ connection: OpaquePointer, _ sql: String) throws(SQLiteFailure) {
    var handle: OpaquePointer?
    let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard code == SQLITE_OK, let handle else { throw SQLiteFailure(connection, code: code) }
    self.handle = handle
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  /// Parameters are counted from 1.
  func bind(_ value: Int64, at index: Int32) { sqlite3_bind_int64(handle, index, value) }

  func bind(_ value: Int64?, at index: Int32) {
    if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
  }

  func bind(_ value: String?, at index: Int32) throws(SQLiteFailure) {
    guard let value else {
      sqlite3_bind_null(handle, index)
      return
    }
    // The string is native UTF-8 as a rule; SQLite copies it, since it must live until the step.
    var text = value
    let code = text.withUTF8 { bytes -> Int32 in
      guard let base = bytes.baseAddress, !bytes.isEmpty else { return sqlite3_bind_text(handle, index, "", 0, nil) }
      return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
        sqlite3_bind_text(handle, index, $0, Int32(clamping: bytes.count), Self.copied)
      }
    }
    guard code == SQLITE_OK else { throw SQLiteFailure(connection, code: code) }
  }

  func bind(_ value: StoredName, at index: Int32) throws(SQLiteFailure) {
    switch value {
    case .number(let number): bind(number, at: index)
    case .text(let text): try bind(text, at: index)
    case .none: bind(nil as Int64?, at: index)
    }
  }

  func bind(_ bytes: [UInt8], at index: Int32) throws(SQLiteFailure) {
    let code = bytes.withUnsafeBytes { bytes -> Int32 in
      guard let base = bytes.baseAddress, !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
      return sqlite3_bind_blob64(handle, index, base, UInt64(bytes.count), Self.copied)
    }
    guard code == SQLITE_OK else { throw SQLiteFailure(connection, code: code) }
  }

  /// Whether there is a row.
  func step() throws(SQLiteFailure) -> Bool {
    let code = sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw SQLiteFailure(connection, code: code)
    }
  }

  /// Runs to the end and makes the statement ready for its next use, also where it fails.
  func run() throws(SQLiteFailure) {
    defer { reset() }
    while try step() {}
  }

  func reset() { sqlite3_reset(handle) }

  /// Columns are counted from 0.
  func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func optionalInt64(_ column: Int32) -> Int64? {
    sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : int64(column)
  }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let base = sqlite3_column_blob(handle, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(handle, column))))
  }

  func text(_ column: Int32) -> String? {
    guard let base = sqlite3_column_text(handle, column) else { return nil }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
  }

  func name(_ column: Int32) -> StoredName {
    switch sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: .number(int64(column))
    case SQLITE_TEXT: text(column).map { .text($0) } ?? .none
    default: .none
    }
  }

  /// SQLITE_TRANSIENT, a macro that Swift does not import.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// Runs statements that return nothing.
func execute(_ connection: OpaquePointer, _ sql: String) throws(SQLiteFailure) {
  let code = sqlite3_exec(connection, sql, nil, nil, nil)
  guard code == SQLITE_OK else { throw SQLiteFailure(connection, code: code) }
}

/// The first column of the first row.
func queryInt64(_ connection: OpaquePointer, _ sql: String) throws(SQLiteFailure) -> Int64? {
  let statement = try PreparedStatement(connection, sql)
  return try statement.step() ? statement.optionalInt64(0) : nil
}
