import Metering
import Observability

/// One row of a report: the values it is grouped by, and sums over its calls.
struct ReportRow: Sendable, Equatable {
  /// One value for each dimension of the report, in that order; nil where the calls had none.
  var key: [String?]
  var calls: Int64 = 0
  var tokens: [TokenClass: Int64] = [:]
  /// What is billed by other units than tokens, in the counts of its cell.
  var units: [UsageCell: Int64] = [:]
  /// Without what was under a subscription, and without unpriced calls.
  var costPicodollars: Int128 = 0
  var costBySource: [UsageSource: Int128] = [:]
  /// The part of the cost that was booked after calls were settled.
  var adjustedPicodollars: Int128 = 0
  /// The part of the cost that providers reported, and what the price book makes of the same calls.
  var reportedPicodollars: Int128 = 0
  var reportedBookPicodollars: Int128 = 0
  /// The part of the cost that was charged as another model, since the price of the one that answered is not known.
  var substitutedPicodollars: Int128 = 0
  /// What the calls under a subscription would have cost.
  var subscriptionPicodollars: Int128 = 0
  var unpricedCalls: Int64 = 0
  /// Calls of which some usage has no price: their cost is a lower bound.
  var partialCalls: Int64 = 0
  /// Calls that no dialect understood, and whose cost is not known.
  var unmeteredCalls: Int64 = 0
  var toolCalls: Int64 = 0
  var errors: Int64 = 0

  /// The part of the cost that rests on counts of Tollgate's own, since the provider reported no usage.
  var estimatedPicodollars: Int128 {
    costBySource.filter { $0.key != .provider && $0.key != .none }.values.reduce(0, +)
  }

  /// The sum of some classes of tokens.
  func tokens(_ classes: TokenClass...) -> Int64 {
    classes.reduce(0) { Self.sum($0, tokens[$1] ?? 0) }
  }

  /// Every token.
  var totalTokens: Int64 { tokens.values.reduce(0, Self.sum) }

  /// Adds the sums of another row; the key stays.
  mutating func add(_ other: ReportRow) {
    calls = Self.sum(calls, other.calls)
    tokens.merge(other.tokens, uniquingKeysWith: Self.sum)
    units.merge(other.units, uniquingKeysWith: Self.sum)
    costPicodollars += other.costPicodollars
    adjustedPicodollars += other.adjustedPicodollars
    reportedPicodollars += other.reportedPicodollars
    reportedBookPicodollars += other.reportedBookPicodollars
    substitutedPicodollars += other.substitutedPicodollars
    costBySource.merge(other.costBySource, uniquingKeysWith: +)
    subscriptionPicodollars += other.subscriptionPicodollars
    unpricedCalls = Self.sum(unpricedCalls, other.unpricedCalls)
    partialCalls = Self.sum(partialCalls, other.partialCalls)
    unmeteredCalls = Self.sum(unmeteredCalls, other.unmeteredCalls)
    toolCalls = Self.sum(toolCalls, other.toolCalls)
    errors = Self.sum(errors, other.errors)
  }

  /// One row for each key, in the order of their first appearance.
  static func merged(_ rows: [ReportRow]) -> [ReportRow] {
    var order: [[String?]] = []
    var sums: [[String?]: ReportRow] = [:]
    for row in rows {
      if sums[row.key] == nil { order.append(row.key) }
      sums[row.key, default: ReportRow(key: row.key)].add(row)
    }
    return order.compactMap { sums[$0] }
  }

  /// The sum of all rows.
  static func total(_ rows: [ReportRow]) -> ReportRow {
    rows.reduce(into: ReportRow(key: [])) { $0.add($1) }
  }

  /// Counts are never negative; a sum that does not fit stays at the largest number.
  private static func sum(_ lhs: Int64, _ rhs: Int64) -> Int64 {
    let (sum, overflow) = lhs.addingReportingOverflow(rhs)
    return overflow ? .max : sum
  }
}
