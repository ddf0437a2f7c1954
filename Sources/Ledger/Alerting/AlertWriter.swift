import Metering

/// Writes alerts and their messages. Confined to the thread that owns the connection.
final class AlertWriter {
  private let connection: OpaquePointer
  private let putState: PreparedStatement
  private let forgetState: PreparedStatement
  private let putAlert: PreparedStatement
  private let putMessage: PreparedStatement
  /// Alerts and messages that were written since what is beyond the limits was deleted, and when that is done at the latest.
  private var written = 0
  private var pruneAt: Timestamp?

  /// That is done each time that this share of the messages was written, as it looks through all of them: every attempt writes one.
  private static let pruneShare = 200
  private static let pruneIntervalMicroseconds = microsecondsPerHour

  init(_ connection: OpaquePointer) throws(SQLiteFailure) {
    self.connection = connection
    putState = try PreparedStatement(
      connection,
      """
      INSERT INTO alert_states (key, revision, alert, is_firing, expires_at, document) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, alert = excluded.alert,
        is_firing = excluded.is_firing, expires_at = excluded.expires_at, document = excluded.document
        WHERE excluded.revision > revision
      """)
    forgetState = try PreparedStatement(connection, "DELETE FROM alert_states WHERE key = ?")
    putAlert = try PreparedStatement(
      connection,
      """
      INSERT INTO alerts (id, dedup_key, rule, severity, is_firing, started_at, resolved_at, summary, document)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, is_firing = excluded.is_firing,
        resolved_at = excluded.resolved_at, summary = excluded.summary, document = excluded.document
      """)
    putMessage = try PreparedStatement(
      connection,
      """
      INSERT INTO outbox (id, sequence, receiver, alert, format, created_at, body, state, attempts, step,
        next_attempt_at, finished_at, last_outcome, bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET created_at = excluded.created_at, state = excluded.state, attempts = excluded.attempts, step = excluded.step,
        next_attempt_at = excluded.next_attempt_at, finished_at = excluded.finished_at,
        last_outcome = excluded.last_outcome
        WHERE excluded.attempts >= attempts
      """)
  }

  func write(_ state: AlertState) throws(SQLiteFailure) {
    try putState.bind(state.key, at: 1)
    putState.bind(state.revision, at: 2)
    try putState.bind(state.alert, at: 3)
    putState.bind(state.isFiring ? 1 : 0, at: 4)
    putState.bind(state.expiresAt?.unixMicroseconds, at: 5)
    try putState.bind(state.document, at: 6)
    try putState.run()
  }

  /// Writes all of it, then deletes what is beyond the limits; inside a transaction.
  func write(_ changes: AlertChanges, limits: AlertLimits, now: Timestamp) throws(SQLiteFailure) {
    for state in changes.states { try write(state) }
    for key in changes.forgotten {
      try forgetState.bind(key, at: 1)
      try forgetState.run()
    }
    for alert in changes.alerts { try write(alert) }
    for message in changes.messages { try write(message) }
    written += changes.alerts.count + changes.messages.count
    guard written > limits.messagesMax / Self.pruneShare || written > 0 && pruneAt.map({ $0 <= now }) ?? true else {
      return
    }
    try prune(limits, now: now)
    written = 0
    pruneAt = Timestamp(unixMicroseconds: now.unixMicroseconds &+ Self.pruneIntervalMicroseconds)
  }

  private func write(_ alert: Alert) throws(SQLiteFailure) {
    try putAlert.bind(alert.id, at: 1)
    try putAlert.bind(alert.dedupKey, at: 2)
    try putAlert.bind(alert.rule.rawValue, at: 3)
    try putAlert.bind(alert.severity.rawValue, at: 4)
    putAlert.bind(alert.isFiring ? 1 : 0, at: 5)
    putAlert.bind(alert.startedAt.unixMicroseconds, at: 6)
    putAlert.bind(alert.resolvedAt?.unixMicroseconds, at: 7)
    try putAlert.bind(alert.summary, at: 8)
    try putAlert.bind(alert.document, at: 9)
    try putAlert.run()
  }

  private func write(_ message: OutboxMessage) throws(SQLiteFailure) {
    try putMessage.bind(message.id, at: 1)
    putMessage.bind(message.sequence, at: 2)
    try putMessage.bind(message.receiver, at: 3)
    try putMessage.bind(message.alert, at: 4)
    try putMessage.bind(message.format.rawValue, at: 5)
    putMessage.bind(message.createdAt.unixMicroseconds, at: 6)
    try putMessage.bind(message.body, at: 7)
    putMessage.bind(message.state.code, at: 8)
    putMessage.bind(Int64(message.attempts), at: 9)
    putMessage.bind(Int64(message.step), at: 10)
    putMessage.bind(message.nextAttemptAt.unixMicroseconds, at: 11)
    putMessage.bind(message.finishedAt?.unixMicroseconds, at: 12)
    try putMessage.bind(message.lastOutcome, at: 13)
    putMessage.bind(Int64(message.body.utf8.count), at: 14)
    try putMessage.run()
  }

  private func prune(_ limits: AlertLimits, now: Timestamp) throws(SQLiteFailure) {
    let keptFrom = now.unixMicroseconds &- Int64(limits.retentionDays) &* 24 &* microsecondsPerHour
    try execute(connection, "DELETE FROM outbox WHERE state <> 0 AND finished_at < \(keptFrom)")
    try execute(connection, "DELETE FROM alerts WHERE is_firing = 0 AND resolved_at < \(keptFrom)")
    try execute(
      connection,
      """
      DELETE FROM alerts WHERE is_firing = 0 AND number <=
        (SELECT number FROM alerts ORDER BY number DESC LIMIT 1 OFFSET \(limits.alertsMax))
      """)
    // The newest messages that fit stay; of the others, those that wait.
    try execute(
      connection,
      """
      DELETE FROM outbox WHERE state <> 0 AND sequence IN (
        SELECT sequence FROM (
          SELECT sequence, state, row_number() OVER newest AS place, sum(bytes) OVER newest AS total
          FROM outbox WINDOW newest AS (ORDER BY state <> 0, sequence DESC ROWS UNBOUNDED PRECEDING))
        WHERE state <> 0 AND (place > \(limits.messagesMax) OR total > \(limits.bytesMax)))
      """)
  }
}
