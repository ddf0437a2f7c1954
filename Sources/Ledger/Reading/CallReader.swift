import Metering

/// Makes a record of a row that has every column of ``CallColumn``.
struct CallReader {
  private let names: NameTexts
  private let tools: PreparedStatement

  init(_ context: ReadContext) throws(SQLiteFailure) {
    names = context.names
    tools = try PreparedStatement(
      context.connection, "SELECT tool, tool_call_id, times FROM tool_calls WHERE call = ? ORDER BY position")
  }

  func record(_ row: PreparedStatement) throws(SQLiteFailure) -> CallRecord {
    var record = CallRecord(
      id: CallID(rawValue: row.int64(CallColumn.id.rawValue)),
      startedAt: Timestamp(unixMicroseconds: row.int64(CallColumn.startedAt.rawValue)),
      provider: try name(row, .provider) ?? "", method: try name(row, .method) ?? "", path: try name(row, .path) ?? "",
      agent: try name(row, .agent) ?? "", workflow: try name(row, .workflow) ?? "")
    try readNames(row, into: &record)
    readNumbers(row, into: &record)
    for cell in usageCells {
      record.usage[cell] = row.int64(CallColumn.firstUsage &+ Int32(truncatingIfNeeded: cell.rawValue))
    }
    record.parts = (row.text(CallColumn.usageParts) ?? "").split(separator: "\n").compactMap { UsagePart(text: $0) }
    record.usageRaw = row.text(CallColumn.usageRaw)
    if row.int64(CallColumn.toolCalls.rawValue) > 0 || row.int64(CallColumn.serverTools.rawValue) > 0 {
      try readTools(into: &record)
    }
    return record
  }

  private func readNames(_ row: PreparedStatement, into record: inout CallRecord) throws(SQLiteFailure) {
    record.dialect = try name(row, .dialect)
    record.modelRequested = try name(row, .modelRequested)
    record.model = try name(row, .model)
    record.run = row.text(CallColumn.run.rawValue)
    record.place = Self.place(row)
    record.pricedAs = try name(row, .pricedAs)
    record.pricingContext = try name(row, .priceContext).flatMap { PricingContext(text: $0) }
    record.serviceTier = try name(row, .serviceTier)
    record.geo = try name(row, .geo)
    record.finishReason = try name(row, .finishReason)
    record.error = try name(row, .error)
    record.providerRequestID = row.text(CallColumn.providerRequestID.rawValue)
    record.providerResponseID = row.text(CallColumn.providerResponseID.rawValue)
    record.providerProject = try name(row, .providerProject)
    record.upstreamKeyID = try name(row, .upstreamKeyID)
    record.virtualKey = try name(row, .virtualKey)
    record.team = try name(row, .team)
  }

  /// What SQLite has no column for, since the row is older, is nil.
  private static func place(_ row: PreparedStatement) -> RunPlace? {
    guard let code = row.optionalInt64(CallColumn.runSource.rawValue), let source = RunSource(code: code) else {
      return nil
    }
    return RunPlace(
      source: source, parentRun: row.text(CallColumn.parentRun.rawValue), node: row.text(CallColumn.node.rawValue),
      parentNode: row.text(CallColumn.parentNode.rawValue),
      depth: Int(truncatingIfNeeded: row.int64(CallColumn.depth.rawValue)),
      isRetry: row.int64(CallColumn.isRetry.rawValue) != 0)
  }

  private func readNumbers(_ row: PreparedStatement, into record: inout CallRecord) {
    func number(_ column: CallColumn) -> Int64 { row.int64(column.rawValue) }
    record.status = Int(number(.status))
    record.outcome = Outcome(code: number(.outcome)) ?? .aborted
    record.isStream = number(.isStream) != 0
    record.usageSource = UsageSource(code: number(.usageSource)) ?? .none
    record.costPicodollars = row.optionalInt64(CallColumn.cost.rawValue)
    record.reportedCostPicodollars = row.optionalInt64(CallColumn.reportedCost.rawValue)
    record.bookCostPicodollars = row.optionalInt64(CallColumn.bookCost.rawValue)
    record.debitedPicodollars = row.optionalInt64(CallColumn.debited.rawValue)
    record.costSource = CostSource(code: number(.costSource)) ?? .unpriced
    record.billing = Billing(code: number(.billing)) ?? .metered
    record.toolResults = Int(number(.toolResults))
    record.timeToFirstTokenMicroseconds = row.optionalInt64(CallColumn.timeToFirstToken.rawValue)
    record.durationMicroseconds = number(.duration)
    record.overheadMicroseconds = number(.overhead)
    record.requestBytes = number(.requestBytes)
    record.responseBytes = number(.responseBytes)
  }

  /// Tools of the client have an id, be it empty; tools that the provider ran have none.
  private func readTools(into record: inout CallRecord) throws(SQLiteFailure) {
    defer { tools.reset() }
    tools.bind(record.id.rawValue, at: 1)
    while try tools.step() {
      let name = try names.text(tools.name(0)) ?? ""
      if let id = tools.text(1) {
        record.toolCalls.append(ToolCall(id: id, name: name))
      } else {
        record.serverToolCalls[name] = Int(tools.int64(2))
      }
    }
  }

  private func name(_ row: PreparedStatement, _ column: CallColumn) throws(SQLiteFailure) -> String? {
    try names.text(row.name(column.rawValue))
  }
}
