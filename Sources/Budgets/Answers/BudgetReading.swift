public import Metering

/// The state of a budget, for gauges and the API.
public struct BudgetReading: Sendable, Equatable {
  public var name: String
  public var unit: BudgetUnit
  /// What has the limit for itself; nil where all share it.
  public var each: BudgetDimension?
  /// When it last matched a call; nil where none has since the process started.
  public var lastMatchedAt: Timestamp?
  public var decisions: DecisionCounts
  public var overruns: OverrunCount
  /// How many calls wait for it now.
  public var waiting: Int
  /// How many scopes have something left, and how many have nothing, in windows of now.
  public var openScopes: Int
  public var exhaustedScopes: Int
  /// The windows of now, the most used first. Of a shared limit there is always one.
  public var windows: [WindowReading]
}

/// One window of one scope.
public struct WindowReading: Sendable, Equatable {
  public var scope: String
  /// A rolling one begins so long ago as it counts, and has no end; nor has that of a total, which begins at 0.
  public var window: BudgetWindow
  /// The limit in force, raises included. This and the following are in the budget's unit.
  public var limit: Int64
  public var spent: Int64
  public var reserved: Int64
  /// `spent` as a share of `limit`, rounded down.
  public var usedPartsPerMillion: Int64
  /// When the limit will be reached at the rate so far; nil where it will not, or too little is known.
  public var exhaustionAt: Timestamp?

  /// When the window began; nil where it counts for ever.
  public var startsAt: Timestamp? { window == .always ? nil : window.start }
  /// When it ends; nil where it does not.
  public var endsAt: Timestamp? { window.isEndless ? nil : window.end }
}

/// What one budget would decide of a call.
public struct BudgetExplanation: Sendable, Equatable {
  public var budget: String
  public var unit: BudgetUnit
  public var window: WindowReading
  public var decision: BudgetDecision.Kind
  /// What is expected of the call, in ``unit``.
  public var expected: Int64
  /// What it can use at the worst, without a clamp; nil where nothing bounds it.
  public var bound: Int64?
  /// What would be reserved; nil where a hard budget cannot tell.
  public var need: Int64?
  /// The limit of output that the call would be given; nil where it stays as it is.
  public var clampOutputTokens: Int64?
}
