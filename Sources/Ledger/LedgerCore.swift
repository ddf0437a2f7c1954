import Logging
import Metering
import Synchronization

/// What admission, settlement and the writer thread share. Tickets keep it alive.
final class LedgerCore: Sendable {
  let slots: SlotTable
  let queue = WriterQueue()
  let availability: Availability
  let logger: Logger
  let observer: LedgerObserver
  private let noted = RunEventQueue()
  private let faultCount = Atomic<Int64>(0)
  private let queueMax: Int

  init(file: SlotFile, configuration: LedgerConfiguration, logger: Logger, observer: LedgerObserver) {
    slots = SlotTable(file: file)
    availability = Availability(logger: logger)
    self.logger = logger
    self.observer = observer
    queueMax = configuration.queueMax
  }

  var faults: Int64 { faultCount.load(ordering: .relaxed) }

  func admit(_ admission: Admission) throws(AdmissionRefusal) -> Ticket {
    if let outage = availability.current { throw .ledgerUnavailable(reason: outage.reason) }
    guard !queue.isClosing else { throw .closing }
    // Every row that waits holds a slot, so that only a smaller limit than the slots' needs to be looked at.
    if queueMax < slots.file.slotCount, queue.depth >= queueMax {
      throw .ledgerUnavailable(
        reason: "\(queueMax) ended calls wait to be committed: the disk is too slow, or queueMax too small")
    }
    guard let slot = slots.claim(admission) else { throw .tooManyInFlight(limit: slots.file.slotCount) }
    return Ticket(id: admission.id, slot: slot, core: self)
  }

  /// Hands a call's end to the writer; also into the slot, for a process that dies before the commit.
  ///
  /// A slot has no room for the responses that a body brought. Where there are any it is left as it is, so that a process that
  /// dies before the commit charges nothing for them and counts none: fetched again, they are charged then.
  func settle(_ record: CallRecord, slot: Int, with extras: CallExtras) {
    if extras.responses.isEmpty { storeSettlement(record, slot: slot) }
    guard !queue.put(.settled(record, slot: slot, with: extras)) else { return }
    logger.error(
      "a call ended after the ledger was closed: it is settled at the next start", metadata: ["call": "\(record.id)"])
  }

  private func storeSettlement(_ record: CallRecord, slot: Int) {
    var progress = SlotProgress(
      usage: record.usage, outputTextBytes: slots.file.outputTextBytes(slot: slot), model: record.model,
      responseID: record.providerResponseID, status: record.status)
    progress.settlement = RecoveredCall.Settlement(of: record)
    slots.file.store(progress, slot: slot)
  }

  func ticketWasDropped(id: CallID, slot: Int) {
    fault(.ticketDropped)
    logger.error(
      "a call was neither settled nor voided: it is settled by what its slot holds", metadata: ["call": "\(id)"])
    _ = queue.put(.dropped(id: id, slot: slot))
  }

  func fault(_ fault: LedgerFault) {
    faultCount.add(1, ordering: .relaxed)
    observer.failed(fault)
  }

  /// Runs a job of the books on the writer thread, in a transaction, after every row that was put in before.
  func perform(_ job: @escaping LedgerBooks.Job) async throws {
    await queue.waitForCommit()
    try await performThen { store in
      try job(store)
      return {}
    }
  }

  /// Runs a job on the writer thread, in a transaction; then, once that is committed, what it returned.
  func performThen(_ job: @escaping @Sendable (LedgerStore) throws -> @Sendable () -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      queue.put(
        WriterJob(
          run: { store in
            let result = Result {
              var then: (@Sendable () -> Void)?
              try store.transaction { then = try job(store) }
              then?()
            }
            continuation.resume(with: result.mapError { LedgerError(booking: $0) })
          },
          refuse: { continuation.resume(throwing: $0) }))
    }
  }

  /// Runs a job on the writer thread, in a transaction, for nobody who waits: what fails is undone and not told.
  func performLater(_ job: @escaping LedgerBooks.Job) {
    queue.put(WriterJob(run: { store in _ = try? store.transaction { try job(store) } }, refuse: { _ in }))
  }

  /// Has the writer keep what was noticed, in a transaction of its own.
  func note(_ events: [RunEvent]) {
    let (isFirst, lost) = noted.put(events)
    if lost > 0 { lose(lost, because: "\(RunEventQueue.eventsMax) events wait to be written") }
    guard isFirst else { return }
    queue.put(
      WriterJob(
        run: { [self] store in
          let events = noted.take()
          do {
            try store.transaction { try store.events.write(events) }
          } catch {
            lose(events.count, because: LedgerError(booking: error).description)
          }
        },
        refuse: { [self] error in lose(noted.take().count, because: error.description) }))
  }

  private func lose(_ events: Int, because reason: String) {
    logger.warning("events of runs are not in the ledger", metadata: ["events": "\(events)", "error": "\(reason)"])
  }

  func committed(rows: Int, durationNanoseconds: Int64) {
    observer.committed(rows, durationNanoseconds)
  }
}
