import Metering

/// Which alerts to list, the newest first. What is nil does not filter.
public struct AlertFilter: Sendable {
  public var isFiring: Bool?
  public var rule: AlertRule?
  /// Only those before this one: the cursor.
  public var before: Int64?
  /// 1...1,000; a number outside is taken as the nearest inside.
  public var limit = 100
  public init() {}
}

/// An alert with its messages.
public struct ListedAlert: Sendable, Equatable {
  /// Its place in the list of all, which is the cursor.
  public var number: Int64
  public var alert: Alert
  /// In the order in which they were made, without their bodies; at most ``messagesMax``.
  public var messages: [OutboxMessage]

  /// Messages of an alert that are listed, the newest.
  public static let messagesMax = 50

  public init(number: Int64, alert: Alert, messages: [OutboxMessage]) {
    self.number = number
    self.alert = alert
    self.messages = messages
  }
}

/// Reads alerts and their messages.
enum AlertQuery {
  private static let limits = 1...1000
  private static let messageColumns = """
    id, sequence, receiver, alert, format, created_at, state, attempts, step, next_attempt_at, finished_at, last_outcome
    """

  static func run(_ filter: AlertFilter, _ connection: OpaquePointer) throws -> [ListedAlert] {
    var conditions: [String] = []
    if let isFiring = filter.isFiring { conditions.append("is_firing = \(isFiring ? 1 : 0)") }
    if let rule = filter.rule { conditions.append("rule = '\(rule.rawValue)'") }
    if let before = filter.before { conditions.append("number < \(before)") }
    let clause = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    let limit = min(max(filter.limit, limits.lowerBound), limits.upperBound)
    let rows = try alerts(connection, "\(clause) ORDER BY number DESC LIMIT \(limit)")
    let messages = try PreparedStatement(
      connection,
      """
      SELECT \(messageColumns) FROM outbox WHERE alert = ? ORDER BY sequence DESC LIMIT \(ListedAlert.messagesMax)
      """)
    return try rows.map { number, alert in
      defer { messages.reset() }
      try messages.bind(alert.id, at: 1)
      var listed: [OutboxMessage] = []
      while try messages.step() { message(messages).map { listed.append($0) } }
      return ListedAlert(number: number, alert: alert, messages: listed.reversed())
    }
  }

  /// Alerts that are not over.
  static func firing(_ connection: OpaquePointer) throws -> [Alert] {
    try alerts(connection, "WHERE is_firing = 1 ORDER BY number").map(\.alert)
  }

  static func states(_ connection: OpaquePointer) throws -> [AlertState] {
    let statement = try PreparedStatement(
      connection, "SELECT key, revision, alert, is_firing, expires_at, document FROM alert_states")
    var states: [AlertState] = []
    while try statement.step() {
      states.append(
        AlertState(
          key: statement.text(0) ?? "", revision: statement.int64(1), alert: statement.text(2),
          isFiring: statement.int64(3) != 0,
          expiresAt: statement.optionalInt64(4).map { Timestamp(unixMicroseconds: $0) },
          document: statement.text(5) ?? ""))
    }
    return states
  }

  /// Messages with their bodies, in their order.
  static func messages(_ connection: OpaquePointer, _ choice: MessageChoice) throws -> [OutboxMessage] {
    let condition =
      switch choice {
      case .waiting: "state = 0"
      case .one: "id = ?"
      case .droppedOf: "state = 2 AND receiver = ?"
      }
    let statement = try PreparedStatement(
      connection, "SELECT \(messageColumns), body FROM outbox WHERE \(condition) ORDER BY sequence")
    switch choice {
    case .waiting: break
    case .one(let id): try statement.bind(id, at: 1)
    case .droppedOf(let receiver): try statement.bind(receiver, at: 1)
    }
    var messages: [OutboxMessage] = []
    while try statement.step() {
      guard var message = message(statement) else { continue }
      message.body = statement.text(12) ?? ""
      messages.append(message)
    }
    return messages
  }

  static func greatestSequence(_ connection: OpaquePointer) throws -> Int64 {
    try queryInt64(connection, "SELECT max(sequence) FROM outbox") ?? 0
  }

  private static func alerts(
    _ connection: OpaquePointer, _ clause: String
  ) throws -> [(number: Int64, alert: Alert)] {
    let statement = try PreparedStatement(
      connection,
      """
      SELECT number, id, dedup_key, rule, severity, is_firing, started_at, resolved_at, summary, document
      FROM alerts \(clause)
      """)
    var alerts: [(number: Int64, alert: Alert)] = []
    while try statement.step() {
      guard let rule = statement.text(3).flatMap(AlertRule.init(rawValue:)),
        let severity = statement.text(4).flatMap(AlertSeverity.init(rawValue:))
      else { continue }
      alerts.append(
        (
          statement.int64(0),
          Alert(
            id: statement.text(1) ?? "", dedupKey: statement.text(2) ?? "", rule: rule, severity: severity,
            isFiring: statement.int64(5) != 0, startedAt: Timestamp(unixMicroseconds: statement.int64(6)),
            resolvedAt: statement.optionalInt64(7).map { Timestamp(unixMicroseconds: $0) },
            summary: statement.text(8) ?? "", document: statement.text(9) ?? "")
        ))
    }
    return alerts
  }

  private static func message(_ row: PreparedStatement) -> OutboxMessage? {
    guard let format = row.text(4).flatMap(MessageFormat.init(rawValue:)),
      let state = MessageState(code: row.int64(6))
    else { return nil }
    var message = OutboxMessage(
      id: row.text(0) ?? "", sequence: row.int64(1), receiver: row.text(2) ?? "", alert: row.text(3) ?? "",
      format: format, createdAt: Timestamp(unixMicroseconds: row.int64(5)), body: "")
    message.state = state
    message.attempts = Int(row.int64(7))
    message.step = Int(row.int64(8))
    message.nextAttemptAt = Timestamp(unixMicroseconds: row.int64(9))
    message.finishedAt = row.optionalInt64(10).map { Timestamp(unixMicroseconds: $0) }
    message.lastOutcome = row.text(11)
    return message
  }
}

/// Which messages to read.
enum MessageChoice: Sendable {
  case waiting
  case one(String)
  /// What was given up for a receiver.
  case droppedOf(String)
}
