import GRDBSQLite
import Metering
import Testing

@testable import Ledger

@Suite("The format of the database")
struct FormatTests {
  private let scratch = Scratch()
  private var file: String { scratch.data + "/ledger.sqlite" }

  @Test("is brought from nothing to the present version in one go")
  func migrated() throws {
    try openLedger(scratch.data).close()
    #expect(try number(in: file, "PRAGMA user_version") == Int64(Schema.version))
    #expect(try number(in: file, "PRAGMA application_id") == Schema.applicationID)
  }

  @Test("of a newer version is refused, and the file is left as it is")
  func newer() throws {
    try openLedger(scratch.data).close()
    try withDatabase(file) { try execute($0, "PRAGMA user_version = 99") }
    #expect(throws: LedgerError.newerFormat(file: file, version: 99, supported: Schema.version)) {
      try openLedger(scratch.data)
    }
    #expect(throws: LedgerError.newerFormat(file: file, version: 99, supported: Schema.version)) {
      try LedgerReader(directory: scratch.data, logger: LogBook().logger)
    }
    #expect(try number(in: file, "PRAGMA user_version") == 99)
  }

  @Test("of an older version is for the proxy to migrate, not for the reader")
  func older() throws {
    try openLedger(scratch.data).close()
    try withDatabase(file) { try execute($0, "PRAGMA user_version = 0; DROP TABLE calls; DROP TABLE tool_calls") }
    #expect(throws: LedgerError.olderFormat(file: file, version: 0, supported: Schema.version)) {
      try LedgerReader(directory: scratch.data, logger: LogBook().logger)
    }
  }

  @Test("of another program is refused, and so is a file that is no database")
  func foreign() throws {
    try openLedger(scratch.data).close()
    try withDatabase(file) { try execute($0, "PRAGMA application_id = 1") }
    let foreign = #expect(throws: LedgerError.self) { try openLedger(scratch.data) }
    #expect(foreign?.description.contains("another program") == true)
    write(Array("this is not a database, but it is long enough to be looked at as one".utf8), to: file)
    let junk = #expect(throws: LedgerError.self) { try openLedger(scratch.data) }
    #expect(junk?.description.contains("is damaged") == true)
  }

  @Test("is checked at start: a damaged page is refused")
  func damagedPage() throws {
    let ledger = try openLedger(scratch.data)
    for number in 1...50 { try ledger.put(.sample(CallID(rawValue: Int64(number)))) }
    ledger.close()
    var bytes = read(file)
    for position in 4096..<8192 { bytes[position] = UInt8(truncatingIfNeeded: position &* 31) }
    write(bytes, to: file)
    let error = #expect(throws: LedgerError.self) { try openLedger(scratch.data) }
    #expect(error?.description.contains("is damaged") == true, "\(error?.description ?? "")")
  }

  @Test("names one column for each usage cell, as the price book names it")
  func usageColumns() {
    #expect(usageColumnNames.count == 39)
    #expect(usageColumnNames.prefix(4) == ["use_in", "use_in_audio", "use_in_image", "use_in_cached"])
    #expect(CallColumn.all.count == CallColumn.allCases.count + usageColumnNames.count + 2)
  }
}

/// Runs statements on a database that nobody else has open.
func withDatabase<T>(_ path: String, _ body: (OpaquePointer) throws -> T) throws -> T {
  var connection: OpaquePointer?
  defer { sqlite3_close(connection) }
  try #require(sqlite3_open(path, &connection) == SQLITE_OK)
  return try body(try #require(connection))
}

/// What a query says of a database that nobody else has open.
func number(in path: String, _ sql: String) throws -> Int64? {
  try withDatabase(path) { try queryInt64($0, sql) }
}
