import Synchronization

/// How many bytes of request bodies are gathered in memory, over all connections. A limit for each body alone would let many
/// clients together take all memory.
final class GatheredBytes: Sendable {
  private let bytes = Atomic<Int>(0)
  private let max: Int

  init(max: Int) {
    self.max = max
  }

  /// Counts so many more; false, and not counted, where that would be too many.
  func reserve(_ count: Int) -> Bool {
    let (before, after) = bytes.add(count, ordering: .relaxed)
    guard after > max, before > 0 else { return true }
    release(count)
    return false
  }

  func release(_ count: Int) {
    bytes.subtract(count, ordering: .relaxed)
  }
}
