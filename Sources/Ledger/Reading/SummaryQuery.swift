import Metering

/// Totals by some dimensions over some time.
struct SummaryQuery: Sendable {
  private static let utcOffsetSecondsMax = 64800

  private let dimensions: [SummaryDimension]
  private let from: Timestamp?
  private let to: Timestamp?
  private let utcOffsetSeconds: Int64

  init(
    _ dimensions: [SummaryDimension], from: Timestamp?, to: Timestamp?, utcOffsetSeconds: Int
  ) throws(LedgerError) {
    guard (-Self.utcOffsetSecondsMax...Self.utcOffsetSecondsMax).contains(utcOffsetSeconds) else {
      throw .query("the offset from UTC is \(utcOffsetSeconds) s: it cannot be more than 18 hours")
    }
    guard Set(dimensions).count == dimensions.count else { throw .query("a dimension is asked for twice") }
    self.dimensions = dimensions
    self.from = from
    self.to = to
    self.utcOffsetSeconds = Int64(utcOffsetSeconds)
  }

  func run(_ context: ReadContext) throws -> [SummaryRow] {
    let plan = SummaryPlan(
      dimensions: dimensions, from: from, to: to, utcOffsetSeconds: utcOffsetSeconds,
      rowsCompleteFromHour: try Facts.value(.rowsCompleteFromHour, context.connection) ?? .min)
    var groups = SummaryGroups(dimensions, utcOffsetSeconds: utcOffsetSeconds)
    if let hours = plan.hours {
      try addRollups(hours, to: &groups, context) { hour in !plan.splits(hour: hour) }
    }
    for times in plan.rows { try add(times, to: &groups, context) { _ in true } }
    if let times = plan.splitRows {
      try add(times, to: &groups, context) { plan.splits(hour: $0) }
    }
    return try groups.rows(context.names)
  }

  private func add(
    _ times: Range<Int64>, to groups: inout SummaryGroups, _ context: ReadContext, where isWanted: (Int64) -> Bool
  ) throws {
    let reader = try SummaryRows(dimensions, context)
    try reader.eachCall(in: times, where: isWanted) { item throws(LedgerError) in try groups.add(item) }
    try reader.eachAdjustment(in: times, where: isWanted) { item throws(LedgerError) in try groups.add(item) }
  }

  private func addRollups(
    _ hours: Range<Int64>, to groups: inout SummaryGroups, _ context: ReadContext, where isWanted: (Int64) -> Bool
  ) throws {
    let columns = RollupWriter.keyColumns + RollupWriter.sumColumns + usageColumnNames
    let statement = try PreparedStatement(
      context.connection,
      "SELECT \(columns.joined(separator: ", ")) FROM rollups WHERE hour >= ? AND hour < ?")
    statement.bind(hours.lowerBound, at: 1)
    statement.bind(hours.upperBound, at: 2)
    while try statement.step() {
      let hour = statement.int64(0)
      guard isWanted(hour) else { continue }
      try groups.add(
        SummaryItem(
          startedAtSeconds: hour &* 3600, provider: statement.name(1), model: statement.nameOrNone(2),
          agent: statement.nameOrNone(3), workflow: statement.nameOrNone(4),
          billing: Billing(code: statement.int64(5)) ?? .metered,
          usageSource: UsageSource(code: statement.int64(6)) ?? .none, totals: RollupTotals(statement, from: 7)))
    }
  }
}

extension PreparedStatement {
  /// A part of the key of a roll-up, where ``RollupKey/noName`` stands for none.
  fileprivate func nameOrNone(_ column: Int32) -> StoredName {
    let name = name(column)
    return name == RollupKey.noName ? .none : name
  }

  /// The usage whose columns begin here.
  func usage(from first: Int32) -> Usage {
    var usage = Usage()
    for cell in usageCells { usage[cell] = int64(first &+ Int32(truncatingIfNeeded: cell.rawValue)) }
    return usage
  }
}

extension RollupTotals {
  /// The sums and the usage whose columns begin here, in the order of ``RollupWriter/sumColumns``.
  fileprivate init(_ row: PreparedStatement, from first: Int32) {
    func sum(_ place: Int32) -> Int64 { row.int64(first &+ place) }
    func split(_ place: Int32) -> SplitSum {
      var split = SplitSum()
      split.high = sum(place)
      split.low = sum(place &+ 1)
      return split
    }
    calls = sum(0)
    errors = sum(1)
    unpriced = sum(2)
    partial = sum(3)
    unmetered = sum(4)
    toolCalls = sum(5)
    cost = split(6)
    adjusted = split(8)
    reported = split(10)
    reportedBook = split(12)
    substituted = split(14)
    usage = row.usage(from: first &+ Int32(truncatingIfNeeded: RollupWriter.sumColumns.count))
  }
}
