public import Metering

/// How a run ended.
public struct TracedRunEnd: Sendable {
  public var run: String
  /// Of its first agent; nil where only what was seen of the run here tells.
  public var agent: String?
  public var workflow: String?
  /// The run that started it.
  public var parentRun: String?
  public var startedAt: Timestamp
  public var endedAt: Timestamp
  /// In one word: `ok`, `unanswered_tool`.
  public var outcome: String
  /// Why it failed; nil where it did not.
  public var error: String?

  public init(
    run: String, agent: String? = nil, workflow: String? = nil, parentRun: String? = nil, startedAt: Timestamp,
    endedAt: Timestamp, outcome: String, error: String? = nil
  ) {
    self.run = run
    self.agent = agent
    self.workflow = workflow
    self.parentRun = parentRun
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.outcome = outcome
    self.error = error
  }
}
