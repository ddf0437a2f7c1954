import GRDBSQLite
import Metering

/// The tables, and how a file of an older format becomes one of the present.
enum Schema {
  /// What `PRAGMA user_version` says of a file of the present format.
  static let version = 2
  /// What `PRAGMA application_id` says of every ledger: "TGLG".
  static let applicationID: Int64 = 0x5447_4c47

  /// The step from each version to the next.
  private static let migrations: [String] = [firstVersion, secondVersion]

  /// Brings the file to the present format in one transaction; a file of a newer format, and one that is not a
  /// ledger, is refused untouched.
  static func migrate(_ connection: OpaquePointer, file: String) throws {
    let found = try check(connection, file: file)
    guard found < version else { return }
    try execute(connection, "BEGIN IMMEDIATE")
    do {
      for step in migrations[found...] { try execute(connection, step) }
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

  /// Columns of type ANY hold a name: its number in `names`, or the text itself where it was not interned (``Names``).
  /// `usage_raw` stands last, so that nothing else has to be read past its overflow pages.
  private static let firstVersion = """
    CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE calls (
      id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL,
      provider ANY NOT NULL, dialect ANY, method ANY NOT NULL, path ANY NOT NULL, model_requested ANY, model ANY,
      agent ANY NOT NULL, workflow ANY NOT NULL, run TEXT,
      status INTEGER NOT NULL, outcome INTEGER NOT NULL, is_stream INTEGER NOT NULL,
      usage_source INTEGER NOT NULL, cost INTEGER, debited INTEGER, cost_source INTEGER NOT NULL, priced_as ANY,
      billing INTEGER NOT NULL, service_tier ANY, geo ANY,
      tool_calls INTEGER NOT NULL, server_tools INTEGER NOT NULL, tool_results INTEGER NOT NULL,
      finish_reason ANY, error ANY, provider_request_id TEXT, provider_response_id TEXT, provider_project ANY,
      upstream_key_id ANY, ttft_us INTEGER, duration_us INTEGER NOT NULL, overhead_us INTEGER NOT NULL,
      request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
      \(usageColumns),
      usage_raw TEXT
    ) STRICT;
    CREATE INDEX calls_by_start ON calls (started_at);
    CREATE TABLE tool_calls (
      call INTEGER NOT NULL, position INTEGER NOT NULL, tool ANY NOT NULL, tool_call_id TEXT, times INTEGER NOT NULL,
      PRIMARY KEY (call, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE rollups (
      hour INTEGER NOT NULL, provider ANY NOT NULL, model ANY NOT NULL, agent ANY NOT NULL, workflow ANY NOT NULL,
      billing INTEGER NOT NULL, usage_source INTEGER NOT NULL,
      calls INTEGER NOT NULL, errors INTEGER NOT NULL, unpriced INTEGER NOT NULL, tool_calls INTEGER NOT NULL,
      cost_high INTEGER NOT NULL, cost_low INTEGER NOT NULL,
      \(usageColumns),
      PRIMARY KEY (hour, provider, model, agent, workflow, billing, usage_source)
    ) STRICT, WITHOUT ROWID;
    """

  /// What providers bill besides the tokens of text, audio and images: video, time, pages, searches.
  private static let secondVersion = ["calls", "rollups"].flatMap { table in
    usageColumnNames.dropFirst(17).map { "ALTER TABLE \(table) ADD COLUMN \($0) INTEGER NOT NULL DEFAULT 0;" }
  }.joined(separator: "\n")

  /// Part of version 1: a cell that is added later comes by a migration.
  private static let usageColumns =
    usageColumnNames.prefix(17).map { "\($0) INTEGER NOT NULL DEFAULT 0" }.joined(separator: ", ")
}

/// One column a cell, in the order of `UsageCell`, named as the price book names the cell.
let usageColumnNames: [String] = usageCells.map { cell in
  "use_" + String(describing: cell.meter).map { $0 == "." ? "_" : String($0) }.joined()
}
