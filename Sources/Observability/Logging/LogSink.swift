internal import Glibc
internal import Synchronization

/// Takes finished log lines without waiting and writes them on a thread of its own, so that a slow terminal or a full pipe
/// never holds up an event loop. What does not fit in the queue is dropped, counted, and said in the log afterwards.
///
/// Unchecked: everything but the semaphore is Sendable by itself, and POSIX lets any thread post and wait for that.
public final class LogSink: @unchecked Sendable {
  /// Bytes that may wait for the writer by default.
  public static let queueBytesMaxDefault = 1_048_576

  private struct Queue {
    var bytes: [UInt8] = []
    var droppedLines: UInt64 = 0
    var isWriting = false
    var isClosed = false
  }

  /// How lines look.
  public let style: LogStyle
  /// Lines that were dropped.
  public let droppedLines = Counter()

  private let descriptor: Int32
  private let queueBytesMax: Int
  private let queue = Mutex(Queue())
  private let wakeUp: UnsafeMutablePointer<sem_t>

  /// A sink that writes to an open file descriptor, which stays the caller's; 2 is standard error.
  ///
  /// - Parameter style: nil takes what suits the descriptor: lines for people on a terminal, JSON elsewhere.
  public init(
    descriptor: Int32 = 2, style: LogStyle? = nil, queueBytesMax: Int = LogSink.queueBytesMaxDefault
  ) {
    self.descriptor = descriptor
    self.style = style ?? (isatty(descriptor) == 1 ? .terminal : .json)
    self.queueBytesMax = queueBytesMax
    wakeUp = .allocate(capacity: 1)
    sem_init(wakeUp, 0, 0)
    startWriter()
  }

  deinit {
    sem_destroy(wakeUp)
    wakeUp.deallocate()
  }

  /// Queues one line, with its line feed. Never waits.
  func submit(_ line: [UInt8]) {
    let isFirst = queue.withLock { queue -> Bool? in
      guard !queue.isClosed, queue.bytes.count + line.count <= queueBytesMax else {
        queue.droppedLines += 1
        return nil
      }
      defer { queue.bytes += line }
      return queue.bytes.isEmpty
    }
    guard let isFirst else { return droppedLines.increment() }
    if isFirst { sem_post(wakeUp) }
  }

  /// Waits until all that was queued has been written, at most so long.
  ///
  /// - Returns: whether it was.
  @discardableResult
  public func flush(timeoutMilliseconds: Int) -> Bool {
    for _ in 0...max(0, timeoutMilliseconds) {
      if queue.withLock({ $0.bytes.isEmpty && !$0.isWriting }) { return true }
      usleep(1_000)
    }
    return false
  }

  /// Ends the writer once all that was queued has been written; later lines are dropped.
  public func close() {
    queue.withLock { $0.isClosed = true }
    sem_post(wakeUp)
  }

  private func startWriter() {
    var thread = pthread_t()
    let sink = Unmanaged.passRetained(self)
    let failure = pthread_create(&thread, nil, { LogSink.run($0) }, sink.toOpaque())
    guard failure == 0 else {
      sink.release()
      queue.withLock { $0.isClosed = true }
      return
    }
    pthread_detach(thread)
  }

  private static func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let sink = Unmanaged<LogSink>.fromOpaque(context).takeRetainedValue()
    // A reader of the log that goes away must not end the process: the write fails with EPIPE instead.
    var brokenPipe = sigset_t()
    sigemptyset(&brokenPipe)
    sigaddset(&brokenPipe, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
    while sink.writeNext() {}
    return nil
  }

  /// Waits for lines and writes them; false when the sink is closed and empty.
  private func writeNext() -> Bool {
    sem_wait(wakeUp)
    let (bytes, dropped, isClosed) = queue.withLock { queue in
      let taken = (queue.bytes, queue.droppedLines, queue.isClosed)
      queue.bytes = []
      queue.droppedLines = 0
      queue.isWriting = true
      return taken
    }
    write(bytes)
    if dropped > 0 { write(LogLine.dropped(dropped, style)) }
    return queue.withLock { queue in
      queue.isWriting = false
      return !isClosed || !queue.bytes.isEmpty
    }
  }

  /// Writes all of it, or gives up where nobody reads any more.
  private func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
        if count > 0 {
          offset += count
        } else if count < 0, errno == EAGAIN {
          var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          Glibc.poll(&poll, 1, -1)
        } else if count < 0, errno != EINTR {
          return
        }
      }
    }
  }
}
