/// How much more or less something is than an estimate of it says, learned from pairs of both: a fraction of two sums in which
/// old pairs fade.
struct LearnedRatio {
  /// With how many pairs the sums are halved.
  private static let samplesMax = 64
  /// Greater sums are not taken: no call comes near.
  private static let sumMax: Int64 = 1 << 48
  /// A pair that differs by more than this factor tells of something else than of the estimate (tokens that are stored at the
  /// provider, text that was not seen).
  private static let factorMax: Int64 = 32

  private var actual: Int64 = 0
  private var estimate: Int64 = 0
  private(set) var samples = 0

  mutating func learn(actual: Int64, estimate: Int64) {
    guard actual > 0, estimate > 0, actual < Self.sumMax, estimate < Self.sumMax else { return }
    guard actual / Self.factorMax <= estimate, estimate / Self.factorMax <= actual else { return }
    self.actual += actual
    self.estimate += estimate
    samples += 1
    guard samples >= Self.samplesMax || self.actual >= Self.sumMax || self.estimate >= Self.sumMax else { return }
    self.actual = (self.actual + 1) / 2
    self.estimate = (self.estimate + 1) / 2
    samples /= 2
  }

  /// What an estimate stands for, by what was learned; nil where nothing was.
  func apply(to estimate: Int64) -> Int64? {
    guard samples > 0, self.estimate > 0, estimate >= 0 else { return nil }
    let (quotient, overflow) = min(estimate, Self.sumMax).multipliedReportingOverflow(by: actual)
    if overflow { return Int64(clamping: Int128(estimate) * Int128(actual) / Int128(self.estimate)) }
    return quotient / self.estimate
  }
}
