public import Budgets
internal import Dialects
public import Metering

/// The runs that go on: what is counted of each, what its guardrails say, and what is wrong with it.
///
/// No I/O and no clock; it is to stand behind one lock, which makes each function one step. Which call belongs to which run is told from
/// outside.
public struct RunMonitor: ~Copyable, Sendable {
  /// How many runs are kept. When they are full, the sixteenth of them that was idle longest ends.
  public static let runsMax = 4_096
  /// How many workflows' pasts are kept; the runs of others are compared with nothing.
  public static let workflowsMax = 1_000

  private struct Run: Sendable {
    var call: BudgetCall
    var tally: RunTally
    var guardrails = GuardrailState()
    var anomalies = RunAnomalies()
    /// How the last reply ended; nil until one did.
    var ending: ReplyEnding?
    var failure: RunFailure?
  }

  private var guardrails: Guardrails
  private let patience: LoopPatience
  private var runs: [String: Run] = [:]
  private var histories: [String: WorkflowHistory] = [:]
  private var ended: [RunEnd] = []

  public init(guardrails: Guardrails = Guardrails(), patience: LoopPatience = .standard) {
    self.guardrails = guardrails
    self.patience = patience
  }

  /// How many runs go on.
  public var count: Int { runs.count }

  /// What is counted of a run; nil where it is not known.
  public func tally(of run: String) -> RunTally? { runs[run]?.tally }

  /// Puts other guardrails in force. What runs have tripped stays with those that are still there.
  public mutating func replace(guardrails: Guardrails) {
    self.guardrails = guardrails
    let names = Set(guardrails.definitions.map(\.name))
    for run in runs.keys { runs[run]?.guardrails.keep(names) }
  }

  // MARK: Calls

  /// Decides a call before it is sent on, and counts it if it may be.
  ///
  /// - Parameter call: what budgets know of it; it names the run.
  public mutating func admit(_ request: RunRequest, _ call: BudgetCall, at now: Timestamp) -> RunAdmission {
    let name = call.run ?? call.id.description
    var run = runs.removeValue(forKey: name)
    var state = run?.guardrails ?? GuardrailState()
    let answer = guardrails.decide(request, call, of: name, run?.tally, &state, at: now)
    if run == nil {
      if runs.count >= Self.runsMax { makeRoom(at: now) }
      run = Run(call: call, tally: RunTally(startsAt: now, patience: patience))
    }
    run?.guardrails = state
    var answered: [AnsweredTool] = []
    if answer.passes {
      answered = run?.tally.begin(request, at: now) ?? []
      run?.failure = nil
    } else {
      run?.failure = .guardrail
    }
    runs[name] = run
    return RunAdmission(answer: answer, answered: answered)
  }

  /// Takes back a call that was admitted and then not sent on.
  public mutating func cancel(_ call: BudgetCall, because failure: RunFailure, at now: Timestamp) {
    let name = call.run ?? call.id.description
    runs[name]?.tally.cancel(call.id, at: now)
    runs[name]?.failure = failure
  }

  /// Counts the reply of a call that was admitted.
  ///
  /// - Parameter failure: why it came to none, or to half of one.
  /// - Returns: what is wrong with the run, each once.
  public mutating func end(
    _ call: BudgetCall, _ reply: RunReply, failure: RunFailure? = nil, at now: Timestamp
  ) -> [Anomaly] {
    let name = call.run ?? call.id.description
    guard var run = runs.removeValue(forKey: name) else { return [] }
    run.tally.end(reply, of: call.id, at: now)
    guardrails.note(reply, call, &run.guardrails)
    run.ending = reply.ending
    run.failure = failure
    let found = run.anomalies.find(in: run.tally)
    runs[name] = run
    return found
  }

  /// Lets a run go on that a guardrail has stopped.
  ///
  /// - Returns: whether there is such a run, and such a limit.
  public mutating func release(_ name: String, _ release: GuardrailRelease, at now: Timestamp) -> Bool {
    guard var run = runs[name] else { return false }
    let isKnown = guardrails.release(release, run.tally, &run.guardrails, at: now)
    runs[name] = run
    return isKnown
  }

  // MARK: Ends

  /// Ends a run, and compares it with the past of its workflow, of which it is then a part.
  ///
  /// - Returns: nil where it is not known.
  public mutating func close(_ name: String) -> RunEnd? {
    runs.removeValue(forKey: name).map { summary(of: $0, name) }
  }

  /// The runs that ended because there was no room for them.
  public mutating func takeEnded() -> [RunEnd] {
    guard !ended.isEmpty else { return [] }
    let taken = ended
    ended = []
    return taken
  }

  private mutating func makeRoom(at now: Timestamp) {
    let oldest = runs.map { (name: $0.key, lastAt: $0.value.tally.clock.lastAt) }.sorted { $0.lastAt < $1.lastAt }
    for (name, _) in oldest.prefix(Self.runsMax / 16) {
      if let summary = close(name), ended.count < Self.runsMax { ended.append(summary) }
    }
  }

  private mutating func summary(of run: Run, _ name: String) -> RunEnd {
    let tally = run.tally
    let awaitsTools = tally.nodes.values.contains { $0.awaitsTools }
    var summary = RunEnd(run: name, agent: run.call.agent, workflow: run.call.workflow, tally: tally)
    summary.outcome = RunOutcome(ending: run.ending, failure: run.failure, awaitsTools: awaitsTools)
    if awaitsTools, run.failure == nil {
      summary.anomalies.append(Anomaly(.unansweredTool, value: Int64(tally.unansweredTools)))
    }
    let past = WorkflowHistory.Run(
      costPicodollars: Int64(clamping: tally.totals.costPicodollars), llmCalls: tally.totals.llmCalls,
      wallMicroseconds: tally.clock.wallMicroseconds)
    let isKnown = histories[run.call.workflow] != nil || histories.count < Self.workflowsMax
    if isKnown, tally.totals.llmCalls > 0 {
      var history = histories.removeValue(forKey: run.call.workflow) ?? WorkflowHistory()
      summary.anomalies += history.anomalies(of: past)
      history.add(past)
      histories[run.call.workflow] = history
    }
    return summary
  }

  /// Tells what a run of a workflow came to that ended before this process began, the oldest first.
  public mutating func restore(_ past: WorkflowHistory.Run, of workflow: String) {
    guard histories[workflow] != nil || histories.count < Self.workflowsMax else { return }
    histories[workflow, default: WorkflowHistory()].add(past)
  }
}
