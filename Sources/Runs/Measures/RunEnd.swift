public import Metering

/// What a run says of a call that is to be sent on.
public struct RunAdmission: Sendable, Equatable {
  public var answer: GuardrailAnswer
  /// The tools that the request answers, each once; none where the call does not pass.
  public var answered: [AnsweredTool]
  /// How many results the request brings that no request before had brought, whether their calls are known or not.
  public var results: Int
  /// How many of them say that their tool failed.
  public var resultErrors: Int

  public init(
    answer: GuardrailAnswer = GuardrailAnswer(), answered: [AnsweredTool] = [], results: Int = 0, resultErrors: Int = 0
  ) {
    self.answer = answer
    self.answered = answered
    self.results = results
    self.resultErrors = resultErrors
  }
}

/// What a run came to.
public struct RunEnd: Sendable, Equatable {
  public var run: String
  public var slot: RunSlot
  public var agent: String
  public var workflow: String
  /// The call that the run was asked for last.
  public var lastCall: CallID
  public var outcome = RunOutcome.none
  /// What went wrong with the run as a whole. What went wrong with its replies was told with them.
  public var anomalies: [Anomaly] = []
  /// Its figures: ``RunTally/totals``, ``RunTally/clock``, ``RunTally/criticalPathMicroseconds``, ``RunTally/toolsByName``.
  public var tally: RunTally

  init(run: String, slot: RunSlot, agent: String, workflow: String, lastCall: CallID, tally: RunTally) {
    self.run = run
    self.slot = slot
    self.agent = agent
    self.workflow = workflow
    self.lastCall = lastCall
    self.tally = tally
  }
}
