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

  /// What is never far above usual: a tenth of a cent, five calls, a second. Less than that is not worth a word.
  static let leastWorth = Run(costPicodollars: 1_000_000_000, llmCalls: 5, wallMicroseconds: 1_000_000)

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

  /// The last runs, of which `next` is the oldest once there are ``runsMax``.
  private var runs: [Run] = []
  private var next = 0
  private var costs = SortedValues()
  private var calls = SortedValues()
  private var times = SortedValues()

  public init() {}

  /// How many runs are kept.
  public var count: Int { runs.count }

  /// Takes a run that ended.
  public mutating func add(_ run: Run) {
    costs.insert(run.costPicodollars)
    calls.insert(run.llmCalls)
    times.insert(run.wallMicroseconds)
    guard runs.count >= Self.runsMax else { return runs.append(run) }
    let oldest = runs[next]
    costs.remove(oldest.costPicodollars)
    calls.remove(oldest.llmCalls)
    times.remove(oldest.wallMicroseconds)
    runs[next] = run
    next = (next + 1) % Self.runsMax
  }

  /// What is far above usual in a run; nothing before enough runs are known.
  public func anomalies(of run: Run) -> [Anomaly] {
    guard runs.count >= Self.runsMin else { return [] }
    return [
      Self.anomaly(.costFarAboveUsual, run.costPicodollars, Self.leastWorth.costPicodollars, costs),
      Self.anomaly(.callsFarAboveUsual, run.llmCalls, Self.leastWorth.llmCalls, calls),
      Self.anomaly(.timeFarAboveUsual, run.wallMicroseconds, Self.leastWorth.wallMicroseconds, times),
    ].compactMap { $0 }
  }

  private static func anomaly(
    _ kind: AnomalyKind, _ value: Int64, _ leastWorth: Int64, _ past: borrowing SortedValues
  ) -> Anomaly? {
    // Most runs are told by their median alone.
    guard value > leastWorth, Int128(value) > Int128(past.median) * factor else { return nil }
    let usual = usual(past)
    return value > usual.most ? Anomaly(kind, value: value, usual: usual) : nil
  }

  /// What is usual.
  static func usual(_ past: borrowing SortedValues) -> UsualRange {
    let (median, deviation) = (past.median, past.medianDeviation)
    let spread = Int128(deviation) * deviationsPerMillion / 1_000_000
    let most = max(Int128(median) + spread, Int128(median) * factor)
    return UsualRange(median: median, deviation: deviation, most: Int64(clamping: most), runs: past.count)
  }
}
