import Synchronization

/// Looks names up beside the curl threads, since libcurl's own resolver starts a thread for each transfer and can freeze all
/// others of its curl thread (measured: a 6 s look-up blocked `remove_handle` for 5.6 s).
///
/// Answers are remembered; callers that ask for one name at the same time share one look-up; each look-up has a thread of its own,
/// of which there are few, so that a slow name server delays the names it serves and, unless all threads wait for it, no other.
final class NameResolver: Sendable {
  /// How long an answer is taken as fresh. getaddrinfo does not tell the name server's own figure.
  static let freshMilliseconds: Int64 = 30_000
  /// How long an answer that is no longer fresh is used while the name is looked up again.
  static let staleMilliseconds: Int64 = 300_000
  /// How long a name that could not be looked up is not tried again.
  static let failedMilliseconds: Int64 = 1000
  static let namesMax = 1024
  static let threadsMax = 8
  /// Names waiting for a thread.
  static let queueMax = 256

  /// What is known at once.
  enum Answer: Sendable {
    case known(NameLookup)
    /// `whenDone` will be called, once, on another thread.
    case pending
  }

  private struct Entry {
    var lookup: NameLookup
    var freshUntil: Int64
    /// Up to here it is used while the name is looked up again.
    var usableUntil: Int64
  }

  private struct State {
    var entries: [String: Entry] = [:]
    /// Names being looked up or queued, with those who wait for the answer.
    var waiting: [String: [@Sendable (NameLookup) -> Void]] = [:]
    var queue: [String] = []
    var threads = 0
  }

  private let state = Mutex(State())
  private let lookUp: @Sendable (String) -> NameLookup
  private let now: @Sendable () -> Int64

  /// `now` is a monotonic clock in milliseconds.
  init(
    lookUp: @escaping @Sendable (String) -> NameLookup = NameLookup.system,
    now: @escaping @Sendable () -> Int64 = monotonicMilliseconds
  ) {
    self.lookUp = lookUp
    self.now = now
  }

  /// Look-ups under way or queued.
  var pendingCount: Int { self.state.withLock { $0.waiting.count } }

  /// Never blocks. `whenDone` is kept only where the answer is `pending`; who asks from many transfers at once passes it once.
  func resolve(_ name: String, whenDone: @escaping @Sendable (NameLookup) -> Void) -> Answer {
    let now = self.now()
    let (answer, mustStartThread) = self.state.withLock { state -> (Answer, Bool) in
      if let entry = state.entries[name] {
        if now < entry.freshUntil { return (.known(entry.lookup), false) }
        if now < entry.usableUntil {
          let mustStart = state.waiting[name] == nil && Self.enqueue(name, in: &state)
          return (.known(entry.lookup), mustStart)
        }
      }
      if state.waiting[name] != nil {
        state.waiting[name]?.append(whenDone)
        return (.pending, false)
      }
      guard state.queue.count < Self.queueMax else { return (.known(.failed("too many names to look up")), false) }
      let mustStart = Self.enqueue(name, in: &state)
      state.waiting[name]?.append(whenDone)
      return (.pending, mustStart)
    }
    if mustStartThread { self.startThread() }
    return answer
  }

  /// Queues a name that nobody waits for yet, and says whether a thread must be started for it.
  private static func enqueue(_ name: String, in state: inout State) -> Bool {
    guard state.queue.count < self.queueMax else { return false }
    state.waiting[name] = []
    state.queue.append(name)
    guard state.threads < self.threadsMax else { return false }
    state.threads += 1
    return true
  }

  /// The thread ends when the queue is empty: look-ups are rare, a thread is cheap, and one that hangs in getaddrinfo cannot be
  /// joined anyway.
  private func startThread() {
    let hasStarted = startDetachedThread(name: "resolver") { [self] in
      while let name = self.takeName() { self.finish(name, self.lookUp(name)) }
    }
    if !hasStarted { self.failQueue() }
  }

  private func takeName() -> String? {
    self.state.withLock { state in
      guard state.queue.isEmpty else { return state.queue.removeFirst() }
      state.threads -= 1
      return nil
    }
  }

  private func finish(_ name: String, _ lookup: NameLookup) {
    let now = self.now()
    let waiters = self.state.withLock { state -> [@Sendable (NameLookup) -> Void] in
      switch lookup {
      case .found:
        let freshUntil = now + Self.freshMilliseconds
        let entry = Entry(lookup: lookup, freshUntil: freshUntil, usableUntil: freshUntil + Self.staleMilliseconds)
        Self.remember(entry, for: name, in: &state)
      case .failed:
        let freshUntil = now + Self.failedMilliseconds
        if let usableUntil = state.entries[name]?.usableUntil, freshUntil < usableUntil {
          // An answer that may still hold is worth more than none.
          state.entries[name]?.freshUntil = freshUntil
        } else {
          Self.remember(Entry(lookup: lookup, freshUntil: freshUntil, usableUntil: freshUntil), for: name, in: &state)
        }
      }
      return state.waiting.removeValue(forKey: name) ?? []
    }
    for waiter in waiters { waiter(lookup) }
  }

  private static func remember(_ entry: Entry, for name: String, in state: inout State) {
    if state.entries.count >= self.namesMax, state.entries[name] == nil { state.entries.removeAll() }
    state.entries[name] = entry
  }

  /// No thread could be started: whoever waits is told, unless a running thread will come to it.
  private func failQueue() {
    let names = self.state.withLock { state -> [String] in
      state.threads -= 1
      guard state.threads == 0 else { return [] }
      defer { state.queue = [] }
      return state.queue
    }
    for name in names { self.finish(name, .failed("no thread to look the name up")) }
  }
}
