import Synchronization

/// How many changes are being made. They go on when nobody waits for them any more, so that connections do not bound them: clients that
/// try again would have one more made each time.
final class ChangesUnderWay: Sendable {
  /// How many there may be at once.
  static let countMax = 16

  private let count = Mutex(0)

  /// Takes a place; false where there is none.
  func begin() -> Bool {
    count.withLock { count in
      guard count < Self.countMax else { return false }
      count += 1
      return true
    }
  }

  func end() { count.withLock { $0 -= 1 } }
}
