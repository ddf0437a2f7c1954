/// Merges the pairs of up to 1,024 bytes, with the memory that it takes.
///
/// As in ``ShortMerge`` each pair's rank is followed by its place; here the least pair of each 16 is kept beside them, so that
/// a merge looks at a few dozen numbers rather than at all.
struct MergeWindow: ~Copyable {
  static let bytesMax = 1024

  private static let placeBits: Int32 = 10
  private static let placeMask: Int32 = 0x3FF
  private static let blockBits = 4
  private static let noPair = Int32.max

  private let vocabulary: Vocabulary
  private let pairs: UnsafeMutablePointer<Int32>
  private let leasts: UnsafeMutablePointer<Int32>
  private let next: UnsafeMutablePointer<UInt16>
  private let previous: UnsafeMutablePointer<UInt16>
  private var count = 0

  init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    pairs = .allocate(capacity: Self.bytesMax)
    leasts = .allocate(capacity: Self.bytesMax >> Self.blockBits)
    next = .allocate(capacity: Self.bytesMax + 1)
    previous = .allocate(capacity: Self.bytesMax + 1)
  }

  deinit {
    pairs.deallocate()
    leasts.deallocate()
    next.deallocate()
    previous.deallocate()
  }

  /// Where the token that begins at a place ends.
  func tokenEnd(at place: Int) -> Int { Int(next[place]) }

  /// Merges these bytes, one to ``bytesMax`` of them.
  ///
  /// - Returns: how many tokens they are.
  mutating func merge(_ bytes: UnsafePointer<UInt8>, count: Int) -> Int {
    self.count = count
    begin(bytes)
    var tokens = count
    while true {
      var least = Self.noPair
      for block in 0..<blockCount { least = min(least, leasts[block]) }
      guard least != Self.noPair else { return tokens }
      tokens &-= 1
      join(Int(least & Self.placeMask), bytes)
    }
  }

  private var blockCount: Int { (count &+ 15) >> Self.blockBits }

  private func begin(_ bytes: UnsafePointer<UInt8>) {
    for place in 0..<blockCount << Self.blockBits { pairs[place] = Self.noPair }
    for place in 0..<count &- 1 {
      let rank = vocabulary.rank(ofPairAt: bytes + place)
      if rank != Vocabulary.none { pairs[place] = Self.pair(rank, at: place) }
    }
    for place in 0...count {
      next[place] = UInt16(truncatingIfNeeded: place &+ 1)
      previous[place] = UInt16(truncatingIfNeeded: place &- 1)
    }
    for block in 0..<blockCount { refresh(block) }
  }

  /// Makes one part of the part at a place and the next one.
  @inline(__always)
  private func join(_ first: Int, _ bytes: UnsafePointer<UInt8>) {
    let second = Int(next[first])
    let third = Int(next[second])
    next[first] = UInt16(truncatingIfNeeded: third)
    previous[third] = UInt16(truncatingIfNeeded: first)
    pairs[second] = Self.noPair
    rank(first, bytes)
    let firstBlock = first >> Self.blockBits
    refresh(firstBlock)
    if second >> Self.blockBits != firstBlock { refresh(second >> Self.blockBits) }
    guard first > 0 else { return }
    let before = Int(previous[first])
    rank(before, bytes)
    refresh(before >> Self.blockBits)
  }

  /// Ranks the pair of the part at a place and the next one anew.
  @inline(__always)
  private func rank(_ place: Int, _ bytes: UnsafePointer<UInt8>) {
    let second = Int(next[place])
    guard second < count else {
      pairs[place] = Self.noPair
      return
    }
    let rank = vocabulary.rank(of: bytes + place, count: Int(next[second]) &- place)
    pairs[place] = rank == Vocabulary.none ? Self.noPair : Self.pair(rank, at: place)
  }

  @inline(__always)
  private func refresh(_ block: Int) {
    let start = UnsafeRawPointer(pairs + block << Self.blockBits)
    leasts[block] = start.loadUnaligned(as: SIMD16<Int32>.self).min()
  }

  @inline(__always)
  private static func pair(_ rank: UInt32, at place: Int) -> Int32 {
    Int32(truncatingIfNeeded: rank) << placeBits | Int32(truncatingIfNeeded: place)
  }
}
