import Metering

/// Lists adjustments.
struct AdjustmentQuery {
  private let filter: AdjustmentFilter

  init(_ filter: AdjustmentFilter) { self.filter = filter }

  func run(_ context: ReadContext) throws -> [Adjustment] {
    let statement = try conditions(context).statement(
      selecting: AdjustmentColumn.list, from: "adjustments", limit: filter.limit, context.connection)
    return try Self.adjustments(statement, context.names)
  }

  private func conditions(_ context: ReadContext) throws -> RowConditions {
    var all = RowConditions()
    all.add("kind = ?", filter.kind.map { .number($0.code) })
    all.add("provider = ?", try filter.provider.map { try context.names.stored($0) })
    all.add("call = ?", filter.call.map { .number($0.rawValue) })
    all.add("effective_at >= ?", filter.from.map { .number($0.unixMicroseconds) })
    all.add("effective_at < ?", filter.to.map { .number($0.unixMicroseconds) })
    all.add("id < ?", filter.before.map { .number($0) })
    return all
  }

  /// Those of some calls, in the order in which they were booked.
  static func adjustments(of calls: [CallID], _ context: ReadContext) throws -> [CallID: [Adjustment]] {
    let statement = try PreparedStatement(
      context.connection, "SELECT \(AdjustmentColumn.list) FROM adjustments WHERE call = ? ORDER BY id")
    var found: [CallID: [Adjustment]] = [:]
    for call in calls {
      statement.bind(call.rawValue, at: 1)
      let adjustments = try adjustments(statement, context.names)
      statement.reset()
      if !adjustments.isEmpty { found[call] = adjustments }
    }
    return found
  }

  static func adjustments(
    _ statement: PreparedStatement, _ names: NameTexts
  ) throws(SQLiteFailure) -> [Adjustment] {
    var adjustments: [Adjustment] = []
    while try statement.step() { adjustments.append(try adjustment(statement, names)) }
    return adjustments
  }

  private static func adjustment(_ row: PreparedStatement, _ names: NameTexts) throws(SQLiteFailure) -> Adjustment {
    func number(_ column: AdjustmentColumn) -> Int64 { row.int64(column.column) }
    func name(_ column: AdjustmentColumn) throws(SQLiteFailure) -> String? {
      try names.text(row.name(column.column))
    }
    var delta = SplitSum()
    delta.high = number(.deltaHigh)
    delta.low = number(.deltaLow)
    return Adjustment(
      id: number(.id), bookedAt: Timestamp(unixMicroseconds: number(.bookedAt)),
      effectiveAt: Timestamp(unixMicroseconds: number(.effectiveAt)),
      kind: AdjustmentKind(code: number(.kind)) ?? .correction,
      call: row.optionalInt64(AdjustmentColumn.call.column).map { CallID(rawValue: $0) },
      scope: AdjustmentScope(
        provider: try name(.provider) ?? "", model: try name(.model), project: try name(.project),
        agent: try name(.agent), workflow: try name(.workflow), run: row.text(AdjustmentColumn.run.column)),
      billing: Billing(code: number(.billing)) ?? .metered, deltaPicodollars: delta.picodollars,
      costSource: row.optionalInt64(AdjustmentColumn.costSource.column).flatMap { CostSource(code: $0) },
      pricedAs: try name(.pricedAs), reason: row.text(AdjustmentColumn.reason.column) ?? "",
      who: row.text(AdjustmentColumn.who.column) ?? "")
  }
}
