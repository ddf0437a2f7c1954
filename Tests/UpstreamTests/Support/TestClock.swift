import Synchronization

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
  private let now = Mutex<Int64>(0)

  var milliseconds: Int64 { self.now.withLock { $0 } }

  func advance(_ milliseconds: Int64) {
    self.now.withLock { $0 += milliseconds }
  }
}
