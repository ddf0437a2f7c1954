/// Single numbers that the database keeps of itself.
enum Facts: String {
  /// Every call that started in this hour or later, in hours since 1970, still has its row.
  case rowsCompleteFromHour = "rows_complete_from_hour"
  /// Written to see whether the database can be written.
  case probes
  /// The key of the digests of responses, in two halves.
  case responseKeyLow = "response_key_low"
  case responseKeyHigh = "response_key_high"
  /// The key of the fingerprints that calls are linked to runs by, likewise.
  case runKeyLow = "run_key_low"
  case runKeyHigh = "run_key_high"
  /// 1 once the responses of version 1's rows are in the table of counted responses.
  case responsesAreCounted = "responses_are_counted"

  /// Sets a fact that is not there yet.
  static func insert(_ fact: Facts, _ value: Int64, _ connection: OpaquePointer) throws(SQLiteFailure) {
    try execute(connection, "INSERT OR IGNORE INTO facts (name, value) VALUES ('\(fact.rawValue)', \(value))")
  }

  /// A secret of two halves, which is drawn when it is asked for first.
  static func secret(
    _ low: Facts, _ high: Facts, _ connection: OpaquePointer
  ) throws(SQLiteFailure) -> (low: UInt64, high: UInt64) {
    var generator = SystemRandomNumberGenerator()
    for fact in [low, high] { try insert(fact, Int64(bitPattern: generator.next()), connection) }
    return (
      UInt64(bitPattern: try value(low, connection) ?? 0), UInt64(bitPattern: try value(high, connection) ?? 0)
    )
  }

  static func raise(_ fact: Facts, to value: Int64, _ connection: OpaquePointer) throws(SQLiteFailure) {
    try execute(
      connection,
      """
      INSERT INTO facts (name, value) VALUES ('\(fact.rawValue)', \(value))
      ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)
      """)
  }

  static func increment(_ fact: Facts, _ connection: OpaquePointer) throws(SQLiteFailure) {
    try execute(
      connection,
      """
      INSERT INTO facts (name, value) VALUES ('\(fact.rawValue)', 1)
      ON CONFLICT (name) DO UPDATE SET value = value + 1
      """)
  }

  static func value(_ fact: Facts, _ connection: OpaquePointer) throws(SQLiteFailure) -> Int64? {
    try queryInt64(connection, "SELECT value FROM facts WHERE name = '\(fact.rawValue)'")
  }
}
