/// The upper bounds of a histogram's buckets, and the unit of what is observed.
public struct HistogramBuckets: Sendable {
  /// Buckets at most, without the last one that takes everything.
  public static let countMax = 23

  /// Ascending, in the unit that is observed.
  let bounds: [Int64]
  /// The bounds as the label `le` shows them.
  let texts: [String]
  /// Digits after the point when a value is shown: 6 where microseconds are observed and seconds shown.
  let fractionDigits: Int

  /// Buckets of durations that are observed in microseconds and exposed in seconds.
  ///
  /// - Parameter bounds: in microseconds; sorted here, and the first ``countMax`` are kept.
  public init(microseconds bounds: [Int64]) { self.init(bounds, fractionDigits: 6) }

  /// Buckets of plain counts.
  public init(counts bounds: [Int64]) { self.init(bounds, fractionDigits: 0) }

  private init(_ bounds: [Int64], fractionDigits: Int) {
    self.bounds = Array(Set(bounds).sorted().prefix(Self.countMax))
    self.fractionDigits = fractionDigits
    texts = self.bounds.map { DecimalText.float($0, fractionDigits: fractionDigits) }
  }
}

extension HistogramBuckets {
  /// 10 ms to 640 s: whole calls, as long as a provider lets one run.
  static let callDuration = HistogramBuckets(microseconds: [
    10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 20_000_000,
    40_000_000, 80_000_000, 160_000_000, 320_000_000, 640_000_000,
  ])
  /// 1 ms to 320 s: tools, from a look-up in memory to a search of the web.
  static let toolDuration = HistogramBuckets(microseconds: [
    1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
    20_000_000, 40_000_000, 80_000_000, 160_000_000, 320_000_000,
  ])
  /// 1 ms to 60 s: OpenTelemetry's bounds for `gen_ai.server.time_to_first_token`, and three more for reasoning models.
  static let timeToFirstToken = HistogramBuckets(microseconds: [
    1_000, 5_000, 10_000, 20_000, 40_000, 60_000, 80_000, 100_000, 250_000, 500_000, 750_000, 1_000_000, 2_500_000,
    5_000_000, 7_500_000, 10_000_000, 20_000_000, 30_000_000, 60_000_000,
  ])
  /// 1 ms to 2.5 s: OpenTelemetry's bounds for `gen_ai.server.time_per_output_token`, and three below for fast hardware.
  static let timePerOutputToken = HistogramBuckets(microseconds: [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 150_000, 200_000, 300_000, 400_000, 500_000, 750_000,
    1_000_000, 2_500_000,
  ])
  /// 50 µs to 1 s.
  static let overhead = HistogramBuckets(microseconds: [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
  ])
  /// 500 µs to 5 s.
  static let commit = HistogramBuckets(microseconds: [
    500, 1_000, 2_500, 5_000, 10_000, 20_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
  ])
  /// 1 to 128 calls.
  static let fanout = HistogramBuckets(counts: [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128])
  /// 1 to 1,000 calls of a run.
  static let callsOfRun = HistogramBuckets(counts: [0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 500, 1_000])
  /// 0 to 8 agents above another.
  static let depth = HistogramBuckets(counts: [0, 1, 2, 3, 4, 5, 6, 8])
  /// 1 s to 24 h.
  static let runDuration = HistogramBuckets(microseconds: [
    1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000, 120_000_000, 300_000_000, 600_000_000,
    1_200_000_000, 1_800_000_000, 3_600_000_000, 7_200_000_000, 14_400_000_000, 28_800_000_000, 86_400_000_000,
  ])
  /// 0.0001 to 1,000 USD, observed in millionths.
  static let runCost = HistogramBuckets(microseconds: [
    100, 500, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
    10_000_000, 25_000_000, 50_000_000, 100_000_000, 1_000_000_000,
  ])
}
