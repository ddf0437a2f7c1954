/// Why a ledger cannot be opened or read. Each prints as a sentence that names what, where and what to do.
public enum LedgerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A setting is out of its range.
  case configuration(String)
  /// The data directory cannot be made or used.
  case directory(String)
  /// Another process holds the data directory.
  case heldByAnotherProcess(directory: String, processID: Int?)
  /// There is no ledger in the directory.
  case noLedger(directory: String)
  /// A file was written by a newer Tollgate.
  case newerFormat(file: String, version: Int, supported: Int)
  /// A file was written by an older Tollgate, and this entry does not migrate.
  case olderFormat(file: String, version: Int, supported: Int)
  /// A file is damaged, or is not what its name says.
  case damaged(file: String, detail: String)
  /// The system or SQLite reported an error.
  case storage(String)
  /// A query is out of its limits: too long, too wide, or one of too many at once.
  case query(String)
  /// An entry cannot be booked as it is.
  case booking(String)
  /// A key or a token cannot be made or changed as it is asked for.
  case refused(String)
  /// There is no key or token of this name.
  case unknown(String)
  /// The ledger is closed.
  case closed

  public var description: String {
    switch self {
    case .configuration(let detail): "ledger configuration: \(detail)"
    case .directory(let detail): "data directory: \(detail)"
    case .heldByAnotherProcess(let directory, let processID):
      "data directory \(directory) is held by another process"
        + (processID.map { " (process \($0))" } ?? "") + ": stop it, or name another directory"
    case .noLedger(let directory): "there is no ledger in \(directory): name the data directory of a proxy that has run"
    case .newerFormat(let file, let version, let supported):
      "\(file) has format \(version), and this Tollgate knows \(supported): run the version that wrote it, or a newer one"
    case .olderFormat(let file, let version, let supported):
      "\(file) has format \(version), older than \(supported): start the proxy on it once, which migrates it"
    case .damaged(let file, let detail):
      "\(file) is damaged (\(detail)): restore it from a backup, or move it away to begin a new one"
    case .storage(let detail): detail
    case .query(let detail): detail
    case .booking(let detail): detail
    case .refused(let detail): detail
    case .unknown(let detail): detail
    case .closed: "the ledger is closed"
    }
  }
}

extension LedgerError {
  /// What went wrong while something was booked.
  init(booking error: any Error) {
    self = error as? LedgerError ?? .storage("nothing was written: \(SQLiteFailure(wrapping: error).text)")
  }
}
