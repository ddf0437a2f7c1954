public import Budgets
public import Logging
public import Metering

import GRDBSQLite
import Synchronization

/// The embedded ledger: one SQLite file, one thread that writes it, one mapped file of calls in flight.
///
/// What it promises: a call that was admitted has its one row, whatever becomes of the process; after a power failure
/// the rows of the last 100 ms can be missing. While the disk is full, read-only or failing, no call is admitted, and
/// calls that end keep their slots until their rows are committed. It goes on by itself, but for a failed sync and a
/// damaged database: those need a restart, since only a fresh reading of the files tells what is there.
public final class Ledger: Sendable {
  private let core: LedgerCore
  private let directory: DataDirectory
  private let counted: CountedResponses
  private let readers: ReaderPool
  private let now: @Sendable () -> Timestamp
  private let runLinks: Mutex<KeptRunLinks?>

  /// Opens or makes the data directory, migrates the schema and settles what a dead process left behind: each of its
  /// calls is passed to `recover`, which prices it, and committed before this returns.
  ///
  /// - Parameters:
  ///   - observer: is told of commits and failures.
  ///   - now: the wall clock, injected.
  ///   - recover: prices a call by what its slot held. Called here for the calls of a dead process, and later, on the
  ///     writer thread, for a ticket that was dropped.
  /// - Throws: ``LedgerError``.
  public init(
    configuration: LedgerConfiguration, logger: Logger, observer: LedgerObserver = LedgerObserver(),
    now: @escaping @Sendable () -> Timestamp, recover: @escaping @Sendable (RecoveredCall) -> RecoveredRow
  ) throws {
    try configuration.validate()
    directory = try DataDirectory(configuration.directory, creating: true, logger: logger)
    var configuration = configuration
    configuration.directory = directory.path
    let opened = try LedgerOpening(directory: directory, configuration: configuration, logger: logger, now: now())
      .open(budgetsRead: observer.budgetsRead, recover: recover)
    let core = LedgerCore(file: opened.file, configuration: configuration, logger: logger, observer: observer)
    let logSync = try LogSync(path: directory.databasePath + "-wal") { [directory] detail in
      core.fault(.syncFailed)
      core.availability.fail(.syncFailed(directory: directory.path, detail: detail))
    }
    readers = try ReaderPool(path: directory.databasePath)
    counted = opened.counted
    runLinks = Mutex(opened.runLinks)
    self.core = core
    self.now = now
    observer.accessChanged(opened.access)
    logSync.start()
    let setting = WriterLoop.Setting(configuration: configuration, now: now, recover: recover, logSync: logSync)
    Writer(database: opened.database, store: opened.store, core: core, setting: setting).start()
  }

  deinit { close() }

  /// The version of the system's SQLite.
  public static var sqliteVersion: String { String(cString: sqlite3_libversion()) }

  /// A new id, greater than every one given before, also over restarts.
  public func nextCallID() -> CallID {
    CallIDSource.next(after: core.slots.file.greatestCallID.pointee, now: now())
  }

  /// Claims a slot for a call. Never waits for the disk.
  public func admit(_ admission: Admission) throws(AdmissionRefusal) -> Ticket { try core.admit(admission) }

  /// Settles a call with its one row, committed at the latest 20 ms on; the slot is freed after that commit. Never
  /// waits. The row has the ticket's id, whatever the record says.
  ///
  /// - Parameters:
  ///   - responses: what ``count(provider:responseID:)`` gave for the replies that the call is charged for, besides the
  ///     one that the record names. They are stored with the row, or not at all.
  ///   - debits: what the call took of budgets, stored likewise.
  ///   - isModelCall: whether a model was called: what runs count. One of a server of tools is none, nor one that fetches, lists or counts.
  ///   - answers: what became of the tools that its request answers, stored likewise.
  ///   - toolErrors: how many results that its request brings say that their tool failed; those in `answers` count in any case.
  ///   - events: what was noticed of the call, stored likewise.
  ///   - alerts: what its settlement did to alerts, stored in the transaction of the row.
  public func settle(
    _ ticket: consuming Ticket, as record: consuming CallRecord, counting responses: [ResponseDigest] = [],
    debiting debits: [BudgetDebit] = [], isModelCall: Bool = true, answering answers: [AnsweredTool] = [],
    toolErrors: Int = 0,
    noting events: [RunEvent] = [], alerts: [AlertState] = []
  ) {
    record.id = ticket.id
    counted.insert(record)
    let extras = CallExtras(
      responses: responses, debits: debits, isModelCall: isModelCall, answeredTools: answers,
      toolErrors: max(toolErrors, answers.count(where: \.isError)), events: events, alerts: alerts)
    core.settle(record, slot: ticket.resolve(), with: extras)
  }

  /// Gives a slot back without a row: the call was refused before anything was forwarded.
  public func void(_ ticket: consuming Ticket) { core.slots.release(ticket.resolve()) }

  /// Whether calls are admitted, and why not.
  public var health: LedgerHealth {
    if let outage = core.availability.current { return LedgerHealth(isAvailable: false, reason: outage.reason) }
    return core.queue.isClosing
      ? LedgerHealth(isAvailable: false, reason: "the ledger is closing") : LedgerHealth(isAvailable: true, reason: nil)
  }

  /// Calls that have ended and are not committed yet.
  public var queueDepth: Int { core.queue.depth }

  /// Calls that hold a slot: admitted, or ended and not committed yet.
  public var inFlight: Int { core.slots.used }

  /// Failures since the start, of any ``LedgerFault``.
  public var errors: Int64 { core.faults }

  /// Notes that a response with usage is charged now. Nil where it has been charged before: a poll that repeats the usage of a
  /// response is counted once, also where two polls end at the same moment, and so are batch results that are fetched twice.
  ///
  /// Answered from memory, which at start is filled from the file: at least the newest 1,048,576 responses are known, for as
  /// long as rows are kept. Whoever is given a digest settles the call with it, which makes the count durable.
  public func count(provider: String, responseID: String) -> ResponseDigest? {
    let digest = counted.digester.digest(provider: provider, responseID: responseID)
    return counted.insert(digest) ? digest : nil
  }

  /// The same for the response that the call's own record names, which needs no digest. False where it has been charged before.
  public func countOnce(provider: String, responseID: String) -> Bool {
    count(provider: provider, responseID: responseID) != nil
  }

  /// What calls took of budgets.
  public var spending: LedgerSpending {
    LedgerSpending(readers: readers, now: now, waitForCommit: { [core] in await core.queue.waitForCommit() }) {
      [core] in
      try await core.perform($0)
    }
  }

  /// Budgets that are made and raised at run time.
  public var budgets: LedgerBudgets {
    LedgerBudgets(readers: readers, now: now) { [core] in try await core.performThen($0) }
  }

  /// What is booked after calls were settled.
  public var books: LedgerBooks {
    LedgerBooks(readers: readers, now: now, waitForCommit: { [core] in await core.queue.waitForCommit() }) { [core] in
      try await core.perform($0)
    }
  }

  /// Alerts and the messages that tell them.
  public var alerts: LedgerAlerts { LedgerAlerts(books) { [core] in core.performLater($0) } }

  /// Runs: what their calls came to, and how they ended.
  public var runs: LedgerRuns {
    LedgerRuns(
      readers: readers, waitForCommit: { [core] in await core.queue.waitForCommit() },
      put: { [core] in core.note($0) }, perform: { [core] in try await core.performThen($0) })
  }

  /// What calls of the processes before were linked to runs by. Given once: it can be large.
  public func takeRunLinks() -> KeptRunLinks? { runLinks.withLock { $0.take() } }

  /// The calls that were held for a person.
  public var holds: LedgerHolds {
    LedgerHolds(readers: readers, now: now) { [core] in try await core.performThen($0) }
  }

  /// Keys, tokens and the audit log.
  public var credentials: CredentialBook {
    CredentialBook(
      readers: readers, now: now, publish: { [core] in core.observer.accessChanged($0) },
      perform: { [core] in try await core.performThen($0) })
  }

  /// Commits what is queued, copies the write-ahead log into the database, closes and gives the directory back. Waits;
  /// can be called again.
  public func close() {
    readers.close()
    core.queue.beginClosing()
    core.queue.waitUntilWriterIsDone()
    core.slots.file.detach()
    directory.release()
  }
}

extension Ledger {
  /// Calls, newest first. Sees every row that was settled before it was called, but while the ledger is unavailable.
  ///
  /// - Throws: ``LedgerError``.
  public func calls(_ filter: CallFilter) async throws -> [CallRecord] {
    await core.queue.waitForCommit()
    return try await readers.read { try CallQuery(filter).run($0) }
  }

  /// One call; nil where there is none with this id, or not yet, or no longer.
  public func call(_ id: CallID) async throws -> CallRecord? {
    await core.queue.waitForCommit()
    return try await readers.read { try CallQuery.call(id, $0) }
  }

  /// Totals by the dimensions asked for, sorted by their values.
  ///
  /// Whole hours are answered from the hourly roll-ups, the rest and what is asked by run or tool from the rows.
  /// Where the rows have expired, `from` and `to` are widened to whole hours, and there is nothing by run or tool.
  ///
  /// - Parameters:
  ///   - from, to: the calls that started in [from, to); nil = no bound.
  ///   - utcOffsetSeconds: where days and hours begin; -64,800...64,800.
  public func summary(
    by dimensions: [SummaryDimension], from: Timestamp?, to: Timestamp?, utcOffsetSeconds: Int
  ) async throws -> [SummaryRow] {
    let query = try SummaryQuery(dimensions, from: from, to: to, utcOffsetSeconds: utcOffsetSeconds)
    await core.queue.waitForCommit()
    return try await readers.read { try query.run($0) }
  }
}
