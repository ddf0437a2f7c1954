/// What one call used, as disjoint counts (see ``UsageCell``).
///
/// A count is never negative: a reader that meets a negative or overflowing number leaves the cell alone and says that
/// the usage is not the provider's.
public struct Usage: Sendable, Equatable {
  private var counts: InlineArray<39, Int64>

  /// Usage of nothing.
  public init() {
    counts = InlineArray(repeating: 0)
  }

  /// The count of one cell, in tokens or calls as ``UsageCell/isTokens`` says.
  public subscript(cell: UsageCell) -> Int64 {
    get { counts[cell.rawValue] }
    set { counts[cell.rawValue] = max(0, newValue) }
  }

  /// Every token of the prompt: fresh, cached and written to a cache.
  public var promptTokens: Int64 { sum { $0.isPromptTokens } }

  /// Every token, of the prompt and of the reply.
  public var totalTokens: Int64 { sum { $0.isTokens } }

  /// Whether nothing was used.
  public var isEmpty: Bool { UsageCell.allCases.allSatisfy { self[$0] == 0 } }

  /// The usage of two calls together; a sum that would overflow stays at the largest number.
  public static func + (lhs: Usage, rhs: Usage) -> Usage {
    var total = lhs
    for cell in UsageCell.allCases { total[cell] = lhs[cell].addingSaturated(rhs[cell]) }
    return total
  }

  public static func == (lhs: Usage, rhs: Usage) -> Bool {
    UsageCell.allCases.allSatisfy { lhs[$0] == rhs[$0] }
  }

  private func sum(where isIncluded: (UsageCell) -> Bool) -> Int64 {
    var total: Int64 = 0
    for cell in UsageCell.allCases where isIncluded(cell) { total = total.addingSaturated(self[cell]) }
    return total
  }
}

extension Int64 {
  /// The sum, or the largest number where the sum does not fit. Both operands are counts, so never negative.
  func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
