import Metering
import Synchronization

/// The response ids of the newest calls with usage, so that a reply that is fetched again (a polled background
/// response, say) is counted once.
final class CountedResponses: Sendable {
  /// Ids that are remembered; the oldest is forgotten for a new one.
  static let idsMax = 65536

  /// 64 bits that stand for a provider and an id. The hash is seeded by the process, so that nobody outside can choose
  /// ids that collide; that two do by chance among so many has a probability of 4 in 10^15 a call.
  private typealias Digest = Int

  private static func digest(_ provider: String, _ responseID: String) -> Digest {
    var hasher = Hasher()
    hasher.combine(provider)
    hasher.combine(responseID)
    return hasher.finalize()
  }

  private struct State {
    var known: Set<Digest> = []
    /// In the order in which they came; a ring once it is full.
    var order: [Digest] = []
    var oldest = 0
  }

  private let state = Mutex(State())

  /// Whether the id was new.
  @discardableResult
  func insert(provider: String, responseID: String) -> Bool {
    let digest = Self.digest(provider, responseID)
    return state.withLock { state in
      guard state.known.insert(digest).inserted else { return false }
      guard state.order.count >= Self.idsMax else {
        state.order.append(digest)
        return true
      }
      state.known.remove(state.order[state.oldest])
      state.order[state.oldest] = digest
      state.oldest = (state.oldest &+ 1) % Self.idsMax
      return true
    }
  }

  func insert(_ record: CallRecord) {
    guard record.usageSource != .none, let responseID = record.providerResponseID else { return }
    insert(provider: record.provider, responseID: responseID)
  }
}
