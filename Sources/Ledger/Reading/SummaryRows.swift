import Metering

/// The parts of a summary that are read from the rows of calls and of adjustments.
struct SummaryRows {
  private let connection: OpaquePointer
  private let tools: ToolCounts?

  init(_ dimensions: [SummaryDimension], _ context: ReadContext) throws(SQLiteFailure) {
    connection = context.connection
    tools = dimensions.contains(.tool) ? try ToolCounts(context) : nil
  }

  func eachCall(
    in times: Range<Int64>, where isWanted: (Int64) -> Bool, _ body: (SummaryItem) throws(LedgerError) -> Void
  ) throws {
    let statement = try PreparedStatement(
      connection,
      """
      SELECT started_at, provider, model, agent, workflow, run, billing, usage_source, outcome, cost_source, tool_calls,
        cost, book_cost, provider_project, id, virtual_key, team, \(usageColumnNames.joined(separator: ", "))
      FROM calls WHERE started_at >= ? AND started_at < ?
      """)
    statement.bind(times.lowerBound, at: 1)
    statement.bind(times.upperBound, at: 2)
    while try statement.step() {
      let item = Self.call(statement)
      guard isWanted(floorDivide(item.startedAtSeconds, by: 3600)) else { continue }
      guard let tools, item.totals.toolCalls > 0 else {
        try body(item)
        continue
      }
      for (tool, count) in try tools.counts(call: statement.int64(14)) {
        var part = item
        part.tool = tool
        part.totals.toolCalls = count
        try body(part)
      }
    }
  }

  /// What was booked for a call stands wherever the call does; what was booked for a day has neither run nor tool, nor a key.
  func eachAdjustment(
    in times: Range<Int64>, where isWanted: (Int64) -> Bool, _ body: (SummaryItem) throws(LedgerError) -> Void
  ) throws {
    let statement = try PreparedStatement(
      connection,
      """
      SELECT effective_at, provider, model, agent, workflow, run, billing, usage_source, project, call, delta_high,
        delta_low, unpriced, partial, substituted_high, substituted_low,
        (SELECT virtual_key FROM calls WHERE id = call), (SELECT calls.team FROM calls WHERE id = call)
      FROM adjustments WHERE effective_at >= ? AND effective_at < ?
      """)
    statement.bind(times.lowerBound, at: 1)
    statement.bind(times.upperBound, at: 2)
    while try statement.step() {
      let item = Self.adjustment(statement)
      guard isWanted(floorDivide(item.startedAtSeconds, by: 3600)) else { continue }
      let names = try statement.optionalInt64(9).flatMap { call throws(SQLiteFailure) in
        try tools?.counts(call: call).map(\.tool)
      }
      guard let names, !names.isEmpty else {
        try body(item)
        continue
      }
      for tool in names {
        var part = item
        part.tool = tool
        try body(part)
      }
    }
  }

  private static func call(_ row: PreparedStatement) -> SummaryItem {
    var totals = RollupTotals()
    let outcome = Outcome(code: row.int64(8)) ?? .aborted
    totals.add(
      CostSource(code: row.int64(9)) ?? .unpriced, costPicodollars: row.int64(11),
      bookCostPicodollars: row.optionalInt64(12))
    totals.calls = 1
    totals.errors = outcome.isError ? 1 : 0
    totals.toolCalls = row.int64(10)
    totals.usage = row.usage(from: 17)
    return SummaryItem(
      startedAtSeconds: floorDivide(row.int64(0), by: 1_000_000), provider: row.name(1), model: row.name(2),
      agent: row.name(3), workflow: row.name(4), run: row.name(5), key: row.name(15), team: row.name(16),
      project: row.name(13),
      billing: Billing(code: row.int64(6)) ?? .metered, usageSource: UsageSource(code: row.int64(7)) ?? .none,
      totals: totals)
  }

  private static func adjustment(_ row: PreparedStatement) -> SummaryItem {
    var totals = RollupTotals()
    totals.adjusted.high = row.int64(10)
    totals.adjusted.low = row.int64(11)
    totals.unpriced = row.int64(12)
    totals.partial = row.int64(13)
    totals.substituted.high = row.int64(14)
    totals.substituted.low = row.int64(15)
    return SummaryItem(
      startedAtSeconds: floorDivide(row.int64(0), by: 1_000_000), provider: row.name(1), model: row.name(2),
      agent: row.name(3), workflow: row.name(4), run: row.name(5), key: row.name(16), team: row.name(17),
      project: row.name(8),
      billing: Billing(code: row.int64(6)) ?? .metered, usageSource: UsageSource(code: row.int64(7)) ?? .none,
      totals: totals)
  }
}

/// How often each tool was asked for in a call.
private struct ToolCounts {
  private let statement: PreparedStatement

  init(_ context: ReadContext) throws(SQLiteFailure) {
    statement = try PreparedStatement(
      context.connection,
      "SELECT tool, count(*) FROM tool_calls WHERE call = ? AND tool_call_id IS NOT NULL GROUP BY tool")
  }

  func counts(call: Int64) throws(SQLiteFailure) -> [(tool: StoredName, count: Int64)] {
    defer { statement.reset() }
    statement.bind(call, at: 1)
    var counts: [(tool: StoredName, count: Int64)] = []
    while try statement.step() { counts.append((statement.name(0), statement.int64(1))) }
    return counts
  }
}
