import Metering
import Synchronization

/// The responses that were charged, so that one whose usage comes again (a polled background response, batch results that
/// are fetched twice) is counted once. What is on disk is loaded at start; looking one up never waits for the disk.
final class CountedResponses: Sendable {
  /// At least so many of the newest are remembered, and at most twice as many: up to 34 MB.
  static let responsesMin = 1 << 20

  let digester: ResponseDigester

  /// Two generations: when the newer one is full, the older one is forgotten. Half of each digest is kept: that one of two
  /// million is met by chance has a probability of 1 in 10^13 a look-up.
  private struct State {
    var newer: Set<UInt64> = []
    var older: Set<UInt64> = []
  }

  private let generationMax: Int
  private let state = Mutex(State())

  init(digester: ResponseDigester, responsesMin: Int = CountedResponses.responsesMin) {
    self.digester = digester
    generationMax = responsesMin
  }

  /// Whether the response was new.
  @discardableResult
  func insert(_ digest: ResponseDigest) -> Bool {
    state.withLock { state in
      guard !state.older.contains(digest.low), state.newer.insert(digest.low).inserted else { return false }
      if state.newer.count >= generationMax {
        swap(&state.newer, &state.older)
        state.newer = []
      }
      return true
    }
  }

  func insert(_ record: borrowing CallRecord) {
    if let digest = digester.digest(of: record) { insert(digest) }
  }
}
