import Metering

/// One row or one roll-up, as a summary takes it in.
struct SummaryItem {
  /// Seconds since 1970.
  var startedAtSeconds: Int64
  var provider: StoredName
  var model: StoredName
  var agent: StoredName
  var workflow: StoredName
  var run: StoredName = .none
  var key: StoredName = .none
  var team: StoredName = .none
  var project: StoredName = .none
  var tool: StoredName = .none
  var billing: Billing
  var usageSource: UsageSource
  var totals = RollupTotals()
}

/// The totals of a summary while it is made.
struct SummaryGroups {
  /// Rows of a summary at most.
  static let groupsMax = 100_000

  private let dimensions: [SummaryDimension]
  private let utcOffsetSeconds: Int64
  private var totals: [[StoredName]: SummaryRow] = [:]

  init(_ dimensions: [SummaryDimension], utcOffsetSeconds: Int64) {
    self.dimensions = dimensions
    self.utcOffsetSeconds = utcOffsetSeconds
  }

  mutating func add(_ item: SummaryItem) throws(LedgerError) {
    let key = dimensions.map { value(of: $0, in: item) }
    if totals[key] == nil, totals.count >= Self.groupsMax {
      throw .query("the summary has more than \(Self.groupsMax) rows: ask for a shorter time or fewer dimensions")
    }
    totals[key, default: SummaryRow(key: [])].add(item)
  }

  /// The rows, sorted by their keys; what has no value comes last.
  func rows(_ names: NameTexts) throws(SQLiteFailure) -> [SummaryRow] {
    var rows: [SummaryRow] = []
    rows.reserveCapacity(totals.count)
    for (key, total) in totals {
      var row = total
      for (dimension, value) in zip(dimensions, key) { row.key.append(try text(value, of: dimension, names)) }
      rows.append(row)
    }
    return rows.sorted { Self.isBefore($0.key, $1.key) }
  }

  private func value(of dimension: SummaryDimension, in item: SummaryItem) -> StoredName {
    switch dimension {
    case .agent: item.agent
    case .workflow: item.workflow
    case .model: item.model
    case .provider: item.provider
    case .tool: item.tool
    case .run: item.run
    case .key: item.key
    case .team: item.team
    case .project: item.project
    case .billing: .number(item.billing.code)
    case .day: .number(floorDivide(item.startedAtSeconds &+ utcOffsetSeconds, by: 86400))
    case .hour: .number(floorDivide(item.startedAtSeconds &+ utcOffsetSeconds, by: 3600))
    }
  }

  private func text(
    _ value: StoredName, of dimension: SummaryDimension, _ names: NameTexts
  ) throws(SQLiteFailure) -> String? {
    switch (dimension, value) {
    case (.billing, .number(let code)): Billing(code: code)?.rawValue
    case (.day, .number(let day)): CivilDate(daysSince1970: day).text
    case (.hour, .number(let hour)): hourText(hour)
    default: try names.text(value)
    }
  }

  private func hourText(_ hour: Int64) -> String {
    let day = floorDivide(hour, by: 24)
    let date = CivilDate(daysSince1970: day).text
    guard utcOffsetSeconds != 0 else { return "\(date)T\(padded(hour &- day &* 24, to: 2)):00:00Z" }
    let minutes = Int64(utcOffsetSeconds.magnitude) / 60
    let offset = "\(utcOffsetSeconds < 0 ? "-" : "+")\(padded(minutes / 60, to: 2)):\(padded(minutes % 60, to: 2))"
    return "\(date)T\(padded(hour &- day &* 24, to: 2)):00:00\(offset)"
  }

  private static func isBefore(_ left: [String?], _ right: [String?]) -> Bool {
    for (one, other) in zip(left, right) where one != other {
      guard let one else { return false }
      guard let other else { return true }
      return one < other
    }
    return false
  }
}

extension SummaryRow {
  fileprivate mutating func add(_ item: SummaryItem) {
    let totals = item.totals
    calls &+= totals.calls
    errors &+= totals.errors
    unpricedCalls &+= totals.unpriced
    partialCalls &+= totals.partial
    unmeteredCalls &+= totals.unmetered
    toolCalls &+= totals.toolCalls
    usage.add(totals.usage)
    let adjusted = totals.adjusted.picodollars
    let cost = totals.cost.picodollars &+ adjusted
    guard item.billing != .subscription else {
      subscriptionPicodollars &+= cost
      return
    }
    costPicodollars &+= cost
    adjustedPicodollars &+= adjusted
    reportedPicodollars &+= totals.reported.picodollars
    reportedBookPicodollars &+= totals.reportedBook.picodollars
    substitutedPicodollars &+= totals.substituted.picodollars
    costBySource[item.usageSource, default: 0] &+= cost
  }
}
