/// An array that grows a chunk at a time: nothing that it holds moves when it grows, so that no call waits for a copy of all.
struct ChunkedArray<Element: Sendable>: Sendable {
  private static var chunkCount: Int { 256 }

  private var chunks: [[Element]] = []
  private(set) var count = 0

  init() {}

  var indices: Range<Int> { 0..<count }

  /// - Parameter place: one of ``indices``.
  subscript(place: Int) -> Element {
    _read { yield chunks[place / Self.chunkCount][place % Self.chunkCount] }
    _modify { yield &chunks[place / Self.chunkCount][place % Self.chunkCount] }
  }

  mutating func append(_ element: Element) {
    if count % Self.chunkCount == 0 {
      var chunk: [Element] = []
      chunk.reserveCapacity(Self.chunkCount)
      chunks.append(chunk)
    }
    chunks[chunks.count - 1].append(element)
    count &+= 1
  }
}
