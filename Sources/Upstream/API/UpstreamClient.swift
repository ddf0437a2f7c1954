internal import CCurl
internal import Glibc
public import NIOCore
internal import Synchronization

/// Calls upstreams with libcurl, on threads of its own.
public final class UpstreamClient: Sendable {
  public struct Configuration: Sendable {
    /// 1 to 64; half the cores. Measured on two cores: one thread takes a tenth to a fifth less CPU for a call and a quarter less for
    /// a stream than two, at the same throughput, since its wake-ups gather more.
    public var threads = max(1, System.coreCount / 2)
    /// Transfers at once over all threads; one more fails with `unavailable`.
    public var transfersMax = 16384
    /// A file of CA certificates (PEM) instead of the system's.
    public var caFile: String?

    public init() {}
  }

  private static let threadsMax = 64

  private let mailboxes: [Mailbox]
  private let threads: Mutex<[pthread_t]>
  let resolver: NameResolver
  private let counters = UpstreamCounters()
  private let transfersMax: Int
  private let nextThread = Atomic<Int>(0)

  /// Starts the threads. Throws ``UpstreamError``.
  public convenience init(configuration: Configuration) throws {
    try self.init(configuration: configuration, resolver: NameResolver())
  }

  init(configuration: Configuration, resolver: NameResolver) throws {
    // Once per process, and before any thread: later calls count only.
    guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK else {
      throw UpstreamError.curl("curl_global_init failed")
    }
    let caFile =
      configuration.caFile ?? curl_version_info(CURLVERSION_SEVENTH).pointee.cainfo.map { String(cString: $0) }
    if let path = configuration.caFile, access(path, R_OK) != 0 { throw UpstreamError.caFileNotReadable(path: path) }
    self.resolver = resolver
    self.transfersMax = max(1, configuration.transfersMax)
    var mailboxes: [Mailbox] = []
    var threads: [pthread_t] = []
    do {
      for number in 0..<min(Self.threadsMax, max(1, configuration.threads)) {
        let mailbox = try Mailbox()
        let thread = try CurlThread(
          mailbox: mailbox, resolver: resolver, counters: self.counters, caFile: caFile,
          connectionsMax: self.transfersMax)
        guard let id = startThread(name: "curl-\(number)", { thread.run() }) else { throw UpstreamError.noThread }
        mailboxes.append(mailbox)
        threads.append(id)
      }
    } catch {
      Self.stop(mailboxes, threads)
      throw error
    }
    self.mailboxes = mailboxes
    self.threads = Mutex(threads)
  }

  deinit {
    self.shutDown()
  }

  /// The version of the system's libcurl.
  public static var libcurlVersion: String { String(cString: curl_version_info(CURLVERSION_SEVENTH).pointee.version) }

  public var statistics: UpstreamStatistics {
    UpstreamStatistics(
      transfersLive: self.counters.transfersLive.load(ordering: .relaxed),
      connections: self.counters.connections.load(ordering: .relaxed),
      resendsStopped: self.counters.resendsStopped.load(ordering: .relaxed),
      staleConnections: self.counters.staleConnections.load(ordering: .relaxed),
      lookupsPending: self.resolver.pendingCount)
  }

  /// Starts a transfer. `deliver` runs on `loop`, with every event of a wake-up in order and one call to it per wake-up;
  /// `willSend` runs on the curl thread right before the first byte of the request goes out, at most once, and must not block.
  /// Both are let go when the transfer has ended. Where the loop is shut down, nothing is delivered.
  public func start(
    _ request: UpstreamRequest, limits: TransferLimits, on loop: any EventLoop,
    willSend: @escaping @Sendable () -> Void,
    deliver: @escaping @Sendable (inout TransferEventBatch) -> Void
  ) -> Transfer {
    if let problem = RequestCheck.problem(in: request) {
      return Self.refuse(.badRequest, problem, on: loop, deliver)
    }
    guard self.counters.transfersLive.add(1, ordering: .relaxed).newValue <= self.transfersMax else {
      self.counters.transfersLive.subtract(1, ordering: .relaxed)
      return Self.refuse(.unavailable, "\(self.transfersMax) transfers are under way", on: loop, deliver)
    }
    let order = TransferOrder(request: request, limits: limits, loop: loop, willSend: willSend, deliver: deliver)
    let number = self.nextThread.wrappingAdd(1, ordering: .relaxed).oldValue
    let transfer = Transfer(
      order: order, mailbox: self.mailboxes[Int(UInt(bitPattern: number) % UInt(self.mailboxes.count))])
    guard transfer.signal(Transfer.Signal.start) else {
      self.counters.transfersLive.subtract(1, ordering: .relaxed)
      return Self.refuse(.unavailable, "the client is shut down", on: loop, deliver)
    }
    return transfer
  }

  /// Cancels what is under way and ends the threads. Waits for them; a second call returns at once. A look-up that hangs in the system's
  /// resolver is left behind.
  public func shutDown() {
    let threads = self.threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    Self.stop(self.mailboxes, threads)
  }

  private static func stop(_ mailboxes: [Mailbox], _ threads: [pthread_t]) {
    for mailbox in mailboxes { mailbox.postStop() }
    for thread in threads {
      // The last reference can go away on a curl thread, with the closure that held it: it cannot wait for itself.
      if pthread_equal(thread, pthread_self()) != 0 { pthread_detach(thread) } else { pthread_join(thread, nil) }
    }
  }

  private static func refuse(
    _ failure: TransferFailure, _ explanation: String, on loop: any EventLoop,
    _ deliver: @escaping @Sendable (inout TransferEventBatch) -> Void
  ) -> Transfer {
    loop.execute {
      var events = TransferEventBatch()
      events.end = TransferEnd(result: .failed(failure), wasSent: false, explanation: explanation)
      deliver(&events)
    }
    return Transfer()
  }
}
