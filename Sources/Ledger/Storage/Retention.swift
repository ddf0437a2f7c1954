import Metering

/// Deletes what is older than it is to be kept, in small transactions. Confined to the thread that owns the connection.
///
/// The file does not shrink: SQLite uses the freed pages again.
final class Retention {
  static let rowsPerBatch = 500

  private let connection: OpaquePointer
  private let rowRetentionDays: Int64
  private let rollupRetentionMonths: Int64
  private let expired: PreparedStatement
  private let deleteTools: PreparedStatement
  private let deleteCall: PreparedStatement
  private let deleteHour: PreparedStatement

  init(_ connection: OpaquePointer, configuration: LedgerConfiguration) throws(SQLiteFailure) {
    self.connection = connection
    rowRetentionDays = Int64(configuration.rowRetentionDays)
    rollupRetentionMonths = Int64(configuration.rollupRetentionMonths)
    expired = try PreparedStatement(
      connection, "SELECT id FROM calls WHERE started_at < ? ORDER BY started_at LIMIT \(Self.rowsPerBatch)")
    deleteTools = try PreparedStatement(connection, "DELETE FROM tool_calls WHERE call = ?")
    deleteCall = try PreparedStatement(connection, "DELETE FROM calls WHERE id = ?")
    deleteHour = try PreparedStatement(
      connection, "DELETE FROM rollups WHERE hour = (SELECT min(hour) FROM rollups) AND hour < ?")
  }

  /// Deletes one batch; whether there may be more.
  func deleteBatch(now: Timestamp) throws(SQLiteFailure) -> Bool {
    let firstRowHour = now.hour &- rowRetentionDays &* 24
    let firstRollupHour = Self.firstRollupHour(now: now, months: rollupRetentionMonths)
    let calls = try expiredCalls(before: firstRowHour)
    let hasHours =
      try queryInt64(connection, "SELECT min(hour) FROM rollups").map { $0 < firstRollupHour } ?? false
    guard !calls.isEmpty || hasHours else { return false }
    try execute(connection, "BEGIN IMMEDIATE")
    do throws(SQLiteFailure) {
      if !calls.isEmpty { try Facts.raise(.rowsCompleteFromHour, to: firstRowHour, connection) }
      for call in calls {
        deleteTools.bind(call, at: 1)
        try deleteTools.run()
        deleteCall.bind(call, at: 1)
        try deleteCall.run()
      }
      deleteHour.bind(firstRollupHour, at: 1)
      try deleteHour.run()
      try execute(connection, "COMMIT")
    } catch {
      try? execute(connection, "ROLLBACK")
      throw error
    }
    return true
  }

  private func expiredCalls(before hour: Int64) throws(SQLiteFailure) -> [Int64] {
    defer { expired.reset() }
    expired.bind(hour.multipliedReportingOverflow(by: microsecondsPerHour).partialValue, at: 1)
    var calls: [Int64] = []
    while try expired.step() { calls.append(expired.int64(0)) }
    return calls
  }

  /// The first hour of the month that is so many months before the present one.
  static func firstRollupHour(now: Timestamp, months: Int64) -> Int64 {
    CivilDate(daysSince1970: floorDivide(now.hour, by: 24)).firstOfMonth(monthsEarlier: months).daysSince1970 &* 24
  }
}

/// Single numbers that the database keeps of itself.
enum Facts: String {
  /// Every call that started in this hour or later, in hours since 1970, still has its row.
  case rowsCompleteFromHour = "rows_complete_from_hour"
  /// Written to see whether the database can be written.
  case probes

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
