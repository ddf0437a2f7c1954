import Control
import Dialects
import Gateway
import Ledger
import Logging
import Metering
import Observability
import Runs
import ServiceLifecycle

/// Ends runs that have been idle for long, and keeps what calls are linked by for the next process.
struct RunService: Service {
  let runs: RunDesk
  let closing: RunClosing
  let ledger: Ledger
  let logger: Logger

  private static let interval = Duration.seconds(1)
  /// How many runs are ended at once, while calls wait; and how often that is done in a round.
  private static let endsAtOnceMax = 100
  private static let endsPerRoundMax = 20_000
  /// Rounds between two batches of links: what a crash loses at most.
  private static let roundsPerBatch = 2
  /// Batches until all is written anew in their place.
  private static let batchesMax = 1_000

  func run() async throws {
    // What was kept belongs to the book of the last process.
    var batches = Self.batchesMax
    var rounds = 0
    var isOver = false
    while !isOver {
      isOver = await !pause()
      await write(takeEnded())
      rounds += 1
      guard isOver || rounds >= Self.roundsPerBatch else { continue }
      rounds = 0
      let batch = runs.takeLinks(all: batches >= Self.batchesMax)
      guard !batch.bytes.isEmpty else { continue }
      batches = await keep(batch) ? (batch.isAll ? 1 : batches + 1) : Self.batchesMax
    }
  }

  /// False once the process is to end.
  private func pause() async -> Bool {
    await cancelWhenGracefulShutdown { (try? await Task.sleep(for: Self.interval)) != nil }
  }

  private func takeEnded() -> [ClosedRun] {
    var ended: [ClosedRun] = []
    while ended.count < Self.endsPerRoundMax {
      let more = runs.expire(max: Self.endsAtOnceMax)
      ended += more
      if more.count < Self.endsAtOnceMax { break }
    }
    return ended
  }

  private func write(_ ended: [ClosedRun]) async {
    do {
      try await closing.close(ended)
    } catch {
      logger.warning("ends of runs are not in the ledger", metadata: ["runs": "\(ended.count)", "error": "\(error)"])
    }
  }

  /// False where they could not be kept.
  private func keep(_ batch: LinkBatch) async -> Bool {
    do {
      try await ledger.runs.keep(links: batch.bytes, inPlaceOfAll: batch.isAll)
      return true
    } catch {
      logger.warning("what calls are linked to runs by could not be kept", metadata: ["error": "\(error)"])
      return false
    }
  }
}

extension RunDesk {
  /// The runs of a ledger's process, as the one before left them.
  convenience init(_ section: RunsSection, _ guardrails: Guardrails, keptIn ledger: Ledger) {
    let kept = ledger.takeRunLinks()
    var random = SystemRandomNumberGenerator()
    self.init(
      key: FingerprintKey(word0: kept?.secretLow ?? random.next(), word1: kept?.secretHigh ?? random.next()),
      limits: section.limits, guardrails: guardrails, kept: kept?.batches ?? [], now: WallClock.now)
  }
}

extension ControlRuns {
  /// Those of a ledger, ended at a desk.
  ///
  /// - Parameter holds: where calls wait for their runs to be released.
  init(of desk: RunDesk, in ledger: Ledger, _ closing: RunClosing, holds: HoldDesk) {
    self.init(kept: ledger.runs) { run, actor in
      let ended = desk.end(run)
      guard !ended.isEmpty else { return false }
      try await closing.close(ended)
      try await ledger.credentials.record(AuditedChange(actor: actor, action: "run.end", subject: run))
      return true
    } release: { run, release, actor in
      let now = WallClock.now()
      let limits = desk.release(run, release)
      guard !limits.isEmpty else { return false }
      try await ledger.keep(limits, of: run, by: actor, at: now)
      holds.released(run, from: release, by: actor, at: now)
      return true
    }
  }
}

extension Ledger {
  /// Keeps what a person let a run have beyond its guardrails.
  func keep(_ limits: [KeptGuardrail], of run: String, by actor: String, at time: Timestamp) async throws {
    try await runs.keep(
      limits, of: run, at: time, audit: AuditedChange(actor: actor, action: "run.release", subject: run))
  }
}

extension MetricsRegistry {
  /// Makes `tollgate_runs_open` and `tollgate_run_links`.
  func openRuns(of desk: RunDesk) {
    reading(MetricDescriptor("tollgate_runs_open", help: "Runs that go on."), .gauge) { [weak desk] in
      MetricReading(Int64(desk?.runCount ?? 0))
    }
    reading(MetricDescriptor("tollgate_run_links", help: "What calls can be linked to runs by."), .gauge) {
      [weak desk] in MetricReading(Int64(desk?.linkCount ?? 0))
    }
  }
}
