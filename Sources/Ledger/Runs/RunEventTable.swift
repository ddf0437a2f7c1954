import Metering
import Runs

/// Writes what was noticed of runs. Confined to the thread that owns the connection.
final class RunEventTable {
  private let names: Names
  private let insert: PreparedStatement

  init(_ connection: OpaquePointer, names: Names) throws(SQLiteFailure) {
    self.names = names
    insert = try PreparedStatement(
      connection,
      """
      INSERT INTO run_events (at, run, call, agent, workflow, kind, action, subject, document)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
  }

  /// Inside a transaction.
  func write(_ events: [RunEvent]) throws(SQLiteFailure) {
    for event in events {
      insert.bind(event.at.unixMicroseconds, at: 1)
      try insert.bind(event.run, at: 2)
      insert.bind(event.call?.rawValue, at: 3)
      try insert.bind(try names.stored(event.agent), at: 4)
      try insert.bind(try names.stored(event.workflow), at: 5)
      try insert.bind(event.kind.name, at: 6)
      try insert.bind(event.kind.action?.rawValue, at: 7)
      try insert.bind(event.subject, at: 8)
      try insert.bind(event.document, at: 9)
      try insert.run()
    }
  }
}

/// Lists what was noticed of runs.
struct RunEventQuery {
  private static let columns = "id, at, run, call, agent, workflow, kind, action, subject, document"

  private let filter: RunEventFilter

  init(_ filter: RunEventFilter) { self.filter = filter }

  func run(_ context: ReadContext) throws -> [KeptRunEvent] {
    let statement = try conditions(context).statement(
      selecting: Self.columns, from: "run_events", limit: filter.limit, context.connection)
    return try Self.events(statement, context)
  }

  static func events(of call: CallID, _ context: ReadContext) throws -> [RunEvent] {
    let statement = try PreparedStatement(
      context.connection,
      "SELECT \(columns) FROM run_events WHERE call = ? ORDER BY id LIMIT \(RunDetail.rowsMax)")
    statement.bind(call.rawValue, at: 1)
    return try events(statement, context).map(\.event)
  }

  /// Of a kind that this version does not know, none.
  private static func events(_ row: PreparedStatement, _ context: ReadContext) throws -> [KeptRunEvent] {
    var events: [KeptRunEvent] = []
    while try row.step() {
      guard let kind = RunEvent.Kind(name: row.text(6) ?? "", action: row.text(7)) else { continue }
      let event = RunEvent(
        at: Timestamp(unixMicroseconds: row.int64(1)), run: row.text(2),
        call: row.optionalInt64(3).map { CallID(rawValue: $0) }, agent: try context.names.text(row.name(4)) ?? "",
        workflow: try context.names.text(row.name(5)) ?? "", kind: kind, subject: row.text(8),
        document: row.text(9) ?? "{}")
      events.append(KeptRunEvent(number: row.int64(0), event: event))
    }
    return events
  }

  private func conditions(_ context: ReadContext) throws -> RowConditions {
    var all = RowConditions()
    all.add("(action IS NULL) = ?", filter.type.map { .number($0 == .anomaly ? 1 : 0) })
    all.add("kind = ?", filter.kind.map { .text($0) })
    all.add("agent = ?", try filter.agent.map { try context.names.stored($0) })
    all.add("workflow = ?", try filter.workflow.map { try context.names.stored($0) })
    all.add("run = ?", filter.run.map { .text($0) })
    all.add("at >= ?", filter.from.map { .number($0.unixMicroseconds) })
    all.add("at < ?", filter.to.map { .number($0.unixMicroseconds) })
    all.add("id < ?", filter.before.map { .number($0) })
    return all
  }
}

extension RunEvent.Kind {
  fileprivate init?(name: String, action: String?) {
    if let action {
      guard let limit = GuardrailLimit.Kind(rawValue: name), let action = GuardrailAction(rawValue: action) else {
        return nil
      }
      self = .trip(limit, action)
    } else {
      guard let kind = AnomalyKind(rawValue: name) else { return nil }
      self = .anomaly(kind)
    }
  }
}
