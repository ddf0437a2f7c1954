import Logging
import Metering

/// What the writer does besides committing: looks at the disk, checkpoints, deletes what is too old.
struct Upkeep {
  private static let second: Int64 = 1_000_000_000
  /// Without a commit for this long the writer is idle.
  private static let idleNanoseconds = second
  /// After this long without a commit even a short log is copied into the database.
  private static let longIdleNanoseconds = 30 * second
  /// Between two batches of deletions, between two looks for something to delete, and how long that can be put off by
  /// load.
  private static let retentionBatchNanoseconds = second / 20
  private static let retentionNanoseconds = 600 * second
  private static let retentionDelayMaxNanoseconds = 60 * second

  var lastCommit = monotonicNanoseconds()

  private let core: LedgerCore
  private let store: LedgerStore
  private let setting: WriterLoop.Setting
  private let disk: DiskSpace
  private var clock: ClockWatch
  private var isDiskShort = false
  private var nextDiskLook = monotonicNanoseconds()
  private var nextCheckpoint: Int64 = 0
  private var nextRetention = monotonicNanoseconds()
  private var spendingExpiredOnDay: Int64

  init(core: LedgerCore, store: LedgerStore, setting: WriterLoop.Setting) {
    self.core = core
    self.store = store
    self.setting = setting
    disk = DiskSpace(
      directory: setting.configuration.directory, reserveBytes: setting.configuration.diskReserveBytes)
    clock = ClockWatch(now: setting.now(), monotonicNanoseconds: monotonicNanoseconds())
    spendingExpiredOnDay = floorDivide(setting.now().hour, by: 24)
  }

  /// How long the writer may sleep: until the next of these things is due.
  var sleepNanoseconds: Int64 {
    let time = monotonicNanoseconds()
    return max(1_000_000, min(nextDiskLook, max(nextRetention, lastCommit &+ Self.retentionBatchNanoseconds)) &- time)
  }

  /// - Parameter time: of the monotonic clock.
  mutating func run(isFailing: Bool, time: Int64) {
    if time >= nextDiskLook {
      nextDiskLook = time &+ Self.second
      lookAtDisk()
    }
    if !isFailing, !isDiskShort { core.availability.recover() }
    guard !isFailing else { return }
    if time >= nextCheckpoint, needsCheckpoint(time) { checkpoint(time) }
    if time >= nextRetention, isFreeForRetention(time) { deleteOld(time) }
  }

  private mutating func lookAtDisk() {
    let outage = disk.outage(wasShort: isDiskShort)
    isDiskShort = outage != nil
    guard let outage else { return }
    if core.availability.isAvailable { core.fault(outage.fault) }
    core.availability.fail(outage)
  }

  private func needsCheckpoint(_ time: Int64) -> Bool {
    let length = store.log.lengthBytes
    if length >= WriteAheadLog.lengthMaxBytes { return true }
    let idle = time &- lastCommit
    return idle >= Self.idleNanoseconds && length >= WriteAheadLog.idleLengthBytes
      || idle >= Self.longIdleNanoseconds && length > 0
  }

  private mutating func checkpoint(_ time: Int64) {
    do throws(SQLiteFailure) {
      try store.log.checkpoint()
      nextCheckpoint = time &+ Self.second
    } catch {
      nextCheckpoint = time &+ 10 &* Self.second
      failed("a checkpoint failed", error)
    }
  }

  private func isFreeForRetention(_ time: Int64) -> Bool {
    time &- lastCommit >= Self.retentionBatchNanoseconds || time &- nextRetention >= Self.retentionDelayMaxNanoseconds
  }

  private mutating func deleteOld(_ time: Int64) {
    let now = setting.now()
    guard clock.isTrusted(now: now, monotonicNanoseconds: time) else {
      nextRetention = time &+ Self.retentionNanoseconds
      core.logger.warning("the clock has jumped: old calls are not deleted until it is back, or until a restart")
      return
    }
    do throws(SQLiteFailure) {
      let hasMore = try store.retention.deleteBatch(now: now)
      if hasMore { setting.logSync.markDirty() }
      nextRetention = time &+ (hasMore ? Self.retentionBatchNanoseconds : Self.retentionNanoseconds)
      if !hasMore { try expireSpending(now) }
    } catch {
      nextRetention = time &+ Self.retentionNanoseconds
      failed("deleting old calls failed", error)
    }
  }

  /// Once a day, since it looks through all that budgets have: at the start the opening does it.
  private mutating func expireSpending(_ now: Timestamp) throws(SQLiteFailure) {
    let day = floorDivide(now.hour, by: 24)
    guard day != spendingExpiredOnDay else { return }
    spendingExpiredOnDay = day
    try store.spending.expire(now: now)
    setting.logSync.markDirty()
  }

  /// A failure here is no reason to refuse calls, unless it needs a restart: the next commit decides.
  private func failed(_ what: Logger.Message, _ failure: SQLiteFailure) {
    core.fault(failure.fault)
    core.logger.warning(what, metadata: ["error": "\(failure.text)"])
    let outage = Outage(failure, directory: setting.configuration.directory)
    if outage.end == .restart { core.availability.fail(outage) }
  }
}

/// Tells a clock that was set from one that went on: deleting by a clock that jumped a year ahead would delete
/// everything.
struct ClockWatch {
  private static let toleranceMicroseconds: Int64 = 3_600_000_000
  private let offsetMicroseconds: Int64

  init(now: Timestamp, monotonicNanoseconds: Int64) {
    offsetMicroseconds = now.unixMicroseconds &- monotonicNanoseconds / 1000
  }

  func isTrusted(now: Timestamp, monotonicNanoseconds: Int64) -> Bool {
    let drift = now.unixMicroseconds &- monotonicNanoseconds / 1000 &- offsetMicroseconds
    return drift.magnitude <= Self.toleranceMicroseconds.magnitude
  }
}
