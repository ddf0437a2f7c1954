public import Metering
public import Runs

/// Something about a run that people may want to know.
public struct RunNews: Sendable, Equatable {
  public enum What: Sendable, Equatable {
    /// A guardrail's limit is reached: for the first time, or after its cool-down again.
    case tripped(GuardrailTrip)
    case found(Anomaly)
  }

  public var call: CallID
  /// Nil for a call of no run.
  public var run: String?
  public var agent: String
  public var workflow: String
  public var what: What
  public var at: Timestamp

  init(_ call: CallID, of run: String?, identity: CallerIdentity, _ what: What, at time: Timestamp) {
    self.call = call
    self.run = run
    agent = identity.agent
    workflow = identity.workflow
    self.what = what
    at = time
  }
}
