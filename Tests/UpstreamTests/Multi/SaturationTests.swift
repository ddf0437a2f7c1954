import Testing

@testable import Upstream

@Suite struct SaturationTests {
  /// Feeds windows of 100 ms, each with this share of waiting, and tells the state after each.
  private static func states(_ percents: [Int64]) -> [Bool] {
    var saturation = Saturation(now: 0)
    var now: Int64 = 0
    return percents.map { percent in
      for _ in 0..<10 {
        now += 10_000_000
        saturation.note(waited: percent * 100_000, now: now)
      }
      return saturation.isSaturated
    }
  }

  @Test func `a thread is saturated when it hardly waits, and relieved when it mostly does`() {
    #expect(
      Self.states([50, 11, 9, 30, 60, 61, 30, 11, 0]) == [false, false, true, true, true, false, false, false, true])
  }

  @Test func `nothing is decided before a window has passed`() {
    var saturation = Saturation(now: 0)
    saturation.note(waited: 0, now: 99_999_999)
    #expect(!saturation.isSaturated)
    saturation.note(waited: 0, now: 100_000_000)
    #expect(saturation.isSaturated)
  }

  @Test func `a long wait is a window of its own`() {
    var saturation = Saturation(now: 0)
    saturation.note(waited: 0, now: 100_000_000)
    saturation.note(waited: 60_000_000_000, now: 60_100_000_000)
    #expect(!saturation.isSaturated)
  }
}
