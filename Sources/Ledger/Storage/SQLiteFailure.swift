import GRDB
import GRDBSQLite

/// An error that SQLite reported, with its extended code.
struct SQLiteFailure: Error, Equatable {
  var extendedCode: Int32
  var message: String

  init(extendedCode: Int32, message: String) {
    self.extendedCode = extendedCode
    self.message = message
  }

  init(_ connection: OpaquePointer?, code: Int32) {
    let extended = sqlite3_extended_errcode(connection)
    extendedCode = extended & 0xff == code & 0xff ? extended : code
    message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? ""
  }

  init(_ error: DatabaseError) {
    extendedCode = error.extendedResultCode.rawValue
    message = error.message ?? ""
  }

  /// Whatever was thrown beside SQLite, as a failure of the generic code.
  init(wrapping error: any Error) {
    switch error {
    case let failure as SQLiteFailure: self = failure
    case let error as DatabaseError: self.init(error)
    default: self.init(extendedCode: SQLITE_ERROR, message: "\(error)")
    }
  }

  var primaryCode: Int32 { extendedCode & 0xff }

  /// What it means for the ledger.
  var fault: LedgerFault {
    switch extendedCode {
    case SQLITE_IOERR | 4 << 8, SQLITE_IOERR | 5 << 8: return .syncFailed  // SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC
    default: break
    }
    switch primaryCode {
    case SQLITE_FULL: return .diskFull
    case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM: return .readOnly
    case SQLITE_BUSY, SQLITE_LOCKED: return .busy
    case SQLITE_IOERR: return .inputOutput
    case SQLITE_CORRUPT, SQLITE_NOTADB: return .corrupt
    default: return .other
    }
  }

  /// Whether the row itself is at fault, so that trying again can never help.
  var isOfRow: Bool {
    switch primaryCode {
    case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE: true
    default: false
    }
  }

  var text: String { "SQLite error \(extendedCode): \(message)" }
}
