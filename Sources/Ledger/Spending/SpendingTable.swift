public import Budgets
import GRDBSQLite
import Metering

/// What calls took of budgets, by window. Confined to the thread that owns the connection.
///
/// It is written in the transaction of each call's row, so that it is as whole as the rows are. Budgets are filled from it at
/// start.
final class SpendingTable {
  /// Windows that nothing was added to for so long are forgotten; what counts for ever is kept. More than a year, the longest
  /// window.
  static let idleHoursMax: Int64 = 400 * 24
  /// The same of runs, which nobody goes on with after so long.
  static let runIdleHoursMax: Int64 = 90 * 24
  /// Before the basis of a budget that was out of force.
  private static let interruptedMark = "interrupted|"

  /// What a row is of.
  private struct Account: Hashable {
    var budget: String
    var scope: String
    var windowStart: Int64
    var unit: BudgetUnit
  }

  private let connection: OpaquePointer
  private let insert: PreparedStatement
  /// What the calls of the present transaction took: most of them count in the same few rows.
  private var pending: [Account: (amount: Int64, hour: Int64)] = [:]

  init(_ connection: OpaquePointer) throws(SQLiteFailure) {
    self.connection = connection
    // A sum that does not fit stays at the largest number: SQLite would make a REAL of it.
    insert = try PreparedStatement(
      connection,
      """
      INSERT INTO budget_spending (budget, scope, window_start, unit, amount, updated_hour) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET updated_hour = excluded.updated_hour, amount =
        CASE WHEN amount > \(Int64.max) - excluded.amount THEN \(Int64.max) ELSE amount + excluded.amount END
      """)
  }

  /// Adds what a call took, in the transaction that writes its row.
  func add(_ debits: [BudgetDebit], at time: Timestamp) {
    for debit in debits where debit.amount > 0 {
      let account = Account(
        budget: debit.budget, scope: debit.scope, windowStart: debit.windowStart.unixMicroseconds, unit: debit.unit)
      let before = pending[account] ?? (0, time.hour)
      let (sum, overflow) = before.amount.addingReportingOverflow(debit.amount)
      pending[account] = (overflow ? .max : sum, max(before.hour, time.hour))
    }
  }

  /// Writes what was added; in the transaction that writes the rows.
  func flush() throws(SQLiteFailure) {
    for (account, added) in pending {
      try insert.bind(account.budget, at: 1)
      try insert.bind(account.scope, at: 2)
      insert.bind(account.windowStart, at: 3)
      insert.bind(account.unit.code, at: 4)
      insert.bind(added.amount, at: 5)
      insert.bind(added.hour, at: 6)
      try insert.run()
    }
    pending.removeAll(keepingCapacity: true)
  }

  func discard() { pending.removeAll(keepingCapacity: true) }

  /// Puts other amounts in the place of everything that a budget has, and notes what they are sums of.
  func replace(_ budget: String, basis: String, with debits: [BudgetDebit], at time: Timestamp) throws(SQLiteFailure) {
    try clear(budget)
    try complete(budget, basis: basis, with: debits, at: time)
  }

  /// Forgets everything that a budget has, and what it was sums of: until ``complete(_:basis:with:at:)`` it is to be filled anew.
  func clear(_ budget: String) throws(SQLiteFailure) {
    for table in ["budget_spending", "budget_bases"] {
      let delete = try PreparedStatement(connection, "DELETE FROM \(table) WHERE budget = ?")
      try delete.bind(budget, at: 1)
      try delete.run()
    }
  }

  /// Adds what was missing to what a budget has, and notes what the amounts are sums of.
  func complete(
    _ budget: String, basis: String, with debits: [BudgetDebit], at time: Timestamp
  ) throws(SQLiteFailure) {
    add(debits, at: time)
    try flush()
    let note = try PreparedStatement(
      connection, "INSERT OR REPLACE INTO budget_bases (budget, basis) VALUES (?, ?)")
    try note.bind(budget, at: 1)
    try note.bind(basis, at: 2)
    try note.run()
  }

  /// Notes of every budget but these that what is spent from now on is missing in its amounts.
  func interrupt(otherThan budgets: Set<String>) throws(SQLiteFailure) {
    let bases = try PreparedStatement(connection, "SELECT budget FROM budget_bases WHERE basis NOT LIKE ? || '%'")
    try bases.bind(Self.interruptedMark, at: 1)
    var gone: [String] = []
    while try bases.step() {
      if let budget = bases.text(0), !budgets.contains(budget) { gone.append(budget) }
    }
    let mark = try PreparedStatement(connection, "UPDATE budget_bases SET basis = ? || basis WHERE budget = ?")
    for budget in gone {
      try mark.bind(Self.interruptedMark, at: 1)
      try mark.bind(budget, at: 2)
      try mark.run()
    }
  }

  /// Forgets what is idle.
  func expire(now: Timestamp) throws(SQLiteFailure) {
    let delete = try PreparedStatement(
      connection,
      """
      DELETE FROM budget_spending
      WHERE updated_hour < ?1 AND window_start <> 0 OR updated_hour < ?2 AND scope GLOB 'run=*'
      """)
    delete.bind(now.hour &- Self.idleHoursMax, at: 1)
    delete.bind(now.hour &- Self.runIdleHoursMax, at: 2)
    try delete.run()
  }

  /// Everything that is kept, of one budget or of all, and what the amounts of each budget are sums of. Of runs those that were
  /// used last, as many as a budget can know.
  static func read(_ connection: OpaquePointer, budget: String? = nil) throws(SQLiteFailure) -> KeptSpending {
    var kept = KeptSpending()
    let rows = try PreparedStatement(
      connection,
      """
      SELECT budget, scope, window_start, unit, amount FROM (
        SELECT *, row_number() OVER (PARTITION BY budget, scope GLOB 'run=*' ORDER BY updated_hour DESC) AS place
        FROM budget_spending WHERE ?1 IS NULL OR budget = ?1)
      WHERE place <= \(BudgetBook.scopesMax) OR NOT scope GLOB 'run=*'
      """)
    try rows.bind(budget, at: 1)
    while try rows.step() {
      guard let budget = rows.text(0), let scope = rows.text(1), let unit = BudgetUnit(code: rows.int64(3)) else {
        continue
      }
      kept.debits[budget, default: []].append(
        BudgetDebit(
          budget: budget, scope: scope, windowStart: Timestamp(unixMicroseconds: rows.int64(2)), unit: unit,
          amount: rows.int64(4)))
    }
    let bases = try PreparedStatement(connection, "SELECT budget, basis FROM budget_bases")
    while try bases.step() {
      guard let budget = bases.text(0), let basis = bases.text(1) else { continue }
      let isInterrupted = basis.hasPrefix(Self.interruptedMark)
      kept.bases[budget] = isInterrupted ? String(basis.dropFirst(Self.interruptedMark.count)) : basis
      if isInterrupted { kept.interrupted.insert(budget) }
    }
    return kept
  }
}

/// What the ledger has kept of budgets.
public struct KeptSpending: Sendable {
  /// By budget.
  public var debits: [String: [BudgetDebit]] = [:]
  /// What a budget's amounts are sums of, as whoever wrote them described it; by budget.
  public var bases: [String: String] = [:]
  /// Budgets that were not in force for a time, so that what was spent meanwhile may be missing.
  public var interrupted: Set<String> = []

  public init() {}
}

extension BudgetUnit {
  var code: Int64 {
    switch self {
    case .usd: 0
    case .tokens: 1
    case .calls: 2
    case .toolCalls: 3
    }
  }

  init?(code: Int64) {
    guard let unit = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = unit
  }
}
