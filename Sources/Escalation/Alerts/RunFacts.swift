import Ledger
public import Metering

/// What a run did that people are to be told of: it reached a guardrail's limit, or something went wrong in it quietly.
public struct RunFacts: Sendable, Equatable {
  /// The guardrail's name, or the kind of the anomaly.
  public var subject: String
  /// Nil for a call of no run.
  public var run: String?
  public var agent: String
  public var workflow: String
  /// The call that showed it.
  public var call: String
  /// What happened, with its figures; nil where the subject says it.
  public var detail: String?
  /// When it is no news any more, unless it happens again.
  public var endsAt: Timestamp

  public init(
    subject: String, run: String?, agent: String, workflow: String, call: String, detail: String? = nil,
    endsAt: Timestamp
  ) {
    self.subject = subject
    self.run = run
    self.agent = agent
    self.workflow = workflow
    self.call = call
    self.detail = detail
    self.endsAt = endsAt
  }
}

extension RunFacts {
  /// A run that tripped a guardrail is told once; what goes wrong quietly, once for its workflow.
  func member(of rule: AlertRule) -> String { rule == .guardrailTripped ? run ?? call : workflow }
}
