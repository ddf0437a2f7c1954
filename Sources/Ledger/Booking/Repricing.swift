import Metering

/// A call and what it costs by another price book.
struct Repricing {
  var call: CallRecord
  var costPicodollars: Int64
  var source: CostSource
  var pricedAs: String?

  /// The entry that brings the call to its new cost; nil where it has that cost.
  ///
  /// - Parameter balance: what was booked by repricing before. Corrections by hand stand on top, and stay.
  func entry(after balance: CallBalance, _ query: RepriceQuery, now: Timestamp) -> AdjustmentEntry? {
    let before = balance.costSource ?? call.costSource
    guard query.includesPriced || before != .priced else { return nil }
    let delta = Int128(costPicodollars) - Int128(call.costPicodollars ?? 0) - balance.deltaPicodollars
    guard delta != 0 || before != source else { return nil }
    // A price that is known takes the place of what stood for it.
    let substituted = before == .substituted ? -(Int128(call.costPicodollars ?? 0) + balance.deltaPicodollars) : 0
    return AdjustmentEntry(
      bookedAt: now, effectiveAt: call.startedAt, kind: .reprice, call: call.id, scope: AdjustmentScope(of: call),
      billing: call.billing, usageSource: call.usageSource, deltaPicodollars: delta,
      unpriced: (source == .unpriced ? 1 : 0) - (before == .unpriced ? 1 : 0),
      partial: (source == .partial ? 1 : 0) - (before == .partial ? 1 : 0), substitutedPicodollars: substituted,
      costSource: source, pricedAs: pricedAs, reason: query.reason, who: query.who)
  }
}

extension AdjustmentScope {
  init(of call: CallRecord) {
    self.init(
      provider: call.provider, model: call.model, project: call.providerProject, agent: call.agent,
      workflow: call.workflow, run: call.run)
  }
}

/// What repricing has booked for a call so far.
struct CallBalance {
  var deltaPicodollars: Int128 = 0
  /// How sure the cost is by the last of them.
  var costSource: CostSource?
}

/// Reads balances, over the connection of a reader or of the writer.
struct CallBalances {
  private let statement: PreparedStatement

  init(_ connection: OpaquePointer) throws(SQLiteFailure) {
    statement = try PreparedStatement(
      connection,
      """
      SELECT delta_high, delta_low, cost_source FROM adjustments
      WHERE call = ? AND kind = \(AdjustmentKind.reprice.code) ORDER BY id
      """)
  }

  func balance(of call: CallID) throws(SQLiteFailure) -> CallBalance {
    defer { statement.reset() }
    statement.bind(call.rawValue, at: 1)
    var balance = CallBalance()
    while try statement.step() {
      var delta = SplitSum()
      delta.high = statement.int64(0)
      delta.low = statement.int64(1)
      balance.deltaPicodollars += delta.picodollars
      balance.costSource = statement.optionalInt64(2).flatMap { CostSource(code: $0) }
    }
    return balance
  }
}

/// Reads the calls of one page.
struct RepriceCandidates {
  /// Calls that one page looks at.
  static let rowsPerPage = 5000

  var examined = 0
  var calls: [CallRecord] = []
  var next: RepriceCursor?

  init(_ query: RepriceQuery, _ context: ReadContext) throws {
    guard let end = try Self.end(query, context) else { return }
    examined = end.count
    next = end.count < Self.rowsPerPage ? nil : end.cursor
    var conditions = [
      "(started_at, id) > (?, ?)", "(started_at, id) <= (?, ?)", "usage_source <> \(UsageSource.none.code)",
      "billing <> \(Billing.free.code)",
    ]
    let unsure: [CostSource] = [.unpriced, .partial, .substituted]
    let sources = query.includesPriced ? unsure + [.priced] : unsure
    conditions.append("cost_source IN (\(sources.map { String($0.code) }.joined(separator: ", ")))")
    if query.provider != nil { conditions.append("provider = ?") }
    let statement = try PreparedStatement(
      context.connection,
      "SELECT \(CallColumn.list) FROM calls WHERE \(conditions.joined(separator: " AND ")) ORDER BY started_at, id")
    let start = Self.start(query)
    statement.bind(start.startedAtMicroseconds, at: 1)
    statement.bind(start.call, at: 2)
    statement.bind(end.cursor.startedAtMicroseconds, at: 3)
    statement.bind(end.cursor.call, at: 4)
    if let provider = query.provider { try statement.bind(try context.names.stored(provider), at: 5) }
    let reader = try CallReader(context)
    while try statement.step() { calls.append(try reader.record(statement)) }
  }

  /// Calls in a time, for a progress.
  static func count(_ query: RepriceQuery, _ connection: OpaquePointer) throws(SQLiteFailure) -> Int {
    let statement = try PreparedStatement(
      connection, "SELECT count(*) FROM calls WHERE started_at >= ? AND started_at < ?")
    statement.bind(query.from.unixMicroseconds, at: 1)
    statement.bind(query.to.unixMicroseconds, at: 2)
    return try statement.step() ? Int(statement.int64(0)) : 0
  }

  private static func start(_ query: RepriceQuery) -> RepriceCursor {
    query.after ?? RepriceCursor(startedAtMicroseconds: query.from.unixMicroseconds, call: .min)
  }

  /// The last call of the page, and how many it has.
  private static func end(
    _ query: RepriceQuery, _ context: ReadContext
  ) throws(SQLiteFailure) -> (cursor: RepriceCursor, count: Int)? {
    let statement = try PreparedStatement(
      context.connection,
      """
      SELECT started_at, id FROM calls WHERE (started_at, id) > (?, ?) AND started_at >= ? AND started_at < ?
      ORDER BY started_at, id LIMIT \(rowsPerPage)
      """)
    let start = start(query)
    statement.bind(start.startedAtMicroseconds, at: 1)
    statement.bind(start.call, at: 2)
    statement.bind(query.from.unixMicroseconds, at: 3)
    statement.bind(query.to.unixMicroseconds, at: 4)
    var last: RepriceCursor?
    var count = 0
    while try statement.step() {
      last = RepriceCursor(startedAtMicroseconds: statement.int64(0), call: statement.int64(1))
      count += 1
    }
    return last.map { ($0, count) }
  }
}
