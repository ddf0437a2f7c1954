import Metering
import Synchronization

/// What the writer has to do.
enum WriterItem {
  /// A call has ended: its row is to be committed, then its slot freed. Kept apart, since a row is large and is passed on
  /// several times.
  indirect case settled(CallRecord, slot: Int, with: CallExtras)
  /// A ticket was dropped: the call is settled as its slot has it.
  case dropped(id: CallID, slot: Int)

  var slot: Int {
    switch self {
    case .settled(_, let slot, _), .dropped(_, let slot): slot
    }
  }
}

/// Something that the writer does between its commits, in a transaction of its own: an entry in the books.
struct WriterJob: Sendable {
  var run: @Sendable (LedgerStore) -> Void
  /// Called instead where the writer cannot write.
  var refuse: @Sendable (LedgerError) -> Void
}

/// What the writer waits for.
enum WriterWait {
  /// Work, or the end.
  case work
  /// The end only: the database cannot be written at the moment.
  case closing
}

/// The way of ended calls to the writer thread. Bounded by the slots of the in-flight file, each of which is here at
/// most once.
///
/// Unchecked: `state` is touched only under the lock.
final class WriterQueue: @unchecked Sendable {
  private struct State {
    var items: [WriterItem] = []
    var jobs: [WriterJob] = []
    /// Items ever put in, and items whose end has come: committed or given up.
    var enqueued: Int64 = 0
    var finished: Int64 = 0
    var waiters: [Waiter] = []
    /// The writer cannot commit at the moment: nobody waits for it.
    var isStalled = false
    var isWriterAsleep = false
    var isWriterDone = false
  }

  private struct Waiter {
    var position: Int64
    var continuation: CheckedContinuation<Void, Never>
  }

  /// How long the writer lets rows gather before it commits them. Nobody waits for a settlement, and a commit of a few rows
  /// costs as much as one of many; reads, which do wait, end the gathering.
  private static let gatherNanoseconds: Int64 = 5_000_000
  /// So many rows are committed without waiting for more.
  private static let gatheredRowsMax = 256

  /// Jobs that wait at most; one more is refused.
  private static let jobsMax = 64
  /// Reads that wait for the writer at most; one more reads what is committed.
  private static let waitersMax = 1024

  private let lock = MonitorLock()
  private var state = State()
  /// Beside the state, since it is looked at with every admission. Set under the lock.
  private let closing = Atomic<Bool>(false)

  /// Calls that have ended and are not committed yet.
  var depth: Int { lock.withLock { Int(state.enqueued &- state.finished) } }

  var isClosing: Bool { closing.load(ordering: .acquiring) }

  /// Whether the item was taken; false once the writer has ended.
  func put(_ item: WriterItem) -> Bool {
    lock.withLock {
      guard !state.isWriterDone else { return false }
      state.items.append(item)
      state.enqueued &+= 1
      if state.isWriterAsleep {
        state.isWriterAsleep = false
        lock.signal()
      }
      return true
    }
  }

  /// Hands a job to the writer, or refuses it.
  func put(_ job: WriterJob) {
    let error = lock.withLock { () -> LedgerError? in
      guard !state.isWriterDone, !isClosing else { return .closed }
      guard state.jobs.count < Self.jobsMax else {
        return .query("\(Self.jobsMax) entries wait to be booked: try again later")
      }
      state.jobs.append(job)
      if state.isWriterAsleep {
        state.isWriterAsleep = false
        lock.signal()
      }
      return nil
    }
    if let error { job.refuse(error) }
  }

  /// The jobs that wait.
  func takeJobs() -> [WriterJob] {
    lock.withLock {
      defer { state.jobs = [] }
      return state.jobs
    }
  }

  /// Waits for something to do, then takes up to `count` items. Whether the queue is closing.
  func take(_ count: Int, into items: inout [WriterItem], waitingFor wait: WriterWait, nanoseconds: Int64) -> Bool {
    lock.withLock {
      if !isClosing, wait == .closing || (state.items.isEmpty && state.jobs.isEmpty) {
        state.isWriterAsleep = wait == .work
        lock.wait(nanoseconds: nanoseconds)
        state.isWriterAsleep = false
      }
      gather(waitingFor: wait)
      let taken = min(count, state.items.count)
      if items.isEmpty, taken == state.items.count {
        // The usual case: records are large, so that the array is passed on instead of its elements.
        swap(&items, &state.items)
      } else if taken > 0 {
        items.append(contentsOf: state.items.prefix(taken))
        state.items.removeFirst(taken)
      }
      return isClosing
    }
  }

  /// Waits a little for company. Called under the lock.
  private func gather(waitingFor wait: WriterWait) {
    guard wait == .work, !isClosing, !state.items.isEmpty, state.items.count < Self.gatheredRowsMax else { return }
    guard state.waiters.isEmpty, state.jobs.isEmpty else { return }
    lock.wait(nanoseconds: Self.gatherNanoseconds)
  }

  /// Says that so many items have come to their end, and lets those go on who waited for them.
  func finish(_ count: Int) {
    let ready = lock.withLock { () -> [Waiter] in
      state.isStalled = false
      state.finished &+= Int64(count)
      guard !state.waiters.isEmpty else { return [] }
      let finished = state.finished
      let ready = state.waiters.filter { $0.position <= finished }
      state.waiters.removeAll { $0.position <= finished }
      return ready
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Says that commits fail for now: a read then sees what is committed.
  func stall() { releaseWaiters { $0.isStalled = true } }

  /// Returns once everything that was put in before has been committed; at once while commits fail.
  func waitForCommit() async {
    await withCheckedContinuation { continuation in
      let mustWait = lock.withLock { () -> Bool in
        guard state.finished < state.enqueued, !state.isStalled, !state.isWriterDone,
          state.waiters.count < Self.waitersMax
        else { return false }
        state.waiters.append(Waiter(position: state.enqueued, continuation: continuation))
        lock.signal()
        return true
      }
      if !mustWait { continuation.resume() }
    }
  }

  func beginClosing() {
    lock.withLock {
      closing.store(true, ordering: .releasing)
      lock.signal()
    }
  }

  func writerIsDone() {
    releaseWaiters { $0.isWriterDone = true }
    for job in takeJobs() { job.refuse(.closed) }
    lock.withLock { lock.signal() }
  }

  func waitUntilWriterIsDone() {
    lock.withLock {
      while !state.isWriterDone { lock.wait() }
    }
  }

  private func releaseWaiters(_ change: (inout State) -> Void) {
    let released = lock.withLock { () -> [Waiter] in
      change(&state)
      defer { state.waiters.removeAll() }
      return state.waiters
    }
    for waiter in released { waiter.continuation.resume() }
  }
}
