import GRDB
import GRDBSQLite
import Metering
import Synchronization

/// What a query runs on: a connection inside a read transaction, so that it sees one state of the file.
struct ReadContext {
  var connection: OpaquePointer
  var names: NameTexts
}

/// A few connections that only read.
///
/// They are opened read-only, so that none can checkpoint, not even when it is the last to close (what
/// `SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE` is for where a reader could write): a checkpoint needs a write lock on the
/// database file, which a read-only descriptor is never given.
final class ReaderPool: Sendable {
  static let readersCount = 2
  /// Reads under way and waiting; one more fails.
  static let readsMax = 256
  /// How long a read may take, unless it says otherwise: a long one keeps the write-ahead log from being emptied.
  static let secondsMax: Int64 = 30

  private let readers: [Reader]
  private let turn = Atomic<Int>(0)
  private let underWay = Atomic<Int>(0)
  private let isClosed = Atomic<Bool>(false)

  init(path: String) throws(LedgerError) {
    var readers: [Reader] = []
    for _ in 0..<Self.readersCount { readers.append(try Reader(path: path)) }
    self.readers = readers
  }

  /// - Parameter secondsMax: after so long it ends with an error.
  func read<T: Sendable>(
    secondsMax: Int64 = ReaderPool.secondsMax, _ body: @escaping @Sendable (ReadContext) throws -> T
  ) async throws -> T {
    guard !isClosed.load(ordering: .acquiring) else { throw LedgerError.closed }
    let count = underWay.add(1, ordering: .relaxed).newValue
    defer { underWay.subtract(1, ordering: .relaxed) }
    guard count <= Self.readsMax else {
      throw LedgerError.query("\(Self.readsMax) queries are under way: try again later")
    }
    let index = turn.add(1, ordering: .relaxed).newValue
    return try await readers[Int(index.magnitude % UInt(readers.count))].read(secondsMax: secondsMax, body)
  }

  /// Waits for the reads under way.
  func close() {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    for reader in readers { reader.close() }
  }
}

/// One connection that only reads.
///
/// Unchecked: `names` and `deadline` are touched only on the connection's serial queue.
private final class Reader: @unchecked Sendable {
  private static let nanosecondsPerSecond: Int64 = 1_000_000_000
  /// Steps of SQLite's machine between two looks at the clock.
  private static let stepsPerLook: Int32 = 20000

  private let queue: DatabaseQueue
  private var names: NameTexts?
  private let deadline = UnsafeMutablePointer<Int64>.allocate(capacity: 1)

  init(path: String) throws(LedgerError) {
    var configuration = Configuration()
    configuration.label = "ledger.reader"
    configuration.readonly = true
    configuration.busyMode = .timeout(WriterConnection.busyTimeoutSeconds)
    deadline.initialize(to: .max)
    configuration.prepareDatabase { [deadline = SendablePointer(deadline)] database in
      guard let connection = database.sqliteConnection else { return }
      let version = try Schema.check(connection, file: path)
      guard version == Schema.version else {
        throw LedgerError.olderFormat(file: path, version: version, supported: Schema.version)
      }
      try execute(connection, "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY")
      sqlite3_progress_handler(
        connection, Self.stepsPerLook,
        { context in
          let deadline = context?.assumingMemoryBound(to: Int64.self).pointee ?? .max
          return monotonicNanoseconds() > deadline ? 1 : 0
        }, deadline.pointer)
    }
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
    } catch {
      deadline.deallocate()
      throw LedgerError(opening: path, error)
    }
  }

  /// The connection is closed by then, and no longer looks at the deadline.
  deinit {
    close()
    deadline.deallocate()
  }

  func read<T: Sendable>(
    secondsMax: Int64, _ body: @escaping @Sendable (ReadContext) throws -> T
  ) async throws -> T {
    do {
      return try await queue.read { [self] database in
        guard let connection = database.sqliteConnection else { throw LedgerError.closed }
        deadline.pointee = monotonicNanoseconds() &+ secondsMax &* Self.nanosecondsPerSecond
        defer { deadline.pointee = .max }
        let names = try self.names ?? NameTexts(connection)
        self.names = names
        return try body(ReadContext(connection: connection, names: names))
      }
    } catch {
      throw Self.translated(error, secondsMax: secondsMax)
    }
  }

  func close() {
    queue.inDatabase { _ in names = nil }
    try? queue.close()
  }

  private static func translated(_ error: any Error, secondsMax: Int64) -> any Error {
    guard error is SQLiteFailure || error is DatabaseError else { return error }
    let failure = SQLiteFailure(wrapping: error)
    switch failure.primaryCode {
    case SQLITE_INTERRUPT where Task.isCancelled: return CancellationError()
    case SQLITE_INTERRUPT:
      return LedgerError.query("the query took longer than \(secondsMax) s: ask for a shorter time")
    case SQLITE_MISUSE: return LedgerError.closed
    default: return LedgerError.storage("the ledger cannot be read: \(failure.text)")
    }
  }
}

/// A pointer on its way into a closure that runs on the queue which owns what it points to.
private struct SendablePointer: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Int64>
  init(_ pointer: UnsafeMutablePointer<Int64>) { self.pointer = pointer }
}
