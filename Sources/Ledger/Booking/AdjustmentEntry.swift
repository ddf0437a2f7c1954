import Metering

/// An adjustment before it has an id: what is written.
struct AdjustmentEntry {
  var bookedAt: Timestamp
  var effectiveAt: Timestamp
  var kind: AdjustmentKind
  var call: CallID?
  var scope: AdjustmentScope
  var billing: Billing
  var usageSource: UsageSource
  var deltaPicodollars: Int128
  /// What it does to the number of calls without a price, and of those whose price is a part.
  var unpriced: Int64 = 0
  var partial: Int64 = 0
  /// What it does to the cost of calls that were charged as another model.
  var substitutedPicodollars: Int128 = 0
  var costSource: CostSource?
  var pricedAs: String?
  var reason: String
  var who: String
  var requestKey: String?
}

/// Writes and reads adjustments. Confined to the thread that owns the connection.
final class AdjustmentWriter {
  private let connection: OpaquePointer
  private let names: Names
  private let insert: PreparedStatement

  init(_ connection: OpaquePointer, names: Names) throws(SQLiteFailure) {
    self.connection = connection
    self.names = names
    insert = try PreparedStatement(
      connection,
      """
      INSERT INTO adjustments
        (\(AdjustmentColumn.list), usage_source, unpriced, partial, substituted_high, substituted_low, request_key)
      VALUES (\(repeatElement("?", count: AdjustmentColumn.allCases.count + 6).joined(separator: ", "))) RETURNING id
      """)
  }

  /// The id of the new entry.
  func write(_ entry: AdjustmentEntry) throws(SQLiteFailure) -> Int64 {
    defer { insert.reset() }
    insert.bind(nil as Int64?, at: AdjustmentColumn.id.place)
    insert.bind(entry.bookedAt.unixMicroseconds, at: AdjustmentColumn.bookedAt.place)
    insert.bind(entry.effectiveAt.unixMicroseconds, at: AdjustmentColumn.effectiveAt.place)
    insert.bind(entry.kind.code, at: AdjustmentColumn.kind.place)
    insert.bind(entry.call?.rawValue, at: AdjustmentColumn.call.place)
    try bind(entry.scope.provider, .provider)
    try bind(entry.scope.model, .model)
    try bind(entry.scope.project, .project)
    try bind(entry.scope.agent, .agent)
    try bind(entry.scope.workflow, .workflow)
    try insert.bind(entry.scope.run, at: AdjustmentColumn.run.place)
    insert.bind(entry.billing.code, at: AdjustmentColumn.billing.place)
    let delta = SplitSum(entry.deltaPicodollars)
    insert.bind(delta.high, at: AdjustmentColumn.deltaHigh.place)
    insert.bind(delta.low, at: AdjustmentColumn.deltaLow.place)
    insert.bind(entry.costSource?.code, at: AdjustmentColumn.costSource.place)
    try bind(entry.pricedAs, .pricedAs)
    try insert.bind(entry.reason, at: AdjustmentColumn.reason.place)
    try insert.bind(entry.who, at: AdjustmentColumn.who.place)
    let next = Int32(AdjustmentColumn.allCases.count)
    insert.bind(entry.usageSource.code, at: next &+ 1)
    insert.bind(entry.unpriced, at: next &+ 2)
    insert.bind(entry.partial, at: next &+ 3)
    let substituted = SplitSum(entry.substitutedPicodollars)
    insert.bind(substituted.high, at: next &+ 4)
    insert.bind(substituted.low, at: next &+ 5)
    try insert.bind(entry.requestKey, at: next &+ 6)
    guard try insert.step() else { return 0 }
    return insert.int64(0)
  }

  private func bind(_ name: String?, _ column: AdjustmentColumn) throws(SQLiteFailure) {
    guard let name else { return insert.bind(nil as Int64?, at: column.place) }
    try insert.bind(try names.stored(name), at: column.place)
  }
}

/// The columns of an adjustment in the order in which they are written and read.
enum AdjustmentColumn: String, CaseIterable {
  case id
  case bookedAt = "booked_at"
  case effectiveAt = "effective_at"
  case kind, call, provider, model, project, agent, workflow, run, billing
  case deltaHigh = "delta_high"
  case deltaLow = "delta_low"
  case costSource = "cost_source"
  case pricedAs = "priced_as"
  case reason, who

  static let list = allCases.map(\.rawValue).joined(separator: ", ")

  private static let columns = Dictionary(
    uniqueKeysWithValues: allCases.enumerated().map { ($1, Int32(truncatingIfNeeded: $0)) })

  /// From 0.
  var column: Int32 { Self.columns[self] ?? 0 }
  /// From 1, as parameters are counted.
  var place: Int32 { column &+ 1 }
}

extension AdjustmentKind {
  var code: Int64 {
    switch self {
    case .reprice: 0
    case .correction: 1
    }
  }

  init?(code: Int64) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }
}
