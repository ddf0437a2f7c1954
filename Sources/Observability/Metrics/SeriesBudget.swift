import Synchronization

/// How many more lines all families of a registry may expose, and what was folded when there were none left.
final class SeriesBudget: Sendable {
  let folded = Counter()
  private let left: Atomic<Int>

  init(max: Int) { left = Atomic(max) }

  /// Takes `count` lines, or none where fewer are left.
  func claim(_ count: Int) -> Bool {
    var seen = left.load(ordering: .relaxed)
    while seen >= count {
      let (exchanged, original) = left.weakCompareExchange(
        expected: seen, desired: seen - count, ordering: .relaxed)
      if exchanged { return true }
      seen = original
    }
    return false
  }
}
