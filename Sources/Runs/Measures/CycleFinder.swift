/// Finds the steps of an agent that come around again: A, B, A, B. A step is what one reply asked for, whatever the order in it.
struct CycleFinder: Sendable, Equatable {
  /// How many steps a cycle may have; one alone is what ``RepeatTable`` counts.
  static let periodMax = 8

  private var recent = InlineArray<8, UInt64>(repeating: 0)
  /// How many steps there were since the beginning, or since one that was excused.
  private var steps = 0
  /// For each period, how many of the last steps equal those that came so many before.
  private var matched = InlineArray<9, Int>(repeating: 0)

  /// How often the shortest cycle that the last steps are made of has come around, and its period; nil where there is none.
  private(set) var cycle: (rounds: Int64, period: Int)?

  /// Takes the key of a step.
  mutating func add(_ step: UInt64) {
    cycle = nil
    for period in 1...Self.periodMax {
      let isEqual = steps >= period && recent[(steps &- period) & 7] == step
      matched[period] = isEqual ? matched[period] &+ 1 : 0
      guard period > 1, cycle == nil, matched[1] < period &- 1, matched[period] >= period else { continue }
      cycle = (Int64(matched[period] / period) &+ 1, period)
    }
    recent[steps & 7] = step
    steps &+= 1
  }

  /// Begins anew.
  mutating func reset() { self = CycleFinder() }

  static func == (lhs: CycleFinder, rhs: CycleFinder) -> Bool {
    guard lhs.steps == rhs.steps, lhs.cycle?.rounds == rhs.cycle?.rounds else { return false }
    return (0..<8).allSatisfy { lhs.recent[$0] == rhs.recent[$0] }
      && (1...8).allSatisfy { lhs.matched[$0] == rhs.matched[$0] }
  }
}
