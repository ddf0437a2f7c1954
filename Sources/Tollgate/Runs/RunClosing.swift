import Control
import Escalation
import Gateway
import Ledger
import Metering
import Observability
import Runs

/// Tells all who want to know that runs have ended.
struct RunClosing: Sendable {
  let ledger: Ledger
  let metrics: RunMetrics
  /// Nil where traces are off.
  let traces: TraceRecorder?
  /// Whom alerts about runs go to.
  let escalation: Escalation

  /// - Throws: where the ledger does not take it; metrics and traces have it then.
  func close(_ ended: [ClosedRun]) async throws {
    guard !ended.isEmpty else { return }
    let now = WallClock.now()
    for run in ended {
      if let end = run.end { metrics.ended(end) }
      // A span cannot be taken back, nor sent twice.
      if run.isOver { traces?.record(run.traced) }
      for facts in run.alerts(at: now) { escalation.note(facts, .anomaly) }
    }
    try await ledger.runs.write(ended.map(\.record), seenAt: now, noting: ended.flatMap(\.events))
  }
}

extension ClosedRun {
  /// What it came to, as far as that was seen.
  private var outcome: RunOutcome { end?.outcome ?? .unknown }

  /// How the ledger keeps the end.
  fileprivate var record: (run: String, end: RunRecord.End) {
    let document = String(decoding: RunEndJSON.document(end, reason: reason), as: UTF8.self)
    return (run: run, end: RunRecord.End(at: endedAt, outcome: outcome.rawValue, document: document))
  }

  /// What is wrong with the run as a whole.
  fileprivate var events: [RunEvent] {
    guard let end else { return [] }
    return end.anomalies.map {
      RunEvent($0, run: run, call: nil, agent: end.agent, workflow: end.workflow, at: endedAt)
    }
  }

  /// The same, as people are told of it.
  fileprivate func alerts(at time: Timestamp) -> [RunFacts] {
    guard let end else { return [] }
    return end.anomalies.map { RunFacts($0, of: end, run: run, at: time) }
  }

  fileprivate var traced: TracedRunEnd {
    TracedRunEnd(
      run: run, agent: end?.agent, workflow: end?.workflow, parentRun: parentRun, startedAt: startedAt,
      endedAt: endedAt,
      outcome: outcome.rawValue, error: outcome.isWell || outcome == .unknown ? nil : outcome.rawValue)
  }
}
