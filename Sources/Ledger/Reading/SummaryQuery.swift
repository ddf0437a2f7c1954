import Metering

/// Totals by some dimensions over some time.
struct SummaryQuery: Sendable {
  private static let utcOffsetSecondsMax = 64800

  private let dimensions: [SummaryDimension]
  private let from: Timestamp?
  private let to: Timestamp?
  private let utcOffsetSeconds: Int64

  init(
    _ dimensions: [SummaryDimension], from: Timestamp?, to: Timestamp?, utcOffsetSeconds: Int
  ) throws(LedgerError) {
    guard (-Self.utcOffsetSecondsMax...Self.utcOffsetSecondsMax).contains(utcOffsetSeconds) else {
      throw .query("the offset from UTC is \(utcOffsetSeconds) s: it cannot be more than 18 hours")
    }
    guard Set(dimensions).count == dimensions.count else { throw .query("a dimension is asked for twice") }
    self.dimensions = dimensions
    self.from = from
    self.to = to
    self.utcOffsetSeconds = Int64(utcOffsetSeconds)
  }

  func run(_ context: ReadContext) throws -> [SummaryRow] {
    let plan = SummaryPlan(
      dimensions: dimensions, from: from, to: to, utcOffsetSeconds: utcOffsetSeconds,
      rowsCompleteFromHour: try Facts.value(.rowsCompleteFromHour, context.connection) ?? .min)
    var groups = SummaryGroups(dimensions, utcOffsetSeconds: utcOffsetSeconds)
    if let hours = plan.hours {
      try addRollups(hours, to: &groups, context) { hour in !plan.splits(hour: hour) }
    }
    for times in plan.rows { try addRows(times, to: &groups, context) { _ in true } }
    if let times = plan.splitRows {
      try addRows(times, to: &groups, context) { plan.splits(hour: $0) }
    }
    return try groups.rows(context.names)
  }

  private func addRollups(
    _ hours: Range<Int64>, to groups: inout SummaryGroups, _ context: ReadContext, where isWanted: (Int64) -> Bool
  ) throws {
    let columns = RollupWriter.keyColumns + RollupWriter.sumColumns + usageColumnNames
    let statement = try PreparedStatement(
      context.connection,
      "SELECT \(columns.joined(separator: ", ")) FROM rollups WHERE hour >= ? AND hour < ?")
    statement.bind(hours.lowerBound, at: 1)
    statement.bind(hours.upperBound, at: 2)
    while try statement.step() {
      let hour = statement.int64(0)
      guard isWanted(hour) else { continue }
      let model = statement.name(2)
      try groups.add(
        SummaryItem(
          startedAtSeconds: hour &* 3600, provider: statement.name(1),
          model: model == RollupKey.noModel ? .none : model,
          agent: statement.name(3), workflow: statement.name(4), billing: Billing(code: statement.int64(5)) ?? .metered,
          usageSource: UsageSource(code: statement.int64(6)) ?? .none, calls: statement.int64(7),
          errors: statement.int64(8), unpriced: statement.int64(9), toolCalls: statement.int64(10),
          costPicodollars: RollupTotals.cost(high: statement.int64(11), low: statement.int64(12)),
          usage: statement.usage(from: 13)))
    }
  }

  private func addRows(
    _ times: Range<Int64>, to groups: inout SummaryGroups, _ context: ReadContext, where isWanted: (Int64) -> Bool
  ) throws {
    let statement = try PreparedStatement(
      context.connection,
      """
      SELECT started_at, provider, model, agent, workflow, run, billing, usage_source, outcome, cost_source, tool_calls,
        cost, \(usageColumnNames.joined(separator: ", ")), id
      FROM calls WHERE started_at >= ? AND started_at < ?
      """)
    statement.bind(times.lowerBound, at: 1)
    statement.bind(times.upperBound, at: 2)
    let tools = dimensions.contains(.tool) ? try ToolCounts(context) : nil
    while try statement.step() {
      let item = Self.item(statement)
      guard isWanted(floorDivide(item.startedAtSeconds, by: 3600)) else { continue }
      guard let tools, item.toolCalls > 0 else {
        try groups.add(item)
        continue
      }
      let id = statement.int64(12 &+ Int32(truncatingIfNeeded: usageColumnNames.count))
      for (tool, count) in try tools.counts(call: id) {
        var part = item
        part.tool = tool
        part.toolCalls = count
        try groups.add(part)
      }
    }
  }

  private static func item(_ row: PreparedStatement) -> SummaryItem {
    SummaryItem(
      startedAtSeconds: floorDivide(row.int64(0), by: 1_000_000), provider: row.name(1), model: row.name(2),
      agent: row.name(3), workflow: row.name(4), run: row.name(5), billing: Billing(code: row.int64(6)) ?? .metered,
      usageSource: UsageSource(code: row.int64(7)) ?? .none, calls: 1,
      errors: Outcome(code: row.int64(8))?.isError == true ? 1 : 0,
      unpriced: CostSource(code: row.int64(9)) == .unpriced ? 1 : 0, toolCalls: row.int64(10),
      costPicodollars: Int128(row.int64(11)), usage: row.usage(from: 12))
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

extension PreparedStatement {
  /// The usage whose columns begin here.
  fileprivate func usage(from first: Int32) -> Usage {
    var usage = Usage()
    for cell in usageCells { usage[cell] = int64(first &+ Int32(truncatingIfNeeded: cell.rawValue)) }
    return usage
  }
}
