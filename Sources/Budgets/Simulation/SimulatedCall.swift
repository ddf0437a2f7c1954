public import Metering

/// A call that was settled, for ``BudgetSimulation`` to replay.
public struct SimulatedCall: Sendable {
  public var call: BudgetCall
  public var used: CallAmounts
  /// The part of the tokens that is output.
  public var outputTokens: Int64
  /// What the call could have cost at the worst; nil where that was not kept: then the most that such a call cost so far.
  public var bound: CallAmounts?
  public var startedAt: Timestamp
  public var endedAt: Timestamp

  public init(
    call: BudgetCall, used: CallAmounts, outputTokens: Int64 = 0, bound: CallAmounts? = nil, startedAt: Timestamp,
    endedAt: Timestamp
  ) {
    self.call = call
    self.used = used
    self.outputTokens = outputTokens
    self.bound = bound
    self.startedAt = startedAt
    self.endedAt = endedAt
  }
}

/// What a budget would have done to the calls of one workflow in one scope.
public struct SimulatedRefusals: Sendable, Equatable {
  public var budget: String
  public var scope: String
  public var workflow: String
  /// How many calls it would have refused or held.
  public var refusals: Int64 = 0
  public var firstRefusalAt: Timestamp?
  public var lastRefusalAt: Timestamp?
  /// How many of them because they waited in vain for others' reservations.
  public var waitsInVain: Int64 = 0
  /// How many calls would have waited.
  public var waits: Int64 = 0
  /// What the refused calls used, which would not have been spent.
  public var saved = CallAmounts.zero

  init(budget: String, scope: String, workflow: String) {
    self.budget = budget
    self.scope = scope
    self.workflow = workflow
  }
}
