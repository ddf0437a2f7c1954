/// Finds the name that was probably meant.
enum NearestName {
  /// The candidate within two edits of `name` (one, where the name is shorter than five letters); nil where there is none.
  static func hint(for name: String, among candidates: [String]) -> String? {
    let distanceMax = name.utf8.count < 5 ? 1 : 2
    let scored = candidates.map { (name: $0, distance: distance(Array(name.utf8), Array($0.utf8))) }
    return scored.filter { $0.distance <= distanceMax }.min { $0.distance < $1.distance }?.name
  }

  /// Insertions, deletions, replacements and exchanges of neighbours that turn one name into the other.
  private static func distance(_ from: [UInt8], _ to: [UInt8]) -> Int {
    // Names longer than any key cannot be near one; this bounds the work.
    guard from.count <= 64, to.count <= 64 else { return .max }
    var beforePrevious: [Int] = []
    var previous = Array(0...to.count)
    for row in 0..<from.count {
      var current = [row + 1]
      for column in 0..<to.count {
        let replaced = previous[column] + (from[row] == to[column] ? 0 : 1)
        var best = min(previous[column + 1] + 1, current[column] + 1, replaced)
        if row > 0, column > 0, from[row] == to[column - 1], from[row - 1] == to[column] {
          best = min(best, beforePrevious[column - 1] + 1)
        }
        current.append(best)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[to.count]
  }
}
