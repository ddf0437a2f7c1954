import Logging
import Metering

/// Takes what has ended off the queue and commits it in groups: rows that end within a few milliseconds share a commit, since
/// no client waits for its row.
struct WriterLoop {
  /// What the loop is told when it begins.
  struct Setting: Sendable {
    var configuration: LedgerConfiguration
    var now: @Sendable () -> Timestamp
    var recover: @Sendable (RecoveredCall) -> RecoveredRow
    var logSync: LogSync
  }

  /// Rows of one transaction at most.
  static let rowsPerCommitMax = 2048
  /// Between two tries while the database cannot be written, and the longest sleep.
  static let tickNanoseconds: Int64 = 1_000_000_000

  private let core: LedgerCore
  private let store: LedgerStore
  private let setting: Setting
  private var pending: [WriterItem] = []
  private var isFailing = false
  private var lastTry: Int64 = 0
  private var upkeep: Upkeep
  private var reportedFoldedHour: Int64?

  init(core: LedgerCore, store: LedgerStore, setting: Setting) {
    self.core = core
    self.store = store
    self.setting = setting
    upkeep = Upkeep(core: core, store: store, setting: setting)
  }

  mutating func run() {
    while true {
      let isClosing = core.queue.take(
        Self.rowsPerCommitMax &- pending.count, into: &pending, waitingFor: canCommit ? .work : .closing,
        nanoseconds: canCommit ? upkeep.sleepNanoseconds : Self.tickNanoseconds)
      guard !needsRestart else {
        core.queue.stall()
        runJobs()
        if isClosing { break }
        continue
      }
      let time = monotonicNanoseconds()
      if isFailing, !isClosing, time &- lastTry < Self.tickNanoseconds {
        runJobs()
        continue
      }
      tryToWrite(time)
      runJobs()
      if isClosing, isFailing || core.queue.depth == 0 { break }
      upkeep.run(isFailing: isFailing, time: time)
    }
    end()
  }

  private var needsRestart: Bool { core.availability.current?.end == .restart }

  private var canCommit: Bool { !isFailing && !needsRestart }

  private mutating func tryToWrite(_ time: Int64) {
    guard !pending.isEmpty || isFailing else { return }
    lastTry = time
    do throws(SQLiteFailure) {
      if pending.isEmpty { try store.probe() } else { try commitPending() }
      isFailing = false
    } catch {
      isFailing = true
      core.fault(error.fault)
      core.availability.fail(Outage(error, directory: setting.configuration.directory))
      core.queue.stall()
    }
  }

  private mutating func commitPending() throws(SQLiteFailure) {
    let start = monotonicNanoseconds()
    let result = try store.commit { write throws(SQLiteFailure) in
      for item in pending { try forRow(of: item, write) }
    }
    setting.logSync.markDirty()
    upkeep.lastCommit = monotonicNanoseconds()
    core.slots.release(pending.map(\.slot))
    core.queue.finish(pending.count)
    pending.removeAll(keepingCapacity: true)
    core.committed(rows: result.rows, durationNanoseconds: upkeep.lastCommit &- start)
    report(result)
  }

  /// An entry is refused while the database cannot be written: whoever asked waits for the answer.
  private mutating func runJobs() {
    for job in core.queue.takeJobs() {
      guard canCommit else {
        job.refuse(.storage(core.availability.current?.reason ?? "the ledger cannot be written at the moment"))
        continue
      }
      job.run(store)
      setting.logSync.markDirty()
      upkeep.lastCommit = monotonicNanoseconds()
    }
  }

  /// Calls `body` with the row of an item, unless it is a dropped ticket whose slot cannot be read.
  private func forRow(
    of item: borrowing WriterItem, _ body: (borrowing CallRecord, CallExtras) throws(SQLiteFailure) -> Void
  ) throws(SQLiteFailure) {
    switch item {
    case .settled(let record, _, let extras): try body(record, extras)
    case .dropped(let id, let slot):
      guard case .call(let call) = core.slots.file.snapshot(slot: slot) else {
        core.fault(.slotDamaged)
        core.logger.error("the slot of a dropped call cannot be read", metadata: ["call": "\(id)"])
        return
      }
      let recovered = call.row(setting.recover)
      try body(recovered.record, recovered.extras)
    }
  }

  private mutating func report(_ result: CommitResult) {
    if let hour = store.rollups.foldedHour, hour != reportedFoldedHour {
      reportedFoldedHour = hour
      core.logger.warning(
        "an hour has too many models, agents and workflows: its totals have the rest under one name, its rows each of them",
        metadata: ["totals": "\(RollupHours.totalsPerHourMax)", "name": "\(RollupHours.otherName)"])
    }
    for id in result.duplicates {
      core.fault(.rowRejected)
      core.logger.error("a call was settled under an id that has a row already", metadata: ["call": "\(id)"])
    }
    for (id, failure) in result.rejected {
      core.fault(.rowRejected)
      core.logger.error("a call could not be stored", metadata: ["call": "\(id)", "error": "\(failure.text)"])
    }
  }

  private func end() {
    setting.logSync.stop()
    let left = core.queue.depth
    if left > 0 {
      core.logger.error(
        "the ledger was closed while it could not be written: the calls that have ended are settled at the next start",
        metadata: ["calls": "\(left)"])
    }
    guard !needsRestart else { return }
    do throws(SQLiteFailure) {
      try store.log.truncate()
    } catch {
      core.logger.warning("the last checkpoint failed; nothing is lost", metadata: ["error": "\(error.text)"])
    }
  }
}
