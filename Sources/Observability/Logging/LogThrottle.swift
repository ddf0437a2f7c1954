internal import Synchronization

/// Lets one of many equal messages through in each interval, so that a failure that repeats with every call is seen and does
/// not bury the log.
public final class LogThrottle: Sendable {
  private struct State {
    var openAtMilliseconds: Int64?
    var suppressed: Int64 = 0
  }

  private let intervalMilliseconds: Int64
  private let state = Mutex(State())

  /// A throttle that lets the first message through.
  public init(intervalMilliseconds: Int64) { self.intervalMilliseconds = intervalMilliseconds }

  /// Whether a message may be logged now: how many were suppressed since the last one, or nil where it may not.
  ///
  /// - Parameter nowMilliseconds: any clock that does not go back.
  public func admit(nowMilliseconds: Int64) -> Int64? {
    state.withLock { state in
      if let openAt = state.openAtMilliseconds, nowMilliseconds < openAt {
        state.suppressed += 1
        return nil
      }
      defer { state.suppressed = 0 }
      state.openAtMilliseconds = nowMilliseconds + intervalMilliseconds
      return state.suppressed
    }
  }
}
