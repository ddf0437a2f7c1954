import Synchronization

/// How many more lines all families of a registry may expose, and what was folded when there were none left.
final class SeriesBudget: Sendable {
  let folded = Counter()
  private let left: Atomic<Int>
  /// Lines that only series of names from the configuration take: names that peers choose cannot take their place.
  private let reserved: Int

  /// The part of all lines that is kept for configured names: a quarter.
  private static let reservedShare = 4

  init(max: Int) {
    left = Atomic(max)
    reserved = max / Self.reservedShare
  }

  /// Takes `count` lines, or none where fewer are left.
  ///
  /// - Parameter isConfigured: whether they are of names from the configuration.
  func claim(_ count: Int, isConfigured: Bool) -> Bool {
    let kept = isConfigured ? 0 : reserved
    var seen = left.load(ordering: .relaxed)
    while seen - kept >= count {
      let (exchanged, original) = left.weakCompareExchange(
        expected: seen, desired: seen - count, ordering: .relaxed)
      if exchanged { return true }
      seen = original
    }
    return false
  }
}
