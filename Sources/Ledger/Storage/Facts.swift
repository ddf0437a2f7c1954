/// Single numbers that the database keeps of itself.
enum Facts: String {
  /// Every call that started in this hour or later, in hours since 1970, still has its row.
  case rowsCompleteFromHour = "rows_complete_from_hour"
  /// Written to see whether the database can be written.
  case probes
  /// The key of the digests of responses, in two halves.
  case responseKeyLow = "response_key_low"
  case responseKeyHigh = "response_key_high"
  /// 1 once the responses of version 1's rows are in the table of counted responses.
  case responsesAreCounted = "responses_are_counted"

  /// Sets a fact that is not there yet.
  static func insert(_ fact: Facts, _ value: Int64, _ connection: OpaquePointer) throws(SQLiteFailure) {
    try execute(connection, "INSERT OR IGNORE INTO facts (name, value) VALUES ('\(fact.rawValue)', \(value))")
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
