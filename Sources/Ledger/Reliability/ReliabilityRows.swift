import Metering
import Runs

/// Gathers how reliable workflows were, from the rows of runs, calls and events.
struct ReliabilityRows {
  /// How many runs are looked at: the cost of each is kept until all are known.
  private static let runsMax = 2_000_000

  let query: ReliabilityQuery
  let context: ReadContext

  func report() throws -> ReliabilityReport {
    let current = try figures(from: query.from, to: query.to)
    let previous = try figures(from: query.previousFrom, to: query.from)
    let rows = Set(current.keys).union(previous.keys).map { name in
      WorkflowReliability(
        workflow: name, current: current[name] ?? ReliabilityFigures(),
        previous: previous[name] ?? ReliabilityFigures())
    }.sorted { ($1.current.runs, $0.workflow) < ($0.current.runs, $1.workflow) }
    let listed = rows.prefix(ReliabilityReport.rowsMax)
    return ReliabilityReport(query: query, rows: Array(listed), rowsNotListed: rows.count - listed.count)
  }

  private func figures(from: Timestamp, to: Timestamp) throws -> [String: ReliabilityFigures] {
    var figures: [String: ReliabilityFigures] = [:]
    try addRuns(from, to, &figures)
    try addTools(from, to, &figures)
    try addEvents(from, to, &figures)
    return figures
  }

  private func addRuns(_ from: Timestamp, _ to: Timestamp, _ figures: inout [String: ReliabilityFigures]) throws {
    let row = try statement(
      "workflow, outcome, ended_at, cost_high, cost_low, llm_calls, errors, retries, unpriced",
      "FROM runs WHERE started_at >= ? AND started_at < ?", from, to)
    var costs: [String: [Int128]] = [:]
    var count = 0
    while try row.step() {
      count += 1
      guard count <= Self.runsMax else {
        throw LedgerError.query("there are more than \(Self.runsMax) runs: ask for a shorter time, or one workflow")
      }
      let workflow = try name(row, 0)
      var cost = SplitSum()
      (cost.high, cost.low) = (row.int64(3), row.int64(4))
      costs[workflow, default: []].append(cost.picodollars)
      Self.add(row, cost.picodollars, to: &figures[workflow, default: ReliabilityFigures()])
    }
    for (workflow, costs) in costs { figures[workflow]?.cost = CostPercentiles(costs) }
  }

  private static func add(_ row: PreparedStatement, _ cost: Int128, to figures: inout ReliabilityFigures) {
    figures.runs += 1
    if row.optionalInt64(2) != nil {
      let outcome = row.text(1).flatMap { RunOutcome(rawValue: $0) } ?? .unknown
      figures.outcomes[outcome, default: 0] += 1
    }
    figures.costPicodollars += cost
    // A count that a peer made up may be the largest number.
    figures.llmCalls &+= row.int64(5)
    figures.errors &+= row.int64(6)
    figures.retries &+= row.int64(7)
    figures.unpricedCalls &+= row.int64(8)
  }

  private func addTools(_ from: Timestamp, _ to: Timestamp, _ figures: inout [String: ReliabilityFigures]) throws {
    let row = try statement(
      "workflow, tool, count(*), count(answered_at), ifnull(sum(is_error), 0)",
      """
      FROM calls JOIN tool_calls ON tool_calls.call = calls.id
      WHERE tool_call_id IS NOT NULL AND calls.tool_calls > 0 AND started_at >= ? AND started_at < ?
      """, grouped: "GROUP BY workflow, tool", from, to)
    while try row.step() {
      figures[try name(row, 0), default: ReliabilityFigures()].tools.append(
        ToolReliability(name: try name(row, 1), calls: row.int64(2), results: row.int64(3), errors: row.int64(4)))
    }
    for workflow in figures.keys {
      figures[workflow]?.tools.sort { $0.isWorse(than: $1) }
      let beyond = (figures[workflow]?.tools.count ?? 0) - ReliabilityFigures.toolsMax
      if beyond > 0 { figures[workflow]?.tools.removeLast(beyond) }
    }
  }

  private func addEvents(_ from: Timestamp, _ to: Timestamp, _ figures: inout [String: ReliabilityFigures]) throws {
    let row = try statement(
      "workflow, kind, action IS NULL, count(*)", "FROM run_events WHERE at >= ? AND at < ?",
      grouped: "GROUP BY workflow, kind, action IS NULL", from, to)
    while try row.step() {
      let workflow = try name(row, 0)
      let kind = row.text(1) ?? ""
      if row.int64(2) != 0, let anomaly = AnomalyKind(rawValue: kind) {
        figures[workflow, default: ReliabilityFigures()].anomalies[anomaly, default: 0] += row.int64(3)
      } else if row.int64(2) == 0, let limit = GuardrailLimit.Kind(rawValue: kind) {
        figures[workflow, default: ReliabilityFigures()].trips[limit, default: 0] += row.int64(3)
      }
    }
  }

  /// - Parameter source: with the two ends of the time as its parameters.
  private func statement(
    _ columns: String, _ source: String, grouped: String = "", _ from: Timestamp, _ to: Timestamp
  ) throws -> PreparedStatement {
    let ofWorkflow = query.workflow == nil ? "" : "AND workflow = ?"
    let statement = try PreparedStatement(context.connection, "SELECT \(columns) \(source) \(ofWorkflow) \(grouped)")
    statement.bind(from.unixMicroseconds, at: 1)
    statement.bind(to.unixMicroseconds, at: 2)
    if let workflow = query.workflow { try statement.bind(try context.names.stored(workflow), at: 3) }
    return statement
  }

  private func name(_ row: PreparedStatement, _ column: Int32) throws -> String {
    try context.names.text(row.name(column)) ?? ""
  }
}

extension LedgerRuns {
  /// How reliable the runs of each workflow were.
  ///
  /// - Throws: ``LedgerError``.
  public func reliability(_ query: ReliabilityQuery) async throws -> ReliabilityReport {
    await waitForCommit()
    return try await readers.read { try ReliabilityRows(query: query, context: $0).report() }
  }
}

extension LedgerReader {
  /// How reliable the runs of each workflow were.
  ///
  /// - Throws: ``LedgerError``.
  public func reliability(_ query: ReliabilityQuery) async throws -> ReliabilityReport {
    try await readers.read { try ReliabilityRows(query: query, context: $0).report() }
  }
}
