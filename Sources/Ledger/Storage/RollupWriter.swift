import Metering

/// Adds the calls of one transaction to their hourly totals. Confined to the thread that owns the connection.
final class RollupWriter {
  private let names: Names
  private let upsert: PreparedStatement
  private let keysOfHour: PreparedStatement
  private var hours: RollupHours
  private var pending: [RollupKey: RollupTotals] = [:]

  init(
    _ connection: OpaquePointer, names: Names, totalsPerHourMax: Int = RollupHours.totalsPerHourMax
  ) throws(SQLiteFailure) {
    self.names = names
    hours = RollupHours(totalsPerHourMax: totalsPerHourMax)
    upsert = try PreparedStatement(connection, Self.upsertSQL)
    keysOfHour = try PreparedStatement(
      connection, "SELECT \(Self.keyColumns.joined(separator: ", ")) FROM rollups WHERE hour = ?")
  }

  /// The last hour whose totals were too many for their names.
  var foldedHour: Int64? { hours.foldedHour }

  func add(_ record: borrowing CallRecord) throws(SQLiteFailure) {
    pending[try key(of: record), default: RollupTotals()].add(record)
  }

  /// Adds what was booked for a call, or for a scope that an operator named.
  func add(_ entry: AdjustmentEntry) throws(SQLiteFailure) {
    var key = RollupKey(
      hour: entry.effectiveAt.hour, provider: try names.stored(entry.scope.provider),
      model: try stored(entry.scope.model), agent: try stored(entry.scope.agent),
      workflow: try stored(entry.scope.workflow), billing: entry.billing, usageSource: entry.usageSource)
    if entry.call != nil { key = try admitted(key) }
    pending[key, default: RollupTotals()].add(entry)
  }

  private func key(of record: borrowing CallRecord) throws(SQLiteFailure) -> RollupKey {
    try admitted(
      RollupKey(
        hour: record.startedAt.hour, provider: try stored(record.provider, .provider),
        model: try record.model.map { name throws(SQLiteFailure) in try stored(name, .model) } ?? RollupKey.noName,
        agent: try stored(record.agent, .agent), workflow: try stored(record.workflow, .workflow),
        billing: record.billing, usageSource: record.usageSource))
  }

  private func admitted(_ key: RollupKey) throws(SQLiteFailure) -> RollupKey {
    try hours.admitted(key) { hour throws(SQLiteFailure) in
      try keys(ofHour: hour)
    } other: { () throws(SQLiteFailure) in
      try names.stored(RollupHours.otherName)
    }
  }

  private func keys(ofHour hour: Int64) throws(SQLiteFailure) -> Set<RollupKey> {
    defer { keysOfHour.reset() }
    keysOfHour.bind(hour, at: 1)
    var keys: Set<RollupKey> = []
    while try keysOfHour.step() {
      keys.insert(
        RollupKey(
          hour: hour, provider: keysOfHour.name(1), model: keysOfHour.name(2), agent: keysOfHour.name(3),
          workflow: keysOfHour.name(4), billing: Billing(code: keysOfHour.int64(5)) ?? .metered,
          usageSource: UsageSource(code: keysOfHour.int64(6)) ?? .none))
    }
    return keys
  }

  private func stored(_ name: String, _ column: CallColumn) throws(SQLiteFailure) -> StoredName {
    try names.stored(name, place: Int(column.rawValue))
  }

  private func stored(_ name: String?) throws(SQLiteFailure) -> StoredName {
    guard let name else { return RollupKey.noName }
    return try names.stored(name)
  }

  /// Writes what was added; in the transaction that writes the rows.
  func flush() throws(SQLiteFailure) {
    for (key, totals) in pending { try write(key, totals) }
    pending.removeAll(keepingCapacity: true)
  }

  func discard() {
    pending.removeAll(keepingCapacity: true)
    hours.forget()
  }

  private func write(_ key: RollupKey, _ totals: RollupTotals) throws(SQLiteFailure) {
    upsert.bind(key.hour, at: 1)
    try upsert.bind(key.provider, at: 2)
    try upsert.bind(key.model, at: 3)
    try upsert.bind(key.agent, at: 4)
    try upsert.bind(key.workflow, at: 5)
    upsert.bind(key.billing.code, at: 6)
    upsert.bind(key.usageSource.code, at: 7)
    var place: Int32 = 8
    let sums = totals.sums
    for index in sums.indices {
      upsert.bind(sums[index], at: place)
      place &+= 1
    }
    for cell in usageCells { upsert.bind(totals.usage[cell], at: place &+ Int32(truncatingIfNeeded: cell.rawValue)) }
    try upsert.run()
  }

  static let keyColumns = ["hour", "provider", "model", "agent", "workflow", "billing", "usage_source"]
  /// In the order of ``RollupTotals/sums``.
  static let sumColumns = [
    "calls", "errors", "unpriced", "partial", "unmetered", "tool_calls", "cost_high", "cost_low", "adjusted_high",
    "adjusted_low", "reported_high", "reported_low", "reported_book_high", "reported_book_low",
    "substituted_high", "substituted_low",
  ]

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

extension RollupTotals {
  fileprivate mutating func add(_ entry: AdjustmentEntry) {
    adjusted.add(SplitSum(entry.deltaPicodollars))
    substituted.add(SplitSum(entry.substitutedPicodollars))
    unpriced &+= entry.unpriced
    partial &+= entry.partial
  }

  /// In the order of ``RollupWriter/sumColumns``.
  var sums: InlineArray<16, Int64> {
    [
      calls, errors, unpriced, partial, unmetered, toolCalls, cost.high, cost.low, adjusted.high, adjusted.low,
      reported.high, reported.low, reportedBook.high, reportedBook.low, substituted.high, substituted.low,
    ]
  }
}
