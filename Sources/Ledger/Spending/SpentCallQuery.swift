import Budgets
import Metering

/// Reads what budgets have to know of calls that were settled, in pages.
struct SpentCallQuery {
  let start: Timestamp
  let after: CallID?
  let limit: Int
  /// The budgets that the calls of each key count in whatever those match, by the key's name.
  let ofKeys: [String: [BudgetPattern]]
  /// Nil for the calls of all runs, and of none.
  var run: String?

  /// By how much an id may be older than the start of its call.
  private static let idLeadMicroseconds: Int64 = 60_000_000

  private static let tokens =
    usageCells.filter(\.isTokens).map { usageColumnNames[$0.rawValue] }.joined(separator: " + ")

  private static let sql = """
    SELECT id, started_at, duration_us, provider, agent, workflow, run, model_requested, billing, debited, \(tokens),
      CASE WHEN tool_calls > 0 OR server_tools > 0
        THEN (SELECT sum(times) FROM tool_calls WHERE call = calls.id) ELSE 0 END, virtual_key, team,
      method, path, dialect, error
    FROM calls WHERE id > ? AND started_at >= ? AND outcome <> \(Outcome.denied.code)
    """

  func run(_ context: ReadContext) throws -> [SpentCall] {
    let ofRun = run == nil ? "" : "AND run = ?4"
    let rows = try PreparedStatement(context.connection, "\(Self.sql) \(ofRun) ORDER BY id LIMIT ?3")
    // An id is given just before the start is noted, and is never less than its time.
    let first = CallIDSource.floor(
      at: Timestamp(unixMicroseconds: max(0, start.unixMicroseconds) &- Self.idLeadMicroseconds))
    rows.bind(after?.rawValue ?? max(0, first &- 1), at: 1)
    rows.bind(start.unixMicroseconds, at: 2)
    rows.bind(Int64(limit), at: 3)
    if let run { try rows.bind(run, at: 4) }
    var calls: [SpentCall] = []
    while try rows.step() { calls.append(try call(rows, context.names)) }
    return calls
  }

  private func call(_ row: PreparedStatement, _ names: NameTexts) throws(SQLiteFailure) -> SpentCall {
    let startedAt = row.int64(1)
    let key = try names.text(row.name(12))
    return SpentCall(
      call: BudgetCall(
        id: CallID(rawValue: row.int64(0)), agent: try names.text(row.name(4)) ?? "",
        workflow: try names.text(row.name(5)) ?? "", run: row.text(6), key: key,
        keyBudgets: key.flatMap { ofKeys[$0] } ?? [], team: try names.text(row.name(13)),
        provider: try names.text(row.name(3)) ?? "",
        model: try names.text(row.name(7)), billing: Billing(code: row.int64(8)) ?? .metered),
      startedAt: Timestamp(unixMicroseconds: startedAt),
      endedAt: Timestamp(unixMicroseconds: startedAt.addingReportingOverflow(row.int64(2)).partialValue),
      used: CallAmounts(picodollars: row.int64(9), tokens: row.int64(10), toolCalls: row.int64(11)),
      method: try names.text(row.name(14)) ?? "", path: try names.text(row.name(15)) ?? "",
      dialect: try names.text(row.name(16)), error: try names.text(row.name(17)))
  }
}
