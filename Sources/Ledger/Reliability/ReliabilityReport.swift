public import Metering
public import Runs

/// How reliable the runs of each workflow were, beside the time before.
public struct ReliabilityReport: Sendable, Equatable {
  /// How many workflows are listed.
  public static let rowsMax = 1_000

  public var query: ReliabilityQuery
  /// Those with the most runs first.
  public var rows: [WorkflowReliability]
  /// How many workflows more there were.
  public var rowsNotListed: Int

  public init(query: ReliabilityQuery, rows: [WorkflowReliability], rowsNotListed: Int = 0) {
    self.query = query
    self.rows = rows
    self.rowsNotListed = rowsNotListed
  }
}

/// Which runs are asked for: those that began in [``from``, ``to``), and beside them those of the time as long before.
public struct ReliabilityQuery: Sendable, Equatable {
  public var from: Timestamp
  public var to: Timestamp
  /// Only this one's; nil for all.
  public var workflow: String?

  public init(from: Timestamp, to: Timestamp, workflow: String? = nil) {
    self.from = from
    self.to = to
    self.workflow = workflow
  }

  /// When the time before begins.
  public var previousFrom: Timestamp {
    let length = to.unixMicroseconds.subtractingReportingOverflow(from.unixMicroseconds).partialValue
    return Timestamp(unixMicroseconds: from.unixMicroseconds.subtractingReportingOverflow(length).partialValue)
  }
}

/// A workflow's figures, now and before.
public struct WorkflowReliability: Sendable, Equatable {
  public var workflow: String
  public var current: ReliabilityFigures
  public var previous: ReliabilityFigures

  public init(
    workflow: String, current: ReliabilityFigures = ReliabilityFigures(),
    previous: ReliabilityFigures = ReliabilityFigures()
  ) {
    self.workflow = workflow
    self.current = current
    self.previous = previous
  }
}

/// What the runs of a workflow came to in some time.
public struct ReliabilityFigures: Sendable, Equatable {
  /// Runs that began in that time, and how those ended that have ended.
  public var runs: Int64 = 0
  public var outcomes: [RunOutcome: Int64] = [:]
  /// What a run cost, with what was booked for its calls afterwards; nil without runs.
  public var cost: CostPercentiles?
  public var costPicodollars: Int128 = 0
  public var llmCalls: Int64 = 0
  /// Calls that failed.
  public var errors: Int64 = 0
  /// Calls that a client sent again.
  public var retries: Int64 = 0
  /// Calls whose model has no price: then costs are lower bounds.
  public var unpricedCalls: Int64 = 0
  /// Those that calls of that time asked for, the worst first; at most ``toolsMax``.
  public var tools: [ToolReliability] = []
  /// What was noticed in that time.
  public var anomalies: [AnomalyKind: Int64] = [:]
  public var trips: [GuardrailLimit.Kind: Int64] = [:]

  public static let toolsMax = 100

  public init() {}

  /// Runs that have ended, and whose end was seen.
  public var judged: Int64 { outcomes.reduce(0) { $0 + ($1.key == .unknown ? 0 : $1.value) } }
  /// Those of ``judged`` that ended well.
  public var well: Int64 { outcomes.reduce(0) { $0 + ($1.key.isWell ? $1.value : 0) } }
  /// Runs that go on.
  public var live: Int64 { runs - outcomes.values.reduce(0, +) }
}

/// Costs of which that share was no dearer: each of them is what one run cost (nearest rank).
public struct CostPercentiles: Sendable, Equatable {
  public var p50Picodollars: Int128
  public var p95Picodollars: Int128
  public var p99Picodollars: Int128

  public init(p50Picodollars: Int128, p95Picodollars: Int128, p99Picodollars: Int128) {
    self.p50Picodollars = p50Picodollars
    self.p95Picodollars = p95Picodollars
    self.p99Picodollars = p99Picodollars
  }

  /// Nil of no costs.
  init?(_ costs: [Int128]) {
    let sorted = costs.sorted()
    func rank(_ percent: Int) -> Int128? {
      let place = (sorted.count * percent + 99) / 100
      return sorted.indices.contains(place - 1) ? sorted[place - 1] : nil
    }
    guard let p50 = rank(50), let p95 = rank(95), let p99 = rank(99) else { return nil }
    self.init(p50Picodollars: p50, p95Picodollars: p95, p99Picodollars: p99)
  }
}

/// How often a tool failed.
public struct ToolReliability: Sendable, Equatable {
  public var name: String
  /// How often replies asked for it.
  public var calls: Int64
  /// How many of ``calls`` were answered, and how many of those answers say that the tool failed.
  public var results: Int64
  public var errors: Int64

  public init(name: String, calls: Int64, results: Int64, errors: Int64) {
    self.name = name
    self.calls = calls
    self.results = results
    self.errors = errors
  }

  /// Whether it fails more often; where that is the same, whether it failed more.
  func isWorse(than other: ToolReliability) -> Bool {
    let (own, its) = (
      Int128(errors) * Int128(max(1, other.results)), Int128(other.errors) * Int128(max(1, results))
    )
    if own != its { return own > its }
    if errors != other.errors { return errors > other.errors }
    return calls != other.calls ? calls > other.calls : name < other.name
  }
}
