/// Counts the tokens of a piece of any length: the same merges in the same order as ``ShortMerge``, with the pairs in a heap,
/// so that n bytes take n log n steps.
struct HeapMerge {
  private static let noPair = UInt32.max
  /// Children of each node of the heap: four stand in one line of memory.
  private static let arity = 4

  private let bytes: UnsafePointer<UInt8>
  private let count: Int
  private let vocabulary: Vocabulary
  /// The part that follows and precedes each part, by the place of its first byte.
  private var next: [Int32]
  private var previous: [Int32]
  /// The rank of each part merged with the next one; ``noPair`` for parts that are gone.
  private var ranks: [UInt32]
  /// Pairs: the rank, then the place. One that no longer is as it was stays until it is met.
  private var heap: [UInt64] = []

  static func count(_ bytes: UnsafePointer<UInt8>, count: Int, in vocabulary: Vocabulary) -> Int {
    // Places are 32 bits wide. Nothing comes near, and bytes are a bound of tokens.
    guard count < Int32.max else { return count }
    var merge = HeapMerge(bytes, count: count, in: vocabulary)
    return merge.run()
  }

  private init(_ bytes: UnsafePointer<UInt8>, count: Int, in vocabulary: Vocabulary) {
    self.bytes = bytes
    self.count = count
    self.vocabulary = vocabulary
    next = (0...Int32(count)).map { $0 &+ 1 }
    previous = (0...Int32(count)).map { $0 &- 1 }
    ranks = [UInt32](repeating: Self.noPair, count: count + 1)
    heap.reserveCapacity(2 * count)
    for place in 0..<count - 1 {
      let rank = vocabulary.rank(ofPairAt: bytes + place)
      ranks[place] = rank
      if rank != Vocabulary.none { heap.append(UInt64(rank) << 32 | UInt64(place)) }
    }
    // Nodes from here on have no children.
    for node in (0..<(heap.count &+ 2) / Self.arity).reversed() { sink(node) }
  }

  private mutating func run() -> Int {
    var tokens = count
    while let pair = takeLeast() {
      let first = Int(pair & 0xFFFF_FFFF)
      guard ranks[first] == UInt32(pair >> 32) else { continue }
      let second = Int(next[first])
      let third = next[second]
      tokens &-= 1
      next[first] = third
      previous[Int(third)] = Int32(first)
      ranks[second] = Self.noPair
      rank(first)
      if first > 0 { rank(Int(previous[first])) }
    }
    return tokens
  }

  /// Ranks the pair of a part and the next one anew.
  private mutating func rank(_ place: Int) {
    let second = Int(next[place])
    guard second < count else {
      ranks[place] = Self.noPair
      return
    }
    let rank = vocabulary.rank(of: bytes + place, count: Int(next[second]) &- place)
    ranks[place] = rank
    if rank != Vocabulary.none { insert(UInt64(rank) << 32 | UInt64(place)) }
  }

  private mutating func insert(_ pair: UInt64) {
    heap.append(pair)
    var node = heap.count &- 1
    while node > 0 {
      let parent = (node &- 1) / Self.arity
      if heap[parent] <= pair { break }
      heap[node] = heap[parent]
      node = parent
    }
    heap[node] = pair
  }

  private mutating func takeLeast() -> UInt64? {
    guard let least = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sink(0)
    }
    return least
  }

  private mutating func sink(_ start: Int) {
    let pair = heap[start]
    var node = start
    while true {
      let first = node &* Self.arity &+ 1
      guard first < heap.count else { break }
      var least = first
      for child in first..<min(first &+ Self.arity, heap.count) where heap[child] < heap[least] { least = child }
      if pair <= heap[least] { break }
      heap[node] = heap[least]
      node = least
    }
    heap[node] = pair
  }
}
