import Metering

/// What an hourly total is kept for.
struct RollupKey: Hashable {
  /// Hours since 1970-01-01T00:00Z.
  var hour: Int64
  var provider: StoredName
  /// ``noModel`` where there is none, since a part of a primary key cannot be null.
  var model: StoredName
  var agent: StoredName
  var workflow: StoredName
  var billing: Billing
  var usageSource: UsageSource

  /// Numbers of names begin at 1.
  static let noModel = StoredName.number(0)
}

/// The total of some calls.
struct RollupTotals {
  var calls: Int64 = 0
  var errors: Int64 = 0
  var unpriced: Int64 = 0
  var toolCalls: Int64 = 0
  /// The cost in units of 2^32 pico-dollars and the rest, each summed on its own: exact up to 2^31 calls, where a sum
  /// of Int64 pico-dollars ends at 9.2 million USD.
  var costHigh: Int64 = 0
  var costLow: Int64 = 0
  var usage = Usage()

  mutating func add(_ record: borrowing CallRecord) {
    calls &+= 1
    if record.outcome.isError { errors &+= 1 }
    if record.costSource == .unpriced { unpriced &+= 1 }
    toolCalls &+= Int64(record.toolCalls.count)
    let cost = record.costPicodollars ?? 0
    costHigh &+= cost >> 32
    costLow &+= cost & 0xffff_ffff
    usage.add(record.usage)
  }

  /// The exact cost that the two parts make.
  static func cost(high: Int64, low: Int64) -> Int128 { Int128(high) << 32 &+ Int128(low) }
}

extension Usage {
  /// Adds cell by cell; a sum that would overflow stays at the largest number.
  mutating func add(_ other: Usage) {
    for cell in usageCells {
      let count = other[cell]
      guard count != 0 else { continue }
      let (sum, overflow) = self[cell].addingReportingOverflow(count)
      self[cell] = overflow ? .max : sum
    }
  }
}

/// Adds the calls of one transaction to their hourly totals. Confined to the thread that owns the connection.
final class RollupWriter {
  private let names: Names
  private let upsert: PreparedStatement
  private var pending: [RollupKey: RollupTotals] = [:]

  init(_ connection: OpaquePointer, names: Names) throws(SQLiteFailure) {
    self.names = names
    upsert = try PreparedStatement(connection, Self.upsertSQL)
  }

  func add(_ record: borrowing CallRecord) throws(SQLiteFailure) {
    let key = RollupKey(
      hour: record.startedAt.hour, provider: try stored(record.provider, .provider),
      model: try record.model.map { name throws(SQLiteFailure) in try stored(name, .model) } ?? RollupKey.noModel,
      agent: try stored(record.agent, .agent), workflow: try stored(record.workflow, .workflow),
      billing: record.billing, usageSource: record.usageSource)
    pending[key, default: RollupTotals()].add(record)
  }

  private func stored(_ name: String, _ column: CallColumn) throws(SQLiteFailure) -> StoredName {
    try names.stored(name, place: Int(column.rawValue))
  }

  /// Writes what was added; in the transaction that writes the rows.
  func flush() throws(SQLiteFailure) {
    for (key, totals) in pending { try write(key, totals) }
    pending.removeAll(keepingCapacity: true)
  }

  func discard() { pending.removeAll(keepingCapacity: true) }

  private func write(_ key: RollupKey, _ totals: RollupTotals) throws(SQLiteFailure) {
    upsert.bind(key.hour, at: 1)
    try upsert.bind(key.provider, at: 2)
    try upsert.bind(key.model, at: 3)
    try upsert.bind(key.agent, at: 4)
    try upsert.bind(key.workflow, at: 5)
    upsert.bind(key.billing.code, at: 6)
    upsert.bind(key.usageSource.code, at: 7)
    upsert.bind(totals.calls, at: 8)
    upsert.bind(totals.errors, at: 9)
    upsert.bind(totals.unpriced, at: 10)
    upsert.bind(totals.toolCalls, at: 11)
    upsert.bind(totals.costHigh, at: 12)
    upsert.bind(totals.costLow, at: 13)
    for cell in usageCells { upsert.bind(totals.usage[cell], at: 14 &+ Int32(truncatingIfNeeded: cell.rawValue)) }
    try upsert.run()
  }

  static let keyColumns = ["hour", "provider", "model", "agent", "workflow", "billing", "usage_source"]
  static let sumColumns = ["calls", "errors", "unpriced", "tool_calls", "cost_high", "cost_low"]

  /// Token counts stay at the largest number instead of overflowing: a peer reports them, and SQLite would turn the sum
  /// into a real number, which the column refuses for ever after. They are never negative.
  private static let upsertSQL: String = {
    let columns = keyColumns + sumColumns + usageColumnNames
    let sums = sumColumns.map { "\($0) = \($0) + excluded.\($0)" }
    let usage = usageColumnNames.map { "\($0) = min(\($0), \(Int64.max) - excluded.\($0)) + excluded.\($0)" }
    return """
      INSERT INTO rollups (\(columns.joined(separator: ", ")))
      VALUES (\(repeatElement("?", count: columns.count).joined(separator: ", ")))
      ON CONFLICT (\(keyColumns.joined(separator: ", "))) DO UPDATE SET \((sums + usage).joined(separator: ", "))
      """
  }()
}
