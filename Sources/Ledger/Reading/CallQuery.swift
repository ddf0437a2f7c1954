import Metering

/// Lists calls.
struct CallQuery {
  private let filter: CallFilter

  init(_ filter: CallFilter) { self.filter = filter }

  func run(_ context: ReadContext) throws -> [CallRecord] {
    let statement = try conditions(context).statement(
      selecting: CallColumn.list, from: "calls", limit: filter.limit, context.connection)
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

  private func conditions(_ context: ReadContext) throws -> RowConditions {
    let names = context.names
    var all = RowConditions()
    all.add("agent = ?", try filter.agent.map { try names.stored($0) })
    all.add("workflow = ?", try filter.workflow.map { try names.stored($0) })
    all.add("model = ?", try filter.model.map { try names.stored($0) })
    all.add("provider = ?", try filter.provider.map { try names.stored($0) })
    all.add("run = ?", filter.run.map { .text($0) })
    all.add("provider_response_id = ?", filter.providerResponseID.map { .text($0) })
    all.add("outcome = ?", filter.outcome.map { .number($0.code) })
    all.add("started_at >= ?", filter.from.map { .number($0.unixMicroseconds) })
    all.add("started_at < ?", filter.to.map { .number($0.unixMicroseconds) })
    all.add("id < ?", filter.before.map { .number($0.rawValue) })
    return all
  }
}
