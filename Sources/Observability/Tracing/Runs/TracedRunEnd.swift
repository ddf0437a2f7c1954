public import Metering

/// How a run ended.
public struct TracedRunEnd: Sendable {
  public var run: String
  /// Of its first agent.
  public var agent: String
  public var workflow: String
  public var startedAt: Timestamp
  public var endedAt: Timestamp
  /// In one word: `ok`, `unanswered_tool`.
  public var outcome: String
  /// Why it failed; nil where it did not.
  public var error: String?

  public init(
    run: String, agent: String, workflow: String, startedAt: Timestamp, endedAt: Timestamp, outcome: String,
    error: String? = nil
  ) {
    self.run = run
    self.agent = agent
    self.workflow = workflow
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.outcome = outcome
    self.error = error
  }
}
