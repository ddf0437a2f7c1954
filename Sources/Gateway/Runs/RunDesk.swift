import Synchronization

public import Dialects
public import Metering
public import Runs

/// Which run each call belongs to. Behind one lock, which a call holds for some microseconds.
public final class RunDesk: Sendable {
  /// What fingerprints of requests and replies are made with.
  let key: FingerprintKey
  private let book: Mutex<RunBook>
  private let now: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - key: the one that ``kept`` batches were made with.
  ///   - kept: what was known before a restart, the oldest batch first.
  public init(
    key: FingerprintKey, limits: RunLimits = RunLimits(), kept: [[UInt8]] = [], now: @escaping @Sendable () -> Timestamp
  ) {
    self.key = key
    self.now = now
    var book = RunBook(key: key, limits: limits)
    book.restore(kept)
    self.book = Mutex(book)
  }

  /// How many runs go on.
  public var runCount: Int { book.withLock { $0.runCount } }

  /// How many links there are.
  public var linkCount: Int { book.withLock { $0.linkCount } }

  /// Links a call to its run. The run goes on at least until the ticket is let go.
  func link(_ request: LinkRequest) -> RunTicket {
    let random = UInt64.random(in: .min ... .max)
    let time = now()
    return RunTicket(book.withLock { $0.link(request, at: time, random: random) }, desk: self)
  }

  fileprivate func record(_ reply: LinkReply, of call: LinkedCall) {
    let time = now()
    book.withLock { $0.record(reply, of: call, at: time) }
  }

  /// The runs that ended since this was asked before, at most so many.
  public func expire(max: Int) -> [EndedRun] {
    let time = now()
    return book.withLock { $0.expire(at: time, max: max) }
  }

  /// Ends a run now: the next call that names it begins it anew. Where several callers named one so, all of them.
  ///
  /// - Returns: those that ended.
  public func end(_ run: String) -> [EndedRun] { book.withLock { $0.end(run) } }

  /// What is to be kept for the next process: what has changed since this was asked before, or everything.
  public func takeLinks(all: Bool) -> [UInt8] { book.withLock { all ? $0.snapshot() : $0.takeChanges() } }
}

/// A call's place in its run. When it is let go, the run is told what the call's reply said, so that no call is under way for ever.
struct RunTicket: ~Copyable {
  let linked: LinkedCall
  /// What later calls are linked by; a call that nobody says anything of has failed.
  var reply = LinkReply(hasFailed: true)
  private let desk: RunDesk

  fileprivate init(_ linked: LinkedCall, desk: RunDesk) {
    self.linked = linked
    self.desk = desk
  }

  deinit { desk.record(reply, of: linked) }
}
