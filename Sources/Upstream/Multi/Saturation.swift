/// Whether a thread has more to do than it can: told by how much of its time it waits for something to do.
///
/// Two marks far apart, since what is done about saturation (``StreamGathering``) makes the thread wait more.
struct Saturation {
  private static let windowNanoseconds: Int64 = 100_000_000
  /// A thread that waits less than this share of a window is saturated...
  private static let saturatedBelowPercent: Int64 = 10
  /// ...until it waits more than this.
  private static let relievedAbovePercent: Int64 = 60

  private(set) var isSaturated = false
  private var windowStart: Int64
  private var waited: Int64 = 0

  init(now: Int64) {
    self.windowStart = now
  }

  /// Notes that the thread has waited for so long, and does no more; times in nanoseconds.
  mutating func note(waited: Int64, now: Int64) {
    self.waited &+= max(0, waited)
    let length = now &- self.windowStart
    guard length >= Self.windowNanoseconds else { return }
    let percent = self.waited &* 100 / length
    self.isSaturated = self.isSaturated ? percent <= Self.relievedAbovePercent : percent < Self.saturatedBelowPercent
    self.windowStart = now
    self.waited = 0
  }
}
