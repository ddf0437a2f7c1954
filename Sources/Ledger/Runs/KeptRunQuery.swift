import Budgets
import Metering
import Runs

/// Reads the runs that had not ended when the last process did, with what their calls came to.
///
/// The totals are those of the rows of each key's calls: several callers may have named their runs alike. A run that ended once and went
/// on counts from then.
struct KeptRunQuery {
  /// How many calls of one run are read, and how many callers and tools of it are told apart.
  static let callsMax = 100_000
  static let callersMax = 16
  static let toolsMax = 64

  private let context: ReadContext
  private let totals: PreparedStatement
  private let newest: PreparedStatement
  private let tools: PreparedStatement
  private let told: PreparedStatement
  private let released: PreparedStatement

  init(_ context: ReadContext) throws {
    self.context = context
    totals = try PreparedStatement(context.connection, Self.totalsSQL)
    newest = try PreparedStatement(
      context.connection,
      """
      SELECT team, provider, model FROM calls
      WHERE run = ?1 AND started_at >= ?2 AND virtual_key IS ?3 AND (?3 IS NOT NULL OR upstream_key_id IS ?4)
      ORDER BY id DESC LIMIT 1
      """)
    tools = try PreparedStatement(context.connection, Self.toolsSQL)
    told = try PreparedStatement(
      context.connection,
      "SELECT subject, kind, max(at) FROM run_events WHERE run = ? AND at >= ? AND action IS NOT NULL GROUP BY subject, kind"
    )
    released = try PreparedStatement(
      context.connection,
      "SELECT guardrail, kind, granted, until, made_at FROM run_releases WHERE run = ? AND made_at >= ?")
  }

  /// The runs to which something happened last, the one that was idle longest first.
  func live(max: Int) throws -> [KeptRun] {
    let rows = try PreparedStatement(
      context.connection,
      """
      SELECT id, agent, workflow, parent_run, ifnull(begun_at, started_at),
        CASE WHEN ifnull(begun_at, started_at) = started_at THEN tool_errors ELSE 0 END
      FROM runs WHERE ended_at IS NULL ORDER BY last_at DESC LIMIT \(Swift.max(0, max))
      """)
    var runs: [KeptRun] = []
    while try rows.step() { runs += try shares(of: rows) }
    return runs.sorted { $0.lastAt < $1.lastAt }
  }

  /// What each caller's run of a name came to.
  private func shares(of row: PreparedStatement) throws -> [KeptRun] {
    guard let run = row.text(0) else { return [] }
    let begunAt = row.int64(4)
    let agent = try context.names.text(row.name(1)) ?? ""
    let workflow = try context.names.text(row.name(2)) ?? ""
    defer { totals.reset() }
    try totals.bind(try context.names.stored(RunTotals.toolDialect), at: 1)
    try totals.bind(run, at: 2)
    totals.bind(begunAt, at: 3)
    var kept: [KeptRun] = []
    while try totals.step() {
      let caller = Caller(virtualKey: totals.name(0), upstreamKey: totals.name(1))
      let key = try context.names.text(caller.virtualKey)
      let call = try newestCall(of: run, since: begunAt, caller, key: key, agent: agent, workflow: workflow)
      var share = KeptRun(
        run, key: try key ?? context.names.text(caller.upstreamKey), call: call,
        startedAt: Timestamp(unixMicroseconds: totals.int64(2)), lastAt: Timestamp(unixMicroseconds: totals.int64(3)))
      share.parentRun = row.text(3)
      share.depthOfFirst = Int(clamping: totals.int64(4))
      share.depth = Int(clamping: totals.int64(5))
      share.totals = Self.measures(totals)
      share.tools = try toolMeasures(of: run, since: begunAt, caller)
      // What was released between two lives of the run was the former one's.
      share.guardrails = try guardrails(of: run, since: share.startedAt.unixMicroseconds)
      kept.append(share)
    }
    // What results said is summed up for all callers together.
    if kept.count == 1 { kept[0].totals.toolErrors = row.int64(5) }
    return kept
  }

  /// Whose calls they are, as rows say it: the upstream's key tells callers apart that have no virtual one.
  private struct Caller {
    var virtualKey: StoredName
    var upstreamKey: StoredName
  }

  /// What a peer made up may be the largest number: `sum` would fail, where `total` does not.
  private static let totalsSQL = """
    SELECT virtual_key, upstream, min(started_at), max(started_at + duration_us), min(ifnull(depth, 0)),
      max(ifnull(depth, 0)), sum(ifnull(is_model_call, 1)), sum(asked), max(asked), sum(tool_results),
      sum(server_tools), sum(ifnull(is_retry, 0)), sum(ifnull(cost, 0) >> 32), sum(ifnull(cost, 0) & 4294967295),
      total(CASE WHEN ifnull(is_model_call, 1) THEN duration_us ELSE 0 END), total(tokens)
    FROM (
      SELECT *, CASE WHEN virtual_key IS NULL THEN upstream_key_id END AS upstream,
        CASE WHEN dialect IS ? THEN 0 ELSE tool_calls END AS asked, \(tokenColumns) AS tokens
      FROM calls WHERE run = ? AND started_at >= ? ORDER BY id DESC LIMIT \(callsMax)
    ) GROUP BY virtual_key, upstream LIMIT \(callersMax)
    """

  private static let tokenColumns = zip(usageCells, usageColumnNames).filter { $0.0.isTokens }.map(\.1)
    .joined(separator: " + ")

  private static func measures(_ row: PreparedStatement) -> RunMeasures {
    var measures = RunMeasures()
    measures.llmCalls = row.int64(6)
    measures.toolCalls = row.int64(7)
    measures.width = Int(clamping: row.int64(8))
    measures.toolResults = row.int64(9)
    measures.serverToolCalls = row.int64(10)
    measures.retries = row.int64(11)
    var cost = SplitSum()
    (cost.high, cost.low) = (row.int64(12), row.int64(13))
    measures.costPicodollars = cost.picodollars
    measures.modelWorkMicroseconds = row.int64(14)
    measures.tokens = row.int64(15)
    return measures
  }

  private func newestCall(
    of run: String, since begunAt: Int64, _ caller: Caller, key: String?, agent: String, workflow: String
  ) throws -> BudgetCall {
    defer { newest.reset() }
    try newest.bind(run, at: 1)
    newest.bind(begunAt, at: 2)
    try newest.bind(caller.virtualKey, at: 3)
    try newest.bind(caller.upstreamKey, at: 4)
    let isThere = try newest.step()
    return BudgetCall(
      id: CallID(rawValue: 0), agent: agent, workflow: workflow, run: run, key: key,
      team: isThere ? try context.names.text(newest.name(0)) : nil,
      provider: isThere ? try context.names.text(newest.name(1)) ?? "" : "",
      model: isThere ? try context.names.text(newest.name(2)) : nil)
  }

  private static let toolsSQL = """
    SELECT tool, count(*), count(answered_at), ifnull(sum(is_error), 0), total(took_us), ifnull(max(took_us), 0)
    FROM calls JOIN tool_calls ON tool_calls.call = calls.id
    WHERE run = ?1 AND started_at >= ?2 AND virtual_key IS ?3 AND (?3 IS NOT NULL OR upstream_key_id IS ?4)
      AND dialect IS NOT ?5 AND tool_call_id IS NOT NULL
    GROUP BY tool LIMIT \(toolsMax)
    """

  private func toolMeasures(
    of run: String, since begunAt: Int64, _ caller: Caller
  ) throws -> [(name: String, measures: ToolMeasures)] {
    defer { tools.reset() }
    try tools.bind(run, at: 1)
    tools.bind(begunAt, at: 2)
    try tools.bind(caller.virtualKey, at: 3)
    try tools.bind(caller.upstreamKey, at: 4)
    try tools.bind(try context.names.stored(RunTotals.toolDialect), at: 5)
    var found: [(name: String, measures: ToolMeasures)] = []
    while try tools.step() {
      var measures = ToolMeasures()
      measures.calls = tools.int64(1)
      measures.results = tools.int64(2)
      measures.errors = tools.int64(3)
      measures.timed = measures.results
      measures.timeMicroseconds = tools.int64(4)
      measures.longestMicroseconds = tools.int64(5)
      found.append((try context.names.text(tools.name(0)) ?? "", measures))
    }
    return found
  }

  /// What people were told of the run, and what they granted it since.
  private func guardrails(of run: String, since begunAt: Int64) throws -> [KeptGuardrail] {
    defer {
      told.reset()
      released.reset()
    }
    var kept: [String: KeptGuardrail] = [:]
    try told.bind(run, at: 1)
    told.bind(begunAt, at: 2)
    while try told.step() {
      guard let guardrail = told.text(0), let kind = GuardrailLimit.Kind(rawValue: told.text(1) ?? "") else { continue }
      kept["\(guardrail) \(kind.rawValue)"] = KeptGuardrail(
        guardrail: guardrail, kind: kind, lastToldAt: Timestamp(unixMicroseconds: told.int64(2)))
    }
    try released.bind(run, at: 1)
    released.bind(begunAt, at: 2)
    while try released.step() {
      guard let guardrail = released.text(0), let kind = GuardrailLimit.Kind(rawValue: released.text(1) ?? "") else {
        continue
      }
      var limit =
        kept["\(guardrail) \(kind.rawValue)"] ?? KeptGuardrail(guardrail: guardrail, kind: kind)
      limit.granted = released.int64(2)
      limit.releasedUntil = released.optionalInt64(3).map { Timestamp(unixMicroseconds: $0) }
      if let at = limit.lastToldAt, at.unixMicroseconds <= released.int64(4) { limit.lastToldAt = nil }
      kept["\(guardrail) \(kind.rawValue)"] = limit
    }
    return Array(kept.values)
  }
}
