import Metering

/// Deletes what is older than it is to be kept, in small transactions. Confined to the thread that owns the connection.
///
/// What was booked for a call goes with its row, and stays in the totals; what was booked for a day goes with the totals.
///
/// The file does not shrink: SQLite uses the freed pages again.
final class Retention {
  static let rowsPerBatch = 500
  static let responsesPerBatch = 2000

  private let connection: OpaquePointer
  private let rowRetentionDays: Int64
  private let rollupRetentionMonths: Int64
  private let expired: PreparedStatement
  private let deleteTools: PreparedStatement
  private let deleteCall: PreparedStatement
  private let deleteHour: PreparedStatement
  private let deleteResponses: PreparedStatement
  private let deleteCallAdjustments: PreparedStatement
  private let deleteAdjustments: PreparedStatement
  private let deleteRuns: PreparedStatement
  private let deleteEvents: PreparedStatement
  private let deleteReleases: PreparedStatement

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
    // An hour of responses can be a million: a part of it at a time.
    deleteResponses = try PreparedStatement(
      connection,
      """
      DELETE FROM counted_responses WHERE (hour, high, low) IN
        (SELECT hour, high, low FROM counted_responses WHERE hour < ? LIMIT \(Self.responsesPerBatch))
      """)
    deleteRuns = try PreparedStatement(
      connection,
      """
      DELETE FROM runs WHERE id IN
        (SELECT id FROM runs WHERE started_at < ? AND last_at < ? ORDER BY started_at LIMIT \(Self.rowsPerBatch))
      """)
    deleteEvents = try PreparedStatement(
      connection,
      """
      DELETE FROM run_events WHERE id IN (SELECT id FROM run_events WHERE at < ? LIMIT \(Self.responsesPerBatch))
      """)
    // A person makes each.
    deleteReleases = try PreparedStatement(connection, "DELETE FROM run_releases WHERE made_at < ?")
    deleteCallAdjustments = try PreparedStatement(connection, "DELETE FROM adjustments WHERE call = ?")
    deleteAdjustments = try PreparedStatement(
      connection, "DELETE FROM adjustments WHERE effective_at < ? AND call IS NULL")
  }

  /// Deletes one batch; whether there may be more.
  func deleteBatch(now: Timestamp) throws(SQLiteFailure) -> Bool {
    let firstRowHour = now.hour &- rowRetentionDays &* 24
    let firstRollupHour = Self.firstRollupHour(now: now, months: rollupRetentionMonths)
    let calls = try expiredCalls(before: firstRowHour)
    let hasHours =
      try queryInt64(connection, "SELECT min(hour) FROM rollups").map { $0 < firstRollupHour } ?? false
    let hasResponses =
      try queryInt64(connection, "SELECT min(hour) FROM counted_responses").map { $0 < firstRowHour } ?? false
    let hasEvents =
      try queryInt64(connection, "SELECT min(at) FROM run_events").map { $0 < Self.microseconds(ofHour: firstRowHour) }
      ?? false
    guard !calls.isEmpty || hasHours || hasResponses || hasEvents else { return false }
    try execute(connection, "BEGIN IMMEDIATE")
    do throws(SQLiteFailure) {
      if !calls.isEmpty { try Facts.raise(.rowsCompleteFromHour, to: firstRowHour, connection) }
      for call in calls {
        deleteTools.bind(call, at: 1)
        try deleteTools.run()
        deleteCall.bind(call, at: 1)
        try deleteCall.run()
        deleteCallAdjustments.bind(call, at: 1)
        try deleteCallAdjustments.run()
      }
      for place: Int32 in 1...2 { deleteRuns.bind(Self.microseconds(ofHour: firstRowHour), at: place) }
      try deleteRuns.run()
      deleteEvents.bind(Self.microseconds(ofHour: firstRowHour), at: 1)
      try deleteEvents.run()
      deleteReleases.bind(Self.microseconds(ofHour: firstRowHour), at: 1)
      try deleteReleases.run()
      deleteHour.bind(firstRollupHour, at: 1)
      try deleteHour.run()
      deleteResponses.bind(firstRowHour, at: 1)
      try deleteResponses.run()
      if hasHours {
        deleteAdjustments.bind(Self.microseconds(ofHour: firstRollupHour), at: 1)
        try deleteAdjustments.run()
      }
      try execute(connection, "COMMIT")
    } catch {
      try? execute(connection, "ROLLBACK")
      throw error
    }
    return true
  }

  private func expiredCalls(before hour: Int64) throws(SQLiteFailure) -> [Int64] {
    defer { expired.reset() }
    expired.bind(Self.microseconds(ofHour: hour), at: 1)
    var calls: [Int64] = []
    while try expired.step() { calls.append(expired.int64(0)) }
    return calls
  }

  private static func microseconds(ofHour hour: Int64) -> Int64 {
    hour.multipliedReportingOverflow(by: microsecondsPerHour).partialValue
  }

  /// The first hour of the month that is so many months before the present one.
  static func firstRollupHour(now: Timestamp, months: Int64) -> Int64 {
    CivilDate(daysSince1970: floorDivide(now.hour, by: 24)).firstOfMonth(monthsEarlier: months).daysSince1970 &* 24
  }
}
