import Glibc
import Logging
import Synchronization

/// The data directory, held by this process until it is released.
///
/// The lock is an exclusive `flock` on a file of its own. It never is one on the database: a descriptor of the database
/// that is closed takes SQLite's own locks with it.
final class DataDirectory: Sendable {
  let path: String
  /// -1 once it is closed.
  private let lockDescriptor: Atomic<Int32>

  var databasePath: String { path + "/ledger.sqlite" }
  var inFlightPath: String { path + "/in-flight" }

  /// Makes the directory where it is missing, and takes it.
  ///
  /// Wider permissions are tightened to 0700 with a warning: prompt text is not in there, but names, costs and the
  /// control token are. A directory of another user is refused.
  init(_ path: String, creating: Bool, logger: Logger) throws(LedgerError) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    if creating { try Self.make(path) }
    let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw Self.openingError(path, errno) }
    defer { close(directory) }
    try Self.tighten(directory, path: path, logger: logger)
    lockDescriptor = Atomic(try Self.lock(directory, path: path))
  }

  deinit { release() }

  /// Lets another process have the directory.
  func release() {
    let descriptor = lockDescriptor.exchange(-1, ordering: .acquiringAndReleasing)
    if descriptor >= 0 { close(descriptor) }
  }

  /// SQLite would make it readable for everyone who may enter the directory. Before the first connection of this
  /// process: later, closing a descriptor of the file would take SQLite's locks.
  func makeDatabaseFile() throws(LedgerError) {
    let descriptor = Glibc.open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .storage("\(databasePath) cannot be opened for writing: \(systemErrorText(errno))")
    }
    close(descriptor)
  }

  private static func make(_ path: String) throws(LedgerError) {
    guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
    let number = errno
    let hint = number == ENOENT ? "make its parent directory first" : "name a directory that can be written"
    throw .directory("\(path) cannot be made: \(systemErrorText(number)); \(hint)")
  }

  private static func openingError(_ path: String, _ number: Int32) -> LedgerError {
    switch number {
    case ENOTDIR: .directory("\(path) is not a directory: name another one")
    case ENOENT: .noLedger(directory: path)
    default: .directory("\(path) cannot be opened: \(systemErrorText(number))")
    }
  }

  private static func tighten(_ directory: Int32, path: String, logger: Logger) throws(LedgerError) {
    var status = stat()
    guard fstat(directory, &status) == 0 else {
      throw .directory("\(path) cannot be examined: \(systemErrorText(errno))")
    }
    guard status.st_uid == geteuid() else {
      throw .directory("\(path) belongs to user \(status.st_uid), not to \(geteuid()): name a directory of your own")
    }
    guard status.st_mode & 0o077 != 0 else { return }
    guard fchmod(directory, 0o700) == 0 else {
      throw .directory("\(path) is open to other users, and chmod 0700 failed: \(systemErrorText(errno))")
    }
    logger.warning(
      "the data directory was open to other users: its mode is now 0700",
      metadata: ["directory": "\(path)", "mode_before": "\(String(status.st_mode & 0o777, radix: 8))"])
  }

  private static func lock(_ directory: Int32, path: String) throws(LedgerError) -> Int32 {
    let lock = openat(directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else {
      throw .directory(
        "\(path)/lock cannot be opened for writing: \(systemErrorText(errno)); the directory must be writable")
    }
    guard tryToLock(lock) else {
      let number = errno
      defer { close(lock) }
      guard number == EWOULDBLOCK else { throw .directory("\(path)/lock cannot be locked: \(systemErrorText(number))") }
      throw .heldByAnotherProcess(directory: path, processID: holder(lock))
    }
    let text = Array("\(getpid())\n".utf8)
    // Who holds it is only told in an error: on a full disk the number is missing, and the lock holds all the same.
    if ftruncate(lock, 0) == 0 { _ = pwrite(lock, text, text.count, 0) }
    return lock
  }

  /// A process that was killed can hold its lock for a moment after its parent has learnt of its end.
  private static func tryToLock(_ lock: Int32) -> Bool {
    for _ in 0..<lockTries {
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK else { return false }
      usleep(lockPauseMicroseconds)
    }
    return flock(lock, LOCK_EX | LOCK_NB) == 0
  }

  private static let lockTries = 25
  private static let lockPauseMicroseconds: UInt32 = 20_000

  private static func holder(_ lock: Int32) -> Int? {
    guard let bytes = readAll(lock, bytesMax: 32) else { return nil }
    return Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }
}
