import Foundation
import Glibc

/// Syncs the write-ahead log to the disk, 100 ms after the first commit that was not synced: with
/// `synchronous=NORMAL` nothing else does before the next checkpoint. So a power failure costs at most the rows of
/// the last 100 ms, and no commit waits.
///
/// It uses a descriptor of its own on the `-wal` file, which is legal since that file carries no POSIX lock. (A second
/// descriptor of the *main* file would take SQLite's locks with it when it is closed.)
///
/// Unchecked: `state` is touched only under the lock.
final class LogSync: @unchecked Sendable {
  private enum State { case clean, dirty, closing, done }

  private static let delayNanoseconds: Int64 = 100_000_000

  private let descriptor: Int32
  private let lock = MonitorLock()
  private var state = State.clean
  /// Called once, on the sync thread, with the system's words; no sync is tried afterwards.
  private let failed: @Sendable (String) -> Void

  init(path: String, failed: @escaping @Sendable (String) -> Void) throws(LedgerError) {
    descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .storage("\(path) cannot be opened: \(systemErrorText(errno))") }
    self.failed = failed
  }

  /// The thread closes the descriptor, if there is one, and keeps this object alive until then.
  deinit {
    if state != .done { close(descriptor) }
  }

  func start() {
    let thread = Thread { [self] in run() }
    thread.name = "ledger-sync"
    thread.stackSize = 256 << 10
    thread.start()
  }

  func markDirty() {
    lock.withLock {
      guard state == .clean else { return }
      state = .dirty
      lock.signal()
    }
  }

  /// Ends the thread and waits for it. What is not synced then is synced by the checkpoint of the close.
  func stop() {
    lock.withLock {
      guard state != .done else { return }
      state = .closing
      lock.signal()
      while state != .done { lock.wait() }
    }
  }

  private func run() {
    while waitForWork() {
      guard fdatasync(descriptor) == 0 else {
        failed("fdatasync: \(systemErrorText(errno))")
        break
      }
    }
    close(descriptor)
    lock.withLock {
      state = .done
      lock.signal()
    }
  }

  /// Waits for the first commit, then for the delay; false at the end.
  private func waitForWork() -> Bool {
    lock.withLock {
      while state == .clean { lock.wait() }
      guard state == .dirty else { return false }
      let deadline = monotonicNanoseconds() &+ Self.delayNanoseconds
      while state == .dirty {
        let left = deadline &- monotonicNanoseconds()
        if left <= 0 { break }
        lock.wait(nanoseconds: left)
      }
      guard state == .dirty else { return false }
      state = .clean
      return true
    }
  }
}
