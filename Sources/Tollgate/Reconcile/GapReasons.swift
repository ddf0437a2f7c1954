import Metering

/// Why what a provider bills likely differs from what Tollgate recorded.
struct GapReasons {
  /// Differences up to a thousandth of the bill, or a hundredth of a cent, count as none: exports round.
  static let toleranceDivisor: Int128 = 1000
  static let tolerancePicodollars: Int128 = 100_000_000

  private let row: Reconciliation.Row
  private let isCovered: Bool
  private let hasCosts: Bool

  /// - Parameters:
  ///   - isCovered: whether the export says anything of the day.
  ///   - hasCosts: whether it has amounts; else tokens are compared.
  init(_ row: Reconciliation.Row, isCovered: Bool, hasCosts: Bool) {
    self.row = row
    self.isCovered = isCovered
    self.hasCosts = hasCosts
  }

  var texts: [String] {
    guard row.theirs.lines > 0 else {
      guard isCovered else { return ["not in the export"] }
      let isNothing = (row.ours?.costPicodollars ?? 0) == 0 && (!hasCosts || row.ours?.unpricedCalls == 0)
      return isNothing ? [] : ["not billed to this account, or later"]
    }
    guard let ours = row.ours else {
      if row.item != nil { return ["billed by item: no calls to compare with"] }
      return isNothingBilled ? [] : ["not through Tollgate"]
    }
    return hasCosts && row.theirs.costPicodollars != nil ? costReasons(ours) : tokenReasons(ours)
  }

  private var isNothingBilled: Bool {
    (row.theirs.costPicodollars ?? 0) == 0 && (row.theirs.tokens ?? 0) == 0 && (row.theirs.requests ?? 0) == 0
  }

  private func costReasons(_ ours: ReportRow) -> [String] {
    let theirs = row.theirs.costPicodollars ?? 0
    let gap = theirs - ours.costPicodollars
    guard !isClose(gap, to: theirs) else { return [] }
    var reasons: [String] = []
    if gap > 0 {
      if ours.unpricedCalls > 0 { reasons.append("\(calls(ours.unpricedCalls)) unpriced") }
      if ours.partialCalls > 0 { reasons.append("\(calls(ours.partialCalls)) partly priced") }
      if ours.unmeteredCalls > 0 { reasons.append("\(calls(ours.unmeteredCalls)) unmetered") }
    }
    if ours.estimatedPicodollars != 0 { reasons.append("\(usd(ours.estimatedPicodollars)) USD estimated") }
    if ours.substitutedPicodollars != 0 {
      reasons.append("\(usd(ours.substitutedPicodollars)) USD charged as another model")
    }
    if ours.adjustedPicodollars != 0 {
      let explains = isClose(theirs - ours.costPicodollars + ours.adjustedPicodollars, to: theirs)
      reasons.append("\(usd(ours.adjustedPicodollars)) USD adjusted\(explains ? ", which is the gap" : "")")
    }
    reasons += tokenReasons(ours)
    if reasons.isEmpty { reasons = [gapByTokens(ours, gap)] }
    return reasons
  }

  /// What the tokens of both sides say, where the export has them.
  private func gapByTokens(_ ours: ReportRow, _ gap: Int128) -> String {
    if row.theirs.tokens != nil { return "same tokens: the price differs" }
    return gap > 0
      ? "not through Tollgate in part, or the price differs" : "the price differs (a discount?), or billed later"
  }

  private func tokenReasons(_ ours: ReportRow) -> [String] {
    guard let theirs = row.theirs.tokens else { return [] }
    let gap = Int128(theirs) - Int128(ours.totalTokens)
    guard gap.magnitude > UInt128(theirs.magnitude) / UInt128(Self.toleranceDivisor) else { return [] }
    if gap > 0 { return ["\(grouped(Int64(clamping: gap))) tokens not through Tollgate"] }
    let estimated = ours.estimatedPicodollars != 0 ? ", some estimated" : ""
    return ["\(grouped(Int64(clamping: -gap))) tokens not billed yet\(estimated)"]
  }

  private func isClose(_ gap: Int128, to amount: Int128) -> Bool {
    gap.magnitude <= Self.tolerancePicodollars.magnitude
      || gap.magnitude <= amount.magnitude / UInt128(Self.toleranceDivisor)
  }

  private func calls(_ count: Int64) -> String { count == 1 ? "1 call" : "\(grouped(count)) calls" }

  private func usd(_ picodollars: Int128) -> String {
    DollarText.fixed(
      picodollars: picodollars, fractionDigits: DollarText.fractionDigits(showing: 3, of: [picodollars]))
  }
}
