import Budgets
import GRDBSQLite
import Metering

/// Writes and reads budgets and raises, inside a transaction. Confined to the thread that owns the connection.
struct BudgetTable {
  let connection: OpaquePointer

  private static let columns = """
    name, agent, workflow, key, team, provider, model, each, unit, amount, period, time_zone, mode, bound, clamps,
    on_exhausted, counts_subscriptions, alerts, changed_at, changed_by
    """

  func stored() throws -> StoredBudgets {
    var stored = StoredBudgets()
    stored.budgets = try budgets("ORDER BY name")
    stored.raises = try raises()
    stored.ofKeys = try AccessStore(connection: connection).budgetsOfKeys()
    return stored
  }

  func budget(_ name: String) throws -> StoredBudget? { try budgets("WHERE name = ?1", name).first }

  // MARK: Budgets

  private func budgets(_ clause: String, _ name: String? = nil) throws -> [StoredBudget] {
    let rows = try PreparedStatement(connection, "SELECT \(Self.columns) FROM budgets \(clause)")
    if let name { try rows.bind(name, at: 1) }
    var budgets: [StoredBudget] = []
    while try rows.step() { budgets.append(try Self.budget(rows)) }
    return budgets
  }

  private static func budget(_ row: PreparedStatement) throws -> StoredBudget {
    let name = row.text(0) ?? ""
    guard let unit = BudgetUnit(code: row.int64(8)), let period = BudgetPeriod(row.text(10) ?? ""),
      let mode = BudgetMode(rawValue: row.text(12) ?? ""), let bound = BudgetBound(rawValue: row.text(13) ?? ""),
      let onExhausted = ExhaustionAction(rawValue: row.text(15) ?? "")
    else { throw LedgerError.storage("the budget \(name) cannot be read") }
    var definition = BudgetDefinition(name: name, limit: BudgetLimit(unit: unit, amount: row.int64(9)))
    definition.match = BudgetMatch(
      agent: patterns(row.text(1)), workflow: patterns(row.text(2)), key: patterns(row.text(3)),
      team: patterns(row.text(4)), provider: patterns(row.text(5)), model: patterns(row.text(6)))
    definition.each = row.text(7).flatMap(BudgetDimension.init(rawValue:))
    definition.period = period
    definition.timeZone = row.text(11) ?? ""
    definition.mode = mode
    definition.bound = bound
    definition.clamps = row.int64(14) != 0
    definition.onExhausted = onExhausted
    definition.countsSubscriptions = row.int64(16) != 0
    definition.alerts = lines(row.text(17)).compactMap(alert)
    return StoredBudget(
      definition: definition, changedAt: Timestamp(unixMicroseconds: row.int64(18)), changedBy: row.text(19) ?? "")
  }

  /// Writes a budget in place of the one of its name.
  func write(_ budget: StoredBudget) throws {
    let marks = repeatElement("?", count: 20).joined(separator: ", ")
    let statement = try PreparedStatement(
      connection, "INSERT OR REPLACE INTO budgets (\(Self.columns)) VALUES (\(marks))")
    let definition = budget.definition
    let match = definition.match
    let texts: [(Int32, String?)] = [
      (1, definition.name), (2, Self.text(match.agent)), (3, Self.text(match.workflow)), (4, Self.text(match.key)),
      (5, Self.text(match.team)), (6, Self.text(match.provider)), (7, Self.text(match.model)),
      (8, definition.each?.rawValue), (11, definition.period.description), (12, definition.timeZone),
      (13, definition.mode.rawValue), (14, definition.bound.rawValue), (16, definition.onExhausted.rawValue),
      (18, definition.alerts.map(Self.text).joined(separator: "\n")), (20, budget.changedBy),
    ]
    for (place, text) in texts { try statement.bind(text, at: place) }
    statement.bind(definition.limit.unit.code, at: 9)
    statement.bind(definition.limit.amount, at: 10)
    statement.bind(definition.clamps ? 1 : 0 as Int64, at: 15)
    statement.bind(definition.countsSubscriptions ? 1 : 0 as Int64, at: 17)
    statement.bind(budget.changedAt.unixMicroseconds, at: 19)
    try statement.run()
  }

  func deleteBudget(_ name: String) throws {
    let statement = try PreparedStatement(connection, "DELETE FROM budgets WHERE name = ?")
    try statement.bind(name, at: 1)
    try statement.run()
  }

  var count: Int { get throws { Int(try queryInt64(connection, "SELECT count(*) FROM budgets") ?? 0) } }

  // MARK: Raises

  private func raises() throws -> [StoredRaise] {
    let rows = try PreparedStatement(
      connection,
      "SELECT id, budget, scope, unit, amount, until, reason, made_at, made_by FROM budget_raises ORDER BY id")
    var raises: [StoredRaise] = []
    while try rows.step() {
      guard let unit = BudgetUnit(code: rows.int64(3)) else { throw LedgerError.storage("a raise cannot be read") }
      let raise = BudgetRaise(
        amount: rows.int64(4), until: Timestamp(unixMicroseconds: rows.int64(5)), reason: rows.text(6) ?? "",
        scope: rows.text(2))
      raises.append(
        StoredRaise(
          id: rows.int64(0), budget: rows.text(1) ?? "", unit: unit, raise: raise,
          madeAt: Timestamp(unixMicroseconds: rows.int64(7)), madeBy: rows.text(8) ?? ""))
    }
    return raises
  }

  /// Adds a raise, and forgets those of all budgets that have ended.
  func add(_ raise: BudgetRaise, to budget: String, _ unit: BudgetUnit, by actor: String, at time: Timestamp) throws {
    let delete = try PreparedStatement(connection, "DELETE FROM budget_raises WHERE until <= ?")
    delete.bind(time.unixMicroseconds, at: 1)
    try delete.run()
    let insert = try PreparedStatement(
      connection,
      """
      INSERT INTO budget_raises (budget, scope, unit, amount, until, reason, made_at, made_by)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """)
    try insert.bind(budget, at: 1)
    try insert.bind(raise.scope, at: 2)
    insert.bind(unit.code, at: 3)
    insert.bind(raise.amount, at: 4)
    insert.bind(raise.until.unixMicroseconds, at: 5)
    try insert.bind(raise.reason, at: 6)
    insert.bind(time.unixMicroseconds, at: 7)
    try insert.bind(actor, at: 8)
    try insert.run()
  }

  func deleteRaises(of budget: String) throws {
    let delete = try PreparedStatement(connection, "DELETE FROM budget_raises WHERE budget = ?")
    try delete.bind(budget, at: 1)
    try delete.run()
  }

  // MARK: Columns

  private static func lines(_ text: String?) -> [String] { (text ?? "").split(separator: "\n").map(String.init) }

  private static func patterns(_ text: String?) -> [BudgetPattern] { lines(text).map { BudgetPattern($0) } }

  private static func text(_ patterns: [BudgetPattern]) -> String { patterns.map(\.text).joined(separator: "\n") }

  /// The condition, then the receivers, whose names have no blanks.
  private static func text(_ alert: BudgetAlert) -> String {
    ([alert.condition.description] + alert.receivers).joined(separator: " ")
  }

  private static func alert(_ line: String) -> BudgetAlert? {
    let words = line.split(separator: " ").map(String.init)
    guard let condition = words.first.flatMap(BudgetAlert.Condition.init) else { return nil }
    return BudgetAlert(condition, receivers: Array(words.dropFirst()))
  }
}
