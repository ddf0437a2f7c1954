public import Metering

/// What a run says of a call that is to be sent on.
public struct RunAdmission: Sendable, Equatable {
  public var answer: GuardrailAnswer
  /// The tools that the request answers, each once; none where the call does not pass.
  public var answered: [AnsweredTool]
}

/// What a run came to.
public struct RunEnd: Sendable, Equatable {
  public var run: String
  public var agent: String
  public var workflow: String
  public var outcome = RunOutcome.none
  /// What went wrong with the run as a whole. What went wrong with its replies was told with them.
  public var anomalies: [Anomaly] = []
  /// Its figures: ``RunTally/totals``, ``RunTally/clock``, ``RunTally/criticalPathMicroseconds``, ``RunTally/toolsByName``.
  public var tally: RunTally

  init(run: String, agent: String, workflow: String, tally: RunTally) {
    self.run = run
    self.agent = agent
    self.workflow = workflow
    self.tally = tally
  }
}
