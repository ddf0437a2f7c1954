import Metering
import Runs

/// Lists runs.
struct RunQuery {
  private static let columns = """
    id, started_at, last_at, agent, workflow, run_source, parent_run, llm_calls, errors, retries, tool_calls,
    server_tool_calls, tool_results, tool_errors, unpriced, cost_high, cost_low, input_tokens, output_tokens, model_us,
    depth, fanout_max, ended_at, outcome, document
    """

  private let filter: RunFilter

  init(_ filter: RunFilter) { self.filter = filter }

  func run(_ context: ReadContext) throws -> [RunRecord] {
    let statement = try conditions(context).statement(
      selecting: Self.columns, from: "runs", orderedBy: "\(filter.order.sql) DESC, id DESC", limit: filter.limit,
      offset: filter.offset, context.connection)
    return try Self.records(statement, context)
  }

  static func run(_ id: String, _ context: ReadContext) throws -> RunRecord? {
    let statement = try PreparedStatement(context.connection, "SELECT \(columns) FROM runs WHERE id = ?")
    try statement.bind(id, at: 1)
    return try records(statement, context).first
  }

  /// How many calls of a run have a row.
  static func callCount(_ id: String, _ context: ReadContext) throws -> Int64 {
    let statement = try PreparedStatement(context.connection, "SELECT count(*) FROM calls WHERE run = ?")
    try statement.bind(id, at: 1)
    return try statement.step() ? statement.int64(0) : 0
  }

  private static func records(_ row: PreparedStatement, _ context: ReadContext) throws -> [RunRecord] {
    var records: [RunRecord] = []
    while try row.step() { records.append(try record(row, context.names)) }
    return records
  }

  private static func record(_ row: PreparedStatement, _ names: NameTexts) throws -> RunRecord {
    var cost = SplitSum()
    cost.high = row.int64(15)
    cost.low = row.int64(16)
    var run = RunRecord(
      id: row.text(0) ?? "", startedAt: Timestamp(unixMicroseconds: row.int64(1)),
      lastAt: Timestamp(unixMicroseconds: row.int64(2)), agent: try names.text(row.name(3)) ?? "",
      workflow: try names.text(row.name(4)) ?? "", source: row.optionalInt64(5).flatMap { RunSource(code: $0) },
      parentRun: row.text(6), llmCalls: row.int64(7), errors: row.int64(8), retries: row.int64(9),
      toolCalls: row.int64(10), serverToolCalls: row.int64(11), toolResults: row.int64(12), toolErrors: row.int64(13),
      unpricedCalls: row.int64(14), costPicodollars: cost.picodollars, inputTokens: row.int64(17),
      outputTokens: row.int64(18), modelMicroseconds: row.int64(19), depth: row.int64(20), fanoutMax: row.int64(21))
    if let ended = row.optionalInt64(22) {
      run.end = RunRecord.End(
        at: Timestamp(unixMicroseconds: ended), outcome: row.text(23) ?? "", document: row.text(24) ?? "{}")
    }
    return run
  }

  /// The outcomes of runs that did not end well, as a list for SQL. What became of a run that nobody saw is no failure.
  static let failures = RunOutcome.allCases.filter { !$0.isWell && $0 != .unknown }.map { "'\($0.rawValue)'" }
    .joined(separator: ", ")

  private func conditions(_ context: ReadContext) throws -> RowConditions {
    var all = RowConditions()
    all.add("agent = ?", try filter.agent.map { try context.names.stored($0) })
    all.add("workflow = ?", try filter.workflow.map { try context.names.stored($0) })
    all.add("parent_run = ?", filter.parentRun.map { .text($0) })
    all.add("outcome = ?", filter.outcome.map { .text($0) })
    all.add("(outcome IN (\(Self.failures))) = ?", filter.hasFailed.map { .number($0 ? 1 : 0) })
    all.add("(ended_at IS NULL) = ?", filter.isLive.map { .number($0 ? 1 : 0) })
    all.add("started_at >= ?", filter.from.map { .number($0.unixMicroseconds) })
    all.add("started_at < ?", filter.to.map { .number($0.unixMicroseconds) })
    return all
  }
}

extension RunFilter.Order {
  fileprivate var sql: String {
    switch self {
    case .started: "started_at"
    case .cost: "cost_high * 4294967296.0 + cost_low"
    case .llmCalls: "llm_calls"
    case .toolCalls: "tool_calls"
    case .fanout: "fanout_max"
    case .errors: "errors"
    case .toolErrors: "tool_errors"
    case .duration: "last_at - started_at"
    }
  }
}
