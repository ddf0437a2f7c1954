/// A limit on what matching calls may use, as the operator wrote it.
public struct BudgetDefinition: Sendable, Hashable {
  /// Unique among budgets; 1 to 128 of the characters that names of workflows may have.
  public var name: String
  public var match: BudgetMatch
  /// What has the limit for itself: every value of this dimension; nil for one limit that all matching calls share.
  public var each: BudgetDimension?
  public var limit: BudgetLimit
  /// How long what was used counts. `total` where ``each`` is `run`: a run's limit is for its lifetime.
  public var period: BudgetPeriod
  /// The zone whose hours, days, weeks and months are meant, by its name in the zone database.
  public var timeZone: String
  public var mode: BudgetMode
  public var bound: BudgetBound
  /// Whether a limit of output that fits what is left may be written into requests. Only with ``BudgetBound/hard``.
  public var clamps: Bool
  public var onExhausted: ExhaustionAction
  public var alerts: [BudgetAlert]
  /// Whether calls under a subscription count against a limit in dollars, at what they would have cost.
  public var countsSubscriptions: Bool

  /// A budget with every default: shared, per day in UTC, enforced, reserving what is expected, denying when exhausted.
  public init(name: String, limit: BudgetLimit, match: BudgetMatch = BudgetMatch()) {
    self.name = name
    self.match = match
    self.limit = limit
    period = .day
    timeZone = "UTC"
    mode = .enforce
    bound = .expected
    clamps = false
    onExhausted = .deny
    alerts = []
    countsSubscriptions = false
  }

  /// How many alerts a budget may have.
  public static let alertsMax = 16
}

/// Whether a budget stands in the way of calls.
public enum BudgetMode: String, Sendable, CaseIterable {
  case enforce
  /// Decides and counts what it would do, and changes nothing.
  case observe
}

/// How much a call reserves before it is sent.
public enum BudgetBound: String, Sendable, CaseIterable {
  /// What such calls cost. An overrun is possible, and counted.
  case expected
  /// No less than the call can cost, so that the limit is never passed.
  case hard
}

/// What happens to a call that does not fit.
public enum ExhaustionAction: String, Sendable, CaseIterable {
  case deny
  /// A person is asked.
  case hold
  /// It passes, and is counted.
  case warn
}

/// What a call has a value of. Its raw values are the names in scopes and in configuration.
public enum BudgetDimension: String, Sendable, CaseIterable {
  case agent, workflow, key, team, provider, model, run
}
