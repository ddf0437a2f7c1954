public import Budgets
public import Metering

/// The runs that go on: what is counted of each, what its guardrails say, and what is wrong with it.
///
/// No I/O and no clock; it is to stand behind one lock, which makes each function one step of some microseconds. Which call belongs to
/// which run is told from outside (``RunBook``); a run is known by its ``RunSlot``.
///
/// A call is admitted (``admit(_:_:in:at:)``), and if it passes, either taken back before it is sent on
/// (``cancel(_:_:in:because:at:)``) or ended (``end(_:in:_:failure:at:)``). A run is closed once its book says that it ended
/// (``close(_:)``).
public struct RunMonitor: ~Copyable, Sendable {
  /// How many runs are kept, and about how many bytes all of them may take: one of a single call takes some 500 bytes, one of which
  /// everything is kept that ever is of any, less than 400 KB. Where there is no room, a run of a single call that awaits nothing ends,
  /// else one of the others: that to which nothing happened for longest.
  public static let runsMax = 131_072
  public static let bytesMax = 128 << 20
  /// How many workflows' pasts are kept; the runs of others are compared with nothing.
  public static let workflowsMax = 1_000
  /// How many runs that made room wait to be told; those beyond are never.
  static let endedMax = 16_384

  private var guardrails: Guardrails
  private let bytesMax: Int
  private var runs = MonitoredRuns()
  private var histories: [String: WorkflowHistory] = [:]
  private var ended: [RunEnd] = []
  /// What calls of tools have tripped that belong to no run.
  private var alone = GuardrailState()

  /// - Parameter bytesMax: about how many bytes the runs may take.
  public init(guardrails: Guardrails = Guardrails(), bytesMax: Int = RunMonitor.bytesMax) {
    self.guardrails = guardrails
    self.bytesMax = bytesMax
  }

  /// How many runs go on.
  public var count: Int { runs.count }

  /// About how many bytes they take.
  public var bytes: Int { runs.bytes }

  /// What is counted of a run; nil where it is not known.
  public func tally(of run: RunSlot) -> RunTally? { runs[run]?.tally }

  /// Puts other guardrails in force. What runs have tripped stays with those that are still there.
  public mutating func replace(guardrails: Guardrails) {
    self.guardrails = guardrails
    let names = Set(guardrails.definitions.map(\.name))
    runs.changeGuardrails { $0.keep(names) }
    alone.keep(names)
  }

  // MARK: Calls

  /// Decides a call before it is sent on, and counts it if it may be.
  ///
  /// - Parameters:
  ///   - call: what budgets know of it.
  ///   - excused: the limits that a person let the call pass.
  public mutating func admit(
    _ request: RunRequest, _ call: BudgetCall, in run: RunSlot, excusing excused: [GuardrailTrip] = [],
    at now: Timestamp
  ) -> RunAdmission {
    let guardrails = guardrails
    let admission = runs.change(run, beginningWith: MonitoredRun(call, by: guardrails, at: now)) { run in
      run.head.lastCall = call.id
      let answer = guardrails.decide(
        request, call, of: run.head.name, run.tally, &run.guardrails, excusing: excused, at: now)
      guard answer.passes else {
        run.head.failure = .guardrail
        return RunAdmission(answer: answer)
      }
      if request.isModelCall { run.head.failure = nil }
      let before = run.tally.totals
      let answered = run.tally.begin(request, at: now)
      let after = run.tally.totals
      var admission = RunAdmission(
        answer: answer, answered: answered, results: Int(clamping: after.toolResults &- before.toolResults),
        resultErrors: Int(clamping: after.toolErrors &- before.toolErrors))
      if request.isModelCall { run.tally.returned.move(to: &admission, of: request) }
      return admission
    }
    makeRoom(but: run)
    return admission ?? RunAdmission()
  }

  /// Decides a call of tools that belongs to no run.
  public mutating func admitAlone(_ request: RunRequest, _ call: BudgetCall, at now: Timestamp) -> GuardrailAnswer {
    guardrails.decideAlone(request, call, &alone, at: now)
  }

  /// Takes back a call that was admitted and then not sent on. One that was not admitted changes nothing.
  ///
  /// - Parameter admission: what was said of it: the results that it brought are told of the call that brings them again.
  public mutating func cancel(
    _ call: BudgetCall, _ admission: RunAdmission, in run: RunSlot, because failure: RunFailure, at now: Timestamp
  ) {
    _ = runs.change(run) { run in
      if run.tally.cancel(call.id, admission, at: now) { run.head.failure = failure }
    }
    makeRoom(but: run)
  }

  /// Counts the reply of a call that was admitted and sent on. One that was not admitted changes nothing.
  ///
  /// - Parameter failure: why it came to none, or to half of one.
  /// - Returns: what is wrong with the run, each once.
  public mutating func end(
    _ call: BudgetCall, in run: RunSlot, _ reply: RunReply, failure: RunFailure? = nil, at now: Timestamp
  ) -> [Anomaly] {
    let guardrails = guardrails
    let found: [Anomaly]? = runs.change(run) { run in
      guard let isModelCall = run.tally.end(reply, of: call.id, at: now) else { return [] }
      guard isModelCall else { return run.anomalies.find(in: run.tally) }
      guardrails.note(reply, call, &run.guardrails)
      run.head.ending = reply.ending
      run.head.failure = failure
      return run.anomalies.find(in: run.tally)
    }
    makeRoom(but: run)
    return found ?? []
  }

  /// Adds what a call brought that the run does not count as one: what is fetched of a response that was worked on in the background.
  public mutating func addFetched(_ reply: RunReply, _ call: BudgetCall, in run: RunSlot, at now: Timestamp) {
    guard reply.tokens > 0 || reply.costPicodollars > 0 || reply.width > 0 else { return }
    let guardrails = guardrails
    _ = runs.change(run, beginningWith: MonitoredRun(call, by: guardrails, at: now)) {
      $0.tally.addFetched(reply, at: now)
    }
    makeRoom(but: run)
  }

  /// Lets runs go on that a guardrail has stopped.
  ///
  /// - Parameter name: what they are called; where several callers named theirs so, all of them.
  /// - Returns: what is to be kept of it; empty where there is no such run, or no such limit.
  public mutating func release(_ name: String, _ release: GuardrailRelease, at now: Timestamp) -> [KeptGuardrail] {
    var kept: [GuardrailLimit.Kind: KeptGuardrail] = [:]
    let guardrails = guardrails
    for slot in runs.slots(named: name) {
      let limits = runs.change(slot) { guardrails.release(release, $0.tally, &$0.guardrails, at: now) }
      for limit in limits ?? [] where limit.granted >= kept[limit.kind]?.granted ?? 0 { kept[limit.kind] = limit }
    }
    return Array(kept.values)
  }

  // MARK: Ends

  /// Ends a run, and compares it with the past of its workflow, of which it is then a part.
  ///
  /// - Returns: nil where it is not known.
  public mutating func close(_ run: RunSlot) -> RunEnd? { runs.remove(run).map { end(of: $0, at: run) } }

  /// The runs that ended because there was no room for them. Where one goes on after that, it is counted anew.
  public mutating func takeEnded() -> [RunEnd] {
    guard !ended.isEmpty else { return [] }
    let taken = ended
    ended = []
    return taken
  }

  private mutating func makeRoom(but run: RunSlot) {
    while runs.bytes > bytesMax || runs.count > Self.runsMax {
      guard let oldest = runs.first(but: run), let end = close(oldest) else { return }
      if ended.count < Self.endedMax { ended.append(end) }
    }
  }

  private mutating func end(of run: MonitoredRun, at slot: RunSlot) -> RunEnd {
    let (head, tally) = (run.head, run.tally)
    let awaited = tally.awaitedTools
    var end = RunEnd(
      run: head.name, slot: slot, agent: head.agent, workflow: head.workflow, lastCall: head.lastCall, tally: tally)
    end.outcome =
      run.isUnseen ? .unknown : RunOutcome(ending: head.ending, failure: head.failure, awaitsTools: awaited > 0)
    if end.outcome == .unansweredTool {
      end.anomalies.append(Anomaly(.unansweredTool, value: Int64(awaited)))
    }
    guard tally.totals.llmCalls > 0 else { return end }
    let past = WorkflowHistory.Run(
      costPicodollars: Int64(clamping: tally.totals.costPicodollars), llmCalls: tally.totals.llmCalls,
      wallMicroseconds: tally.clock.wallMicroseconds)
    guard histories[head.workflow] != nil || histories.count < Self.workflowsMax else { return end }
    var history = histories.removeValue(forKey: head.workflow) ?? WorkflowHistory()
    end.anomalies += history.anomalies(of: past)
    history.add(past)
    histories[head.workflow] = history
    return end
  }

  // MARK: What was before

  /// Tells what a run of a workflow came to that ended before this process began, the oldest first.
  public mutating func restore(_ past: WorkflowHistory.Run, of workflow: String) {
    guard histories[workflow] != nil || histories.count < Self.workflowsMax else { return }
    histories[workflow, default: WorkflowHistory()].add(past)
  }

  /// Takes over a run that began before this process did, so that its limits hold on; nothing where it is known already.
  public mutating func restore(_ kept: KeptRun, in run: RunSlot) {
    guard !runs.contains(run) else { return }
    var restored = MonitoredRun(kept.call, RunTally(kept, patience: guardrails.patience(of: kept.call)))
    restored.guardrails = GuardrailState(kept, by: guardrails)
    restored.head.isRestored = true
    _ = runs.change(run, beginningWith: restored) { _ in }
    makeRoom(but: run)
  }
}
