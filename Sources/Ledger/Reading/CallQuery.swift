import Metering

/// Lists calls.
struct CallQuery {
  private static let limits = 1...1000

  private let filter: CallFilter

  init(_ filter: CallFilter) { self.filter = filter }

  func run(_ context: ReadContext) throws -> [CallRecord] {
    let conditions = try conditions(context)
    let clause = conditions.isEmpty ? "" : "WHERE " + conditions.map(\.sql).joined(separator: " AND ")
    let limit = min(max(filter.limit, Self.limits.lowerBound), Self.limits.upperBound)
    let statement = try PreparedStatement(
      context.connection, "SELECT \(CallColumn.list) FROM calls \(clause) ORDER BY id DESC LIMIT \(limit)")
    for (index, condition) in conditions.enumerated() {
      try statement.bind(condition.value, at: Int32(truncatingIfNeeded: index &+ 1))
    }
    return try Self.records(statement, context)
  }

  static func call(_ id: CallID, _ context: ReadContext) throws -> CallRecord? {
    let statement = try PreparedStatement(
      context.connection, "SELECT \(CallColumn.list) FROM calls WHERE id = ?")
    statement.bind(id.rawValue, at: 1)
    return try records(statement, context).first
  }

  private static func records(_ statement: PreparedStatement, _ context: ReadContext) throws -> [CallRecord] {
    let reader = try CallReader(context)
    var records: [CallRecord] = []
    while try statement.step() { records.append(try reader.record(statement)) }
    return records
  }

  private func conditions(_ context: ReadContext) throws -> [(sql: String, value: StoredName)] {
    let names = context.names
    var all: [(sql: String, value: StoredName)] = []
    if let agent = filter.agent { all.append(("agent = ?", try names.stored(agent))) }
    if let workflow = filter.workflow { all.append(("workflow = ?", try names.stored(workflow))) }
    if let model = filter.model { all.append(("model = ?", try names.stored(model))) }
    if let provider = filter.provider { all.append(("provider = ?", try names.stored(provider))) }
    if let run = filter.run { all.append(("run = ?", .text(run))) }
    if let responseID = filter.providerResponseID { all.append(("provider_response_id = ?", .text(responseID))) }
    if let outcome = filter.outcome { all.append(("outcome = ?", .number(outcome.code))) }
    if let from = filter.from { all.append(("started_at >= ?", .number(from.unixMicroseconds))) }
    if let to = filter.to { all.append(("started_at < ?", .number(to.unixMicroseconds))) }
    if let before = filter.before { all.append(("id < ?", .number(before.rawValue))) }
    return all
  }
}
