internal import CCurl
import Glibc
import Synchronization

/// How other threads reach a curl thread: what it must look at, and a descriptor that wakes it.
///
/// Bounded without a limit of its own: a transfer is in it at most once, and a name has at most one answer under way.
final class Mailbox: Sendable {
  /// What has come since the last look.
  struct Contents {
    var transfers: [Transfer] = []
    var lookups: [(name: String, lookup: NameLookup)] = []
    var mustStop = false

    var isEmpty: Bool { self.transfers.isEmpty && self.lookups.isEmpty && !self.mustStop }
  }

  private struct State {
    var contents = Contents()
    var isClosed = false
  }

  /// An eventfd, readable when something has come.
  let descriptor: Int32
  private let state = Mutex(State())

  init() throws {
    self.descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard self.descriptor >= 0 else { throw UpstreamError.noDescriptor(errno: errno) }
  }

  deinit {
    close(self.descriptor)
  }

  /// False where the thread has ended.
  func post(_ transfer: Transfer) -> Bool {
    self.change { $0.transfers.append(transfer) }
  }

  func post(_ lookup: NameLookup, for name: String) {
    _ = self.change { $0.lookups.append((name: name, lookup: lookup)) }
  }

  func postStop() {
    _ = self.change { $0.mustStop = true }
  }

  /// Swaps what has come for the emptied `contents`, so that the arrays keep their room.
  func take(into contents: inout Contents) {
    var count: UInt64 = 0
    _ = read(self.descriptor, &count, MemoryLayout<UInt64>.size)
    self.state.withLock { swap(&$0.contents, &contents) }
  }

  /// Refuses what comes from now on, and returns what has come.
  func shut() -> Contents {
    self.state.withLock { state in
      state.isClosed = true
      defer { state.contents = Contents() }
      return state.contents
    }
  }

  private func change(_ change: (inout Contents) -> Void) -> Bool {
    let (isOpen, mustWake) = self.state.withLock { state -> (Bool, Bool) in
      guard !state.isClosed else { return (false, false) }
      let wasEmpty = state.contents.isEmpty
      change(&state.contents)
      return (true, wasEmpty)
    }
    if mustWake {
      var one: UInt64 = 1
      _ = write(self.descriptor, &one, MemoryLayout<UInt64>.size)
    }
    return isOpen
  }
}
