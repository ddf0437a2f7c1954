import GRDBSQLite
import Metering

/// How a file becomes one of the present format, and which files are none.
enum Schema {
  /// What `PRAGMA user_version` says of a file of the present format.
  static let version = 2 + SchemaTables.stepsFromSecondVersion.count
  /// What `PRAGMA application_id` says of every ledger: "TGLG".
  static let applicationID: Int64 = 0x5447_4c47

  /// Brings the file to the present format in one transaction; a file of a newer format, and one that is not a
  /// ledger, is refused untouched.
  static func migrate(_ connection: OpaquePointer, file: String) throws {
    let found = try check(connection, file: file)
    guard found < version else { return }
    try execute(connection, "BEGIN IMMEDIATE")
    do {
      if found < 2 { try execute(connection, found == 0 ? SchemaTables.all : SchemaTables.fromFirstVersion) }
      for step in SchemaTables.stepsFromSecondVersion.dropFirst(max(0, found - 2)) { try execute(connection, step) }
      try execute(connection, "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version); COMMIT")
    } catch {
      try? execute(connection, "ROLLBACK")
      throw error
    }
  }

  /// The version of a file that is a ledger, or empty.
  static func check(_ connection: OpaquePointer, file: String) throws -> Int {
    let found = Int(try queryInt64(connection, "PRAGMA user_version") ?? 0)
    let application = try queryInt64(connection, "PRAGMA application_id") ?? 0
    let isEmpty = try queryInt64(connection, "SELECT count(*) FROM sqlite_schema") == 0
    guard application == applicationID || (found == 0 && isEmpty) else {
      throw LedgerError.damaged(file: file, detail: "it is a database of another program")
    }
    guard found <= version else { throw LedgerError.newerFormat(file: file, version: found, supported: version) }
    guard found >= 0 else { throw LedgerError.damaged(file: file, detail: "its user_version is \(found)") }
    return found
  }
}

/// One column a cell, in the order of `UsageCell`, named as the price book names the cell.
let usageColumnNames: [String] = usageCells.map { cell in
  "use_" + String(describing: cell.meter).map { $0 == "." ? "_" : String($0) }.joined()
}
