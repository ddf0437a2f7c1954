/// What the last runs of a workflow came to, by which one that is far above them is told.
///
/// The last runs are kept in a ring. What is usual goes up to the median and so many times the median's deviation (MAD), and at least to
/// a multiple of the median: so a workflow whose runs are all alike does not complain of the first that differs a little, and a single
/// run far off moves nothing.
public struct WorkflowHistory: Sendable, Equatable {
  /// How many runs are kept.
  public static let runsMax = 200
  /// How many there must be before anything is told.
  public static let runsMin = 20
  /// How many deviations above the median are usual: six times what the deviation of a normal spread would be (1.4826 MAD).
  static let deviationsPerMillion: Int128 = 8_895_600
  /// What multiple of the median is usual in any case.
  static let factor: Int128 = 3

  /// What one run came to.
  public struct Run: Sendable, Equatable {
    public var costPicodollars: Int64
    public var llmCalls: Int64
    public var wallMicroseconds: Int64

    public init(costPicodollars: Int64, llmCalls: Int64, wallMicroseconds: Int64) {
      self.costPicodollars = costPicodollars
      self.llmCalls = llmCalls
      self.wallMicroseconds = wallMicroseconds
    }
  }

  private var runs: [Run] = []
  private var next = 0

  public init() {}

  /// How many runs are kept.
  public var count: Int { runs.count }

  /// Takes a run that ended.
  public mutating func add(_ run: Run) {
    if runs.count < Self.runsMax {
      runs.append(run)
    } else {
      runs[next] = run
      next = (next + 1) % Self.runsMax
    }
  }

  /// What is far above usual in a run; nothing before enough runs are known.
  public func anomalies(of run: Run) -> [Anomaly] {
    guard runs.count >= Self.runsMin else { return [] }
    var found: [Anomaly] = []
    func compare(_ kind: AnomalyKind, _ value: Int64, _ part: (Run) -> Int64) {
      let usual = Self.usual(runs.map(part))
      if value > usual.most { found.append(Anomaly(kind, value: value, usual: usual)) }
    }
    compare(.costFarAboveUsual, run.costPicodollars) { $0.costPicodollars }
    compare(.callsFarAboveUsual, run.llmCalls) { $0.llmCalls }
    compare(.timeFarAboveUsual, run.wallMicroseconds) { $0.wallMicroseconds }
    return found
  }

  /// What is usual, of at least one value.
  static func usual(_ values: [Int64]) -> UsualRange {
    let median = median(of: values)
    let deviation = Self.median(of: values.map { max($0, median).excess(over: min($0, median)) })
    let spread = Int128(deviation) * deviationsPerMillion / 1_000_000
    let most = max(Int128(median) + spread, Int128(median) * factor)
    return UsualRange(median: median, deviation: deviation, most: Int64(clamping: most), runs: values.count)
  }

  /// The lower of the two in the middle, where there are two.
  private static func median(of values: [Int64]) -> Int64 {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[(sorted.count - 1) / 2]
  }
}
