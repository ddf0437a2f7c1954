import Budgets
import Synchronization

public import Dialects
public import Metering
public import Runs

/// Which run each call belongs to, what is counted of runs, and what their guardrails say. Behind one lock, which a call holds for some
/// microseconds.
public final class RunDesk: Sendable {
  private struct State: ~Copyable {
    var book: RunBook
    var monitor: RunMonitor
    /// What ids of runs are made of. Nothing rests on their being secret, and the system's randomness takes a system call.
    var random: UInt64

    /// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    mutating func nextRandom() -> UInt64 {
      random &+= 0x9E37_79B9_7F4A_7C15
      var bits = random
      bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
      return bits ^ bits >> 31
    }

    /// Asks the guardrails of the run that a call was linked to; nothing where the run does not count it.
    mutating func admit(_ entry: inout RunEntry?, as linked: LinkedCall, at time: Timestamp) -> RunAdmission {
      guard entry != nil else { return RunAdmission() }
      entry?.take(linked)
      return entry.map { monitor.admit($0.request, $0.call, in: linked.slot, at: time) } ?? RunAdmission()
    }
  }

  /// What fingerprints of requests and replies are made with.
  let key: FingerprintKey
  private let state: Mutex<State>
  private let now: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - key: the one that ``kept`` batches were made with.
  ///   - kept: what was known before a restart, the oldest batch first.
  public init(
    key: FingerprintKey, limits: RunLimits = RunLimits(), guardrails: Guardrails = Guardrails(), kept: [[UInt8]] = [],
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.key = key
    self.now = now
    var book = RunBook(key: key, limits: limits)
    book.restore(kept)
    state = Mutex(
      State(
        book: book, monitor: RunMonitor(guardrails: guardrails), random: UInt64.random(in: .min ... .max)))
  }

  /// How many runs go on.
  public var runCount: Int { state.withLock { $0.book.runCount } }

  /// How many links there are.
  public var linkCount: Int { state.withLock { $0.book.linkCount } }

  // MARK: Calls

  /// Links a call to its run, and asks its guardrails. The run goes on at least until the ticket is let go.
  ///
  /// - Parameter entry: what the run is told of the call; nil where the run does not count it.
  func link(_ request: LinkRequest, _ entry: consuming RunEntry?) -> RunTicket {
    let time = now()
    let query = LinkQuery(request, by: key, at: time)
    var entry = entry
    var admission = RunAdmission()
    let linked = state.withLock { state in
      let linked = state.book.link(query, random: state.nextRandom())
      admission = state.admit(&entry, as: linked, at: time)
      return linked
    }
    return RunTicket(linked, counted: entry, admission, desk: self)
  }

  /// Asks the guardrails about a call of tools that belongs to no run.
  func admitAlone(_ request: RunRequest, _ call: BudgetCall) -> GuardrailAnswer {
    let time = now()
    return state.withLock { $0.monitor.admitAlone(request, call, at: time) }
  }

  /// Asks the guardrails of a call's run again, once a person has let it pass. Where the run has ended meanwhile, none stands in its way.
  ///
  /// - Parameter excused: the limits that only this call may pass.
  func admitAgain(_ linked: LinkedCall, _ entry: RunEntry, excusing excused: [GuardrailTrip]) -> RunAdmission {
    let time = now()
    return state.withLock { state in
      guard state.monitor.tally(of: linked.slot) != nil else { return RunAdmission() }
      return state.monitor.admit(entry.request, entry.call, in: linked.slot, excusing: excused, at: time)
    }
  }

  /// The same for a call that begins no run.
  ///
  /// - Returns: nil where no run is found.
  func linkKnown(_ request: LinkRequest, _ entry: consuming RunEntry?) -> RunTicket? {
    let time = now()
    let query = LinkQuery(request, by: key, at: time)
    var entry = entry
    var admission = RunAdmission()
    let linked = state.withLock { state -> LinkedCall? in
      guard let linked = state.book.linkKnown(query) else { return nil }
      admission = state.admit(&entry, as: linked, at: time)
      return linked
    }
    return linked.map { RunTicket($0, counted: entry, admission, desk: self) }
  }

  /// Takes what a call's reply said.
  ///
  /// - Parameter isCounted: whether the run counts the call; of another, it takes what was fetched.
  func end(_ linked: LinkedCall, _ call: BudgetCall, isCounted: Bool, _ end: RunCallEnd) -> [Anomaly] {
    let time = now()
    return state.withLock { state in
      state.book.record(end.link, of: linked, at: time)
      guard isCounted else {
        state.monitor.addFetched(end.reply, call, in: linked.slot, at: time)
        return []
      }
      return state.monitor.end(call, in: linked.slot, end.reply, failure: end.failure, at: time)
    }
  }

  /// A call came to no reply, or was not sent.
  ///
  /// - Parameter admission: what its run said of it.
  func drop(_ linked: LinkedCall, _ call: BudgetCall?, _ admission: RunAdmission, because failure: RunFailure) {
    let time = now()
    state.withLock { state in
      state.book.record(LinkReply(hasFailed: true), of: linked, at: time)
      if let call { state.monitor.cancel(call, admission, in: linked.slot, because: failure, at: time) }
    }
  }

  // MARK: Prompts

  /// The longest of a request's beginnings that a provider has counted.
  func counted(_ outline: PromptOutline, of call: LinkedCall) -> KnownBeginning? {
    let time = now()
    return state.withLock { $0.book.counted(outline, of: call, at: time) }
  }

  /// The tokens of what stands before a request that follows a stored response.
  func contextTokens(behind response: Fingerprint, _ outline: PromptOutline, of call: LinkedCall) -> Int64? {
    let time = now()
    return state.withLock { $0.book.contextTokens(behind: response, outline, of: call, at: time) }
  }

  // MARK: Runs

  /// The runs that ended since this was asked before, at most about so many.
  public func expire(max: Int) -> [ClosedRun] {
    let time = now()
    let (displaced, ended) = state.withLock { state in
      let ended = state.book.expire(at: time, max: max)
      return (state.monitor.takeEnded(), Self.close(ended, &state.monitor))
    }
    return displaced.map { ClosedRun($0) } + ended
  }

  /// Ends a run now: the next call that names it begins it anew. Where several callers named one so, all of them.
  ///
  /// - Returns: those that ended.
  public func end(_ run: String) -> [ClosedRun] {
    state.withLock { state in Self.close(state.book.end(run), &state.monitor) }
  }

  /// Ends a run of a key's now; nil where it has none of that name or id that goes on.
  public func end(_ run: String, ofKey key: String?) -> ClosedRun? {
    let caller = RunCaller(key: key, workflow: "", agent: "", provider: "")
    return state.withLock { state in
      guard let ended = state.book.end(run, of: caller) else { return nil }
      return ClosedRun(ended, state.monitor.close(ended.slot))
    }
  }

  private static func close(_ ended: [EndedRun], _ monitor: inout RunMonitor) -> [ClosedRun] {
    ended.map { ClosedRun($0, monitor.close($0.slot)) }
  }

  /// Lets a run go on that a guardrail has stopped.
  ///
  /// - Returns: what is to be kept of it; empty where no such run goes on, or has such a limit.
  public func release(_ run: String, _ release: GuardrailRelease) -> [KeptGuardrail] {
    let time = now()
    return state.withLock { $0.monitor.release(run, release, at: time) }
  }

  // MARK: Restart

  /// How much of a batch is written while the lock is held: some microseconds.
  private static let recordsPerSlice = 128

  /// What is to be kept for the next process: what has changed since this was asked before, or everything.
  public func takeLinks(all: Bool) -> LinkBatch {
    var batch = state.withLock { $0.book.beginBatch(ofAll: all) }
    batch.prepare()
    while !batch.isWhole { state.withLock { $0.book.addSlice(to: &batch, recordsMax: Self.recordsPerSlice) } }
    return batch
  }

  /// Tells what a run of a workflow came to that ended before this process began, the oldest first.
  public func restore(_ past: WorkflowHistory.Run, of workflow: String) {
    state.withLock { $0.monitor.restore(past, of: workflow) }
  }

  /// Takes over runs that had not ended when the process before this one did, before any call is linked.
  ///
  /// - Parameter kept: the one that was idle longest first.
  public func restore(_ kept: [KeptRun]) {
    state.withLock { state in
      for (run, slot) in zip(kept, state.book.reopen(kept)) { state.monitor.restore(run, in: slot) }
    }
  }
}

/// A run that ended.
public struct ClosedRun: Sendable {
  public var run: String
  public var parentRun: String?
  public var startedAt: Timestamp
  public var endedAt: Timestamp
  public var reason: RunEndReason
  /// False of one whose figures had to make room: calls may still be linked to it, and its end is told again.
  public var isOver: Bool
  /// What it came to; nil where that was not seen: it began before this process did, or none of its calls was a model's.
  public var end: RunEnd?

  init(_ ended: EndedRun, _ end: RunEnd?) {
    run = ended.run
    parentRun = ended.parentRun
    startedAt = ended.startedAt
    endedAt = ended.lastCallAt
    reason = ended.reason
    isOver = true
    self.end = end
  }

  /// One that had to make room.
  init(_ end: RunEnd) {
    run = end.run
    startedAt = end.tally.clock.startedAt
    endedAt = end.tally.clock.lastAt
    reason = .displaced
    isOver = false
    self.end = end
  }
}

/// What a run is told of a call that it counts.
struct RunEntry {
  var request: RunRequest
  var call: BudgetCall

  /// Takes over where the call belongs.
  mutating func take(_ linked: LinkedCall) {
    request.depth = linked.place.depth
    request.retry = linked.place.isRetry ? 1 : 0
    call.run = linked.run
  }
}

/// What a run is told of the end of a call.
struct RunCallEnd {
  /// What later calls are linked by.
  var link: LinkReply
  var reply: RunReply
  /// Why it came to none, or to half of one.
  var failure: RunFailure?
}
