/// Counts the tokens of a short piece that is no token itself: merges the adjacent pair of the lowest rank until none is left.
///
/// The pairs stand in an array that is searched for its least element as a whole, which for short pieces is faster than any
/// order kept. Each pair's rank is followed by its place in the same number, so that the least one names its place.
enum ShortMerge {
  static let bytesMax = 48

  private static let placeBits: Int32 = 7
  private static let placeMask: Int32 = 0x7F
  private static let noPair = Int32.max

  /// `count` is at least two and at most ``bytesMax``.
  static func count(_ bytes: UnsafePointer<UInt8>, count: Int, in vocabulary: Vocabulary) -> Int {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: bytesMax) { pairs in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * bytesMax + 2) { links in
        guard let pairs = pairs.baseAddress, let next = links.baseAddress else { return count }
        return merge(bytes, count: count, in: vocabulary, pairs: pairs, next: next, previous: next + (bytesMax + 1))
      }
    }
  }

  private static func merge(
    _ bytes: UnsafePointer<UInt8>, count: Int, in vocabulary: Vocabulary, pairs: UnsafeMutablePointer<Int32>,
    next: UnsafeMutablePointer<UInt8>, previous: UnsafeMutablePointer<UInt8>
  ) -> Int {
    for place in 0..<count &- 1 {
      pairs[place] = pair(vocabulary.rank(ofPairAt: bytes + place), at: place)
    }
    for place in 0...count {
      next[place] = UInt8(truncatingIfNeeded: place &+ 1)
      previous[place] = UInt8(truncatingIfNeeded: place &- 1)
    }
    var tokens = count
    while true {
      var least = noPair
      for place in 0..<count &- 1 { least = min(least, pairs[place]) }
      guard least != noPair else { return tokens }
      let first = Int(least & placeMask)
      let second = Int(next[first])
      let third = Int(next[second])
      tokens &-= 1
      next[first] = UInt8(truncatingIfNeeded: third)
      previous[third] = UInt8(truncatingIfNeeded: first)
      if second < count &- 1 { pairs[second] = noPair }
      pairs[first] =
        third == count
        ? noPair : pair(vocabulary.rank(of: bytes + first, count: Int(next[third]) &- first), at: first)
      guard first > 0 else { continue }
      let before = Int(previous[first])
      pairs[before] = pair(vocabulary.rank(of: bytes + before, count: third &- before), at: before)
    }
  }

  @inline(__always)
  private static func pair(_ rank: UInt32, at place: Int) -> Int32 {
    rank == Vocabulary.none
      ? noPair : Int32(truncatingIfNeeded: rank) << placeBits | Int32(truncatingIfNeeded: place)
  }
}
