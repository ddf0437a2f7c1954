import Budgets
import Metering
import Runs

/// Rows of `holds`, inside a transaction or a snapshot. Holds are rare, so that statements are prepared for each.
struct HoldTable {
  let connection: OpaquePointer

  /// Rows that are kept, however young the older ones are.
  static let rowsMax = 10_000
  /// Why a hold is dropped that was open when its process died.
  static let processEnded = "process ended"

  private static let columns = """
    id, call, opened_at, until, state, agent, workflow, run, key, team, provider, model, budget, scope, unit, spend_limit,
    spent, reserved, need, expected, bound, ended_at, ended_by, reason, extent, amount, approved_until,
    guardrail, guardrail_limit, tool, period
    """

  /// Writes a hold as it is now, in place of what was there of it. One that has ended stays as it is: whatever comes then is older news, as
  /// a decision does not wait for what is on its way.
  func write(_ hold: HoldRecord) throws(SQLiteFailure) {
    let names = Self.columns.split { $0 == "," || $0 == " " || $0 == "\n" }
    let marks = names.map { _ in "?" }.joined(separator: ", ")
    let updates = names.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    let insert = try PreparedStatement(
      connection,
      """
      INSERT INTO holds (\(Self.columns)) VALUES (\(marks))
      ON CONFLICT (id) DO UPDATE SET \(updates) WHERE ended_at IS NULL
      """)
    let numbers: [(Int32, Int64?)] = [
      (1, hold.id.rawValue), (2, hold.call.rawValue), (3, hold.openedAt.unixMicroseconds),
      (4, hold.until.unixMicroseconds), (15, (hold.shortfall?.unit ?? .usd).code),
      (16, hold.shortfall?.limit ?? hold.trip?.limit ?? 0), (17, hold.shortfall?.spent ?? hold.trip?.value ?? 0),
      (18, hold.shortfall?.reserved ?? 0), (19, hold.shortfall?.need ?? 0),
      (20, hold.expectedPicodollars), (21, hold.boundPicodollars),
      (22, hold.end?.at.unixMicroseconds), (26, hold.end?.approval?.amount),
      (27, hold.end?.approval?.until.unixMicroseconds), (31, hold.trip.map { Int64($0.period) }),
    ]
    for (place, number) in numbers { insert.bind(number, at: place) }
    let texts: [(Int32, String?)] = [
      (5, hold.state.rawValue), (6, hold.agent), (7, hold.workflow), (8, hold.run), (9, hold.key), (10, hold.team),
      (11, hold.provider), (12, hold.model), (13, hold.shortfall?.budget ?? ""),
      (14, hold.shortfall?.scope ?? ""), (23, hold.end?.by), (24, hold.end?.reason),
      (25, hold.end?.approval?.extent.rawValue), (28, hold.trip?.guardrail), (29, hold.trip?.kind.rawValue),
      (30, hold.trip?.tool),
    ]
    for (place, text) in texts { try insert.bind(text, at: place) }
    try insert.run()
    try execute(
      connection,
      "DELETE FROM holds WHERE id <= (SELECT id FROM holds ORDER BY id DESC LIMIT 1 OFFSET \(Self.rowsMax))")
  }

  /// Ends those that a dead process left open.
  ///
  /// - Returns: them.
  func dropOpen(at now: Timestamp) throws(SQLiteFailure) -> [HoldRecord] {
    var left: [HoldRecord] = []
    let rows = try PreparedStatement(
      connection, "SELECT \(Self.columns) FROM holds WHERE state IN ('pending', 'retrying') ORDER BY id")
    while try rows.step() {
      if let hold = Self.hold(rows) { left.append(hold) }
    }
    for index in left.indices {
      left[index].state = .dropped
      left[index].end = HoldRecord.End(at: now, reason: Self.processEnded)
      try write(left[index])
    }
    return left
  }

  /// The hold of this id.
  static func hold(_ id: CallID, _ connection: OpaquePointer) throws(SQLiteFailure) -> HoldRecord? {
    let row = try PreparedStatement(connection, "SELECT \(columns) FROM holds WHERE id = ?")
    row.bind(id.rawValue, at: 1)
    return try row.step() ? hold(row) : nil
  }

  /// A page, the newest first.
  static func page(_ filter: HoldFilter, _ connection: OpaquePointer) throws(SQLiteFailure) -> [HoldRecord] {
    var conditions = RowConditions()
    conditions.add("state = ?", filter.state.map { .text($0.rawValue) })
    conditions.add("id < ?", filter.before.map { .number($0.rawValue) })
    let row = try conditions.statement(selecting: columns, from: "holds", limit: filter.limit, connection)
    var holds: [HoldRecord] = []
    while try row.step() {
      if let hold = hold(row) { holds.append(hold) }
    }
    return holds
  }

  /// Holds of budgets by which a run was allowed something that is in force, in the order in which they were decided.
  static func approvalsOfRuns(
    at time: Timestamp, _ connection: OpaquePointer
  ) throws(SQLiteFailure) -> [HoldRecord] {
    let row = try PreparedStatement(
      connection,
      """
      SELECT \(columns) FROM holds WHERE state = 'approved' AND extent = 'run' AND approved_until > ? AND run IS NOT NULL
        AND guardrail IS NULL
      ORDER BY ended_at, id
      """)
    row.bind(time.unixMicroseconds, at: 1)
    var holds: [HoldRecord] = []
    while try row.step() {
      if let hold = hold(row) { holds.append(hold) }
    }
    return holds
  }

  private static func hold(_ row: PreparedStatement) -> HoldRecord? {
    guard let state = HoldRecord.State(rawValue: row.text(4) ?? ""), let cause = cause(row) else { return nil }
    var hold = HoldRecord(
      id: CallID(rawValue: row.int64(0)), call: CallID(rawValue: row.int64(1)), openedAt: time(row.int64(2)),
      until: time(row.int64(3)), cause: cause, state: state, expectedPicodollars: row.int64(19))
    hold.agent = row.text(5) ?? ""
    hold.workflow = row.text(6) ?? ""
    hold.run = row.text(7)
    hold.key = row.text(8)
    hold.team = row.text(9)
    hold.provider = row.text(10) ?? ""
    hold.model = row.text(11)
    hold.boundPicodollars = row.optionalInt64(20)
    hold.end = row.optionalInt64(21).map { end(row, at: time($0)) }
    return hold
  }

  /// Nil for what this version does not know.
  private static func cause(_ row: PreparedStatement) -> HoldCause? {
    guard let guardrail = row.text(27) else {
      return BudgetUnit(code: row.int64(14)).map { unit in
        .budget(
          BudgetShortfall(
            budget: row.text(12) ?? "", scope: row.text(13) ?? "", unit: unit, limit: row.int64(15),
            spent: row.int64(16), reserved: row.int64(17), need: row.int64(18)))
      }
    }
    return GuardrailLimit.Kind(rawValue: row.text(28) ?? "").map { kind in
      .guardrail(
        GuardrailTrip(
          guardrail: guardrail, kind: kind, action: .hold, run: row.text(7), limit: row.int64(15),
          value: row.int64(16), tool: row.text(29), period: Int(clamping: row.int64(30)), at: time(row.int64(2))))
    }
  }

  private static func end(_ row: PreparedStatement, at instant: Timestamp) -> HoldRecord.End {
    var end = HoldRecord.End(at: instant, by: row.text(22), reason: row.text(23))
    if let extent = HoldExtent(rawValue: row.text(24) ?? "") {
      end.approval = HoldRecord.Approval(extent: extent, amount: row.optionalInt64(25), until: time(row.int64(26)))
    }
    return end
  }

  private static func time(_ microseconds: Int64) -> Timestamp { Timestamp(unixMicroseconds: microseconds) }
}
