internal import Synchronization

/// What waits to be exported, in batches. From any thread; never waits for anything but a short lock. When it is full, the oldest
/// batch is dropped: what is new is what people look for while a collector is out of order.
public final class TraceQueue: Sendable {
  /// Spans that wait at most.
  public static let spansMax = 16_384
  /// Bytes that wait at most.
  public static let bytesMax = 16 << 20
  /// Spans of a batch.
  public static let batchSpansMax = 512

  fileprivate struct Batch {
    var items: [TraceItem] = []
    var bytes = 0
  }

  fileprivate struct State {
    /// The oldest first; all but the last are full.
    var batches: [Batch] = []
    var spans = 0
    var bytes = 0
  }

  private let state = Mutex(State())

  public init() {}

  /// Adds an item.
  ///
  /// - Returns: how many spans were dropped for it.
  func put(_ item: TraceItem) -> Int {
    let bytes = item.waitingBytes
    return state.withLock { state in
      if state.batches.last.map({ $0.items.count >= Self.batchSpansMax }) ?? true {
        var batch = Batch()
        batch.items.reserveCapacity(Self.batchSpansMax)
        state.batches.append(batch)
      }
      let last = state.batches.count - 1
      state.batches[last].items.append(item)
      state.batches[last].bytes += bytes
      state.spans += 1
      state.bytes += bytes
      var dropped = 0
      while state.spans > Self.spansMax || state.bytes > Self.bytesMax { dropped += state.takeOldest().count }
      return dropped
    }
  }

  /// The oldest batch.
  ///
  /// - Parameter isDue: whether one is taken that is not full.
  /// - Returns: nothing where there is none.
  public func take(isDue: Bool) -> [TraceItem] {
    state.withLock { state in
      guard let first = state.batches.first, isDue || first.items.count >= Self.batchSpansMax else { return [] }
      return state.takeOldest()
    }
  }

  /// Spans that wait.
  public var count: Int { state.withLock { $0.spans } }
}

extension TraceQueue.State {
  fileprivate mutating func takeOldest() -> [TraceItem] {
    guard !batches.isEmpty else {
      (spans, bytes) = (0, 0)
      return []
    }
    let batch = batches.removeFirst()
    spans -= batch.items.count
    bytes -= batch.bytes
    return batch.items
  }
}
