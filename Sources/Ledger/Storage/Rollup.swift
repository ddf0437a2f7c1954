import Metering

/// What an hourly total is kept for.
struct RollupKey: Hashable {
  /// Hours since 1970-01-01T00:00Z.
  var hour: Int64
  var provider: StoredName
  /// ``noName`` where there is none, since a part of a primary key cannot be null.
  var model: StoredName
  var agent: StoredName
  var workflow: StoredName
  var billing: Billing
  var usageSource: UsageSource

  /// Numbers of names begin at 1.
  static let noName = StoredName.number(0)
}

/// A sum of pico-dollars in two columns: units of 2^32 and the rest, each summed on its own. Exact up to 2^31 amounts, where
/// a sum of Int64 pico-dollars ends at 9.2 million USD.
struct SplitSum: Equatable {
  var high: Int64 = 0
  var low: Int64 = 0

  init() {}

  init(_ picodollars: Int128) {
    high = Int64(truncatingIfNeeded: picodollars >> 32)
    low = Int64(truncatingIfNeeded: picodollars & 0xffff_ffff)
  }

  mutating func add(_ picodollars: Int64) {
    high &+= picodollars >> 32
    low &+= picodollars & 0xffff_ffff
  }

  mutating func add(_ other: SplitSum) {
    high &+= other.high
    low &+= other.low
  }

  /// The exact sum.
  var picodollars: Int128 { Int128(high) << 32 &+ Int128(low) }
}

/// The total of some calls.
struct RollupTotals {
  var calls: Int64 = 0
  var errors: Int64 = 0
  var unpriced: Int64 = 0
  var partial: Int64 = 0
  var unmetered: Int64 = 0
  var toolCalls: Int64 = 0
  /// As the calls were settled.
  var cost = SplitSum()
  /// What was booked afterwards.
  var adjusted = SplitSum()
  /// The part of ``cost`` that providers reported, and what the price book makes of the same calls.
  var reported = SplitSum()
  var reportedBook = SplitSum()
  /// The part of ``cost`` that stands for models whose price is not known, less what was priced since.
  var substituted = SplitSum()
  var usage = Usage()

  mutating func add(_ record: borrowing CallRecord) {
    calls &+= 1
    if record.outcome.isError { errors &+= 1 }
    add(
      record.costSource, costPicodollars: record.costPicodollars ?? 0, bookCostPicodollars: record.bookCostPicodollars)
    toolCalls &+= Int64(record.toolCalls.count)
    usage.add(record.usage)
  }

  /// Adds a call's cost, by how sure it is.
  mutating func add(_ source: CostSource, costPicodollars: Int64, bookCostPicodollars: Int64?) {
    cost.add(costPicodollars)
    switch source {
    case .unpriced: unpriced &+= 1
    case .partial: partial &+= 1
    case .unmetered: unmetered &+= 1
    case .reported:
      reported.add(costPicodollars)
      reportedBook.add(bookCostPicodollars ?? costPicodollars)
    case .substituted: substituted.add(costPicodollars)
    case .priced, .free, .fixed: break
    }
  }
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
