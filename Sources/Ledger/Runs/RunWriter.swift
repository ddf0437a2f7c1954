import Metering

/// Adds the calls of one transaction to their runs, and tells tool calls what became of them. Confined to the thread that owns the
/// connection.
final class RunWriter {
  private let names: Names
  private let upsert: PreparedStatement
  private let answerTool: PreparedStatement
  private let adjust: PreparedStatement
  private var pending: [String: RunTotals] = [:]

  init(_ connection: OpaquePointer, names: Names) throws(SQLiteFailure) {
    self.names = names
    upsert = try PreparedStatement(connection, Self.upsertSQL)
    answerTool = try PreparedStatement(
      connection,
      """
      UPDATE tool_calls SET answered_at = ?, is_error = ?, took_us = ?
      WHERE call = ? AND position = ? AND answered_at IS NULL
      """)
    adjust = try PreparedStatement(
      connection, "UPDATE runs SET cost_high = cost_high + ?, cost_low = cost_low + ? WHERE id = ?")
  }

  func add(_ record: borrowing CallRecord, _ extras: CallExtras) throws(SQLiteFailure) {
    for tool in extras.answeredTools { try write(tool) }
    guard let run = record.run else { return }
    var totals = pending[run] ?? RunTotals(record)
    totals.add(record, extras)
    pending[run] = totals
  }

  /// Adds what was booked for a call of a run.
  func add(_ entry: AdjustmentEntry) throws(SQLiteFailure) {
    guard entry.call != nil, let run = entry.scope.run else { return }
    let delta = SplitSum(entry.deltaPicodollars)
    adjust.bind(delta.high, at: 1)
    adjust.bind(delta.low, at: 2)
    try adjust.bind(run, at: 3)
    try adjust.run()
  }

  /// Writes what was added; in the transaction that writes the rows.
  func flush() throws(SQLiteFailure) {
    for (run, totals) in pending { try write(run, totals) }
    pending.removeAll(keepingCapacity: true)
  }

  func discard() { pending.removeAll(keepingCapacity: true) }

  /// The row of the call that asked is in the file, or before this one in the transaction.
  private func write(_ tool: AnsweredTool) throws(SQLiteFailure) {
    answerTool.bind(tool.answeredAt.unixMicroseconds, at: 1)
    answerTool.bind(tool.isError ? 1 : 0, at: 2)
    answerTool.bind(tool.tookMicroseconds, at: 3)
    answerTool.bind(tool.call.rawValue, at: 4)
    answerTool.bind(Int64(tool.position), at: 5)
    try answerTool.run()
  }

  private func write(_ run: String, _ totals: RunTotals) throws(SQLiteFailure) {
    try upsert.bind(run, at: 1)
    upsert.bind(totals.startedAt, at: 2)
    upsert.bind(totals.lastAt, at: 3)
    try upsert.bind(try names.stored(totals.agent), at: 4)
    try upsert.bind(try names.stored(totals.workflow), at: 5)
    upsert.bind(totals.source?.code, at: 6)
    try upsert.bind(totals.parentRun, at: 7)
    upsert.bind(totals.startedAt, at: 8)
    var place: Int32 = 9
    let sums = totals.sums
    for index in sums.indices {
      upsert.bind(sums[index], at: place)
      place &+= 1
    }
    let maxima = totals.maxima
    for index in maxima.indices {
      upsert.bind(maxima[index], at: place)
      place &+= 1
    }
    upsert.bind(totals.lastStartedAt, at: place)
    try upsert.run()
  }

  static let keyColumns = ["id", "started_at", "last_at", "agent", "workflow", "run_source", "parent_run", "begun_at"]
  /// In the order of ``RunTotals/sums``.
  static let sumColumns = [
    "llm_calls", "errors", "retries", "tool_calls", "server_tool_calls", "tool_results", "tool_errors", "unpriced",
    "cost_high", "cost_low", "input_tokens", "output_tokens", "model_us",
  ]
  /// In the order of ``RunTotals/maxima``.
  static let maxColumns = ["depth", "fanout_max"]

  /// What a run is called by is what its first call said. A run that had ended and goes on has not ended: with a call that began after
  /// that, as one that was in flight when somebody ended the run is a part of what ended. It begins where its former life ended, and
  /// stays there. Counts stay at the largest number, see `RollupWriter`; the halves of a cost are small.
  private static let upsertSQL: String = {
    let columns = keyColumns + sumColumns + maxColumns
    let goesOn = "?\(columns.count + 1) > ended_at"
    let earlier = ["agent", "workflow", "run_source"].map {
      "\($0) = CASE WHEN excluded.started_at < started_at THEN excluded.\($0) ELSE \($0) END"
    }
    let sums = sumColumns.map { column in
      column.hasPrefix("cost_")
        ? "\(column) = \(column) + excluded.\(column)"
        : "\(column) = min(\(column), \(Int64.max) - excluded.\(column)) + excluded.\(column)"
    }
    let maxima = maxColumns.map { "\($0) = max(\($0), excluded.\($0))" }
    let reopened = ["outcome", "document", "ended_at"].map {
      "\($0) = CASE WHEN \(goesOn) THEN NULL ELSE \($0) END"
    }
    let rest = [
      "started_at = min(started_at, excluded.started_at)", "last_at = max(last_at, excluded.last_at)",
      "parent_run = ifnull(parent_run, excluded.parent_run)",
      """
      begun_at = CASE WHEN \(goesOn) THEN ended_at WHEN begun_at > started_at THEN begun_at
        ELSE min(ifnull(begun_at, started_at), excluded.started_at) END
      """,
    ]
    return """
      INSERT INTO runs (\(columns.joined(separator: ", ")))
      VALUES (\(repeatElement("?", count: columns.count).joined(separator: ", ")))
      ON CONFLICT (id) DO UPDATE SET \((earlier + sums + maxima + reopened + rest).joined(separator: ", "))
      """
  }()
}
