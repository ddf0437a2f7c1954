internal import Budgets
internal import Dialects
internal import Metering

/// What a monitor keeps of a run.
struct MonitoredRun: Sendable {
  var head: MonitoredRunHead
  var tally: RunTally
  var guardrails = GuardrailState()
  var anomalies = RunAnomalies()

  init(_ call: BudgetCall, _ tally: RunTally) {
    head = MonitoredRunHead(call)
    self.tally = tally
  }

  /// A run that begins with a call.
  init(_ call: BudgetCall, by guardrails: Guardrails, at time: Timestamp) {
    self.init(call, RunTally(startsAt: time, patience: guardrails.patience(of: call)))
  }

  /// The run that was made brief.
  init(_ brief: BriefRun) {
    head = brief.head
    tally = brief.tally.tally
  }

  /// Whether how it ended was seen by the process before, and by nobody since.
  var isUnseen: Bool { head.isRestored && head.ending == nil && head.failure == nil }

  /// Whether nothing is lost of what it may come to: a single call that awaits no tools.
  var isOfOneCall: Bool { tally.totals.llmCalls <= 1 && tally.callsInFlight == 0 && tally.unansweredTools == 0 }

  /// About how much memory it takes.
  var bytes: Int {
    MemoryLayout<Self>.stride &- MemoryLayout<RunTally>.stride &+ head.textBytes &+ tally.bytes &+ guardrails.bytes
  }

  mutating func change<Result>(_ change: (inout MonitoredRun) -> Result) -> Result { change(&self) }
}

/// What is kept of every run, whatever it came to.
struct MonitoredRunHead: Sendable {
  var name: String
  var agent: String
  var workflow: String
  /// The newest of its calls.
  var lastCall: CallID
  /// How the last reply ended; nil until one did.
  var ending: ReplyEnding?
  var failure: RunFailure?
  /// Whether it began before this process did.
  var isRestored = false

  init(_ call: BudgetCall) {
    name = call.run ?? call.id.description
    agent = call.agent
    workflow = call.workflow
    lastCall = call.id
  }

  /// What its names take, apart from itself.
  var textBytes: Int { name.utf8.count &+ agent.utf8.count &+ workflow.utf8.count }
}

/// A run of which there is nothing but what ``BriefTally`` keeps: its guardrails have nothing to remember, and nothing is wrong with it.
struct BriefRun: Sendable {
  let head: MonitoredRunHead
  let tally: BriefTally

  /// Nil where there is more to be kept.
  init?(_ run: borrowing MonitoredRun) {
    guard run.guardrails == GuardrailState(), run.anomalies == RunAnomalies(), let tally = BriefTally(run.tally) else {
      return nil
    }
    head = run.head
    self.tally = tally
  }
}
