import NIOCore
import Synchronization

/// The parts of a streamed body between the event loop that writes them and the curl thread that sends them.
final class UploadQueue: Sendable {
  /// The credit of a writer, and so the most that is ever held.
  static let bytesMax = 262_144

  enum ReadResult {
    case bytes(Int)
    /// Nothing is there: the writer's next part or its end will say that it must be sent.
    case empty
    case finished
    /// More was written than credit was given.
    case overrun
  }

  private struct State {
    var parts = CircularBuffer<ByteBuffer>()
    var bytes = 0
    var isFinished = false
    var isOverrun = false
    var isClosed = false
    var readerWaits = false
  }

  private let state = Mutex(State())

  /// True where the reader waits and must be woken.
  func write(_ part: ByteBuffer) -> Bool {
    self.state.withLock { state in
      guard !state.isClosed, !state.isFinished, part.readableBytes > 0 else { return false }
      if state.bytes + part.readableBytes > Self.bytesMax {
        state.isOverrun = true
      } else {
        state.bytes += part.readableBytes
        state.parts.append(part)
      }
      return Self.takeReader(&state)
    }
  }

  /// True where the reader waits and must be woken.
  func finish() -> Bool {
    self.state.withLock { state in
      state.isFinished = true
      return Self.takeReader(&state)
    }
  }

  /// Whether the reader has found nothing and waits for the writer.
  var readerWaits: Bool { self.state.withLock { $0.readerWaits } }

  /// Drops what is held, and what comes later.
  func close() {
    self.state.withLock { state in
      state.isClosed = true
      state.parts.removeAll()
      state.bytes = 0
    }
  }

  /// Moves bytes into `target`.
  func read(into target: UnsafeMutableRawBufferPointer) -> ReadResult {
    self.state.withLock { state in
      guard !state.isOverrun else { return .overrun }
      var count = 0
      while count < target.count, !state.parts.isEmpty {
        let index = state.parts.startIndex
        let wanted = min(target.count - count, state.parts[index].readableBytes)
        state.parts[index].readWithUnsafeReadableBytes { source in
          UnsafeMutableRawBufferPointer(rebasing: target[count..<(count + wanted)])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<wanted]))
          return wanted
        }
        count += wanted
        if state.parts[index].readableBytes == 0 { state.parts.removeFirst() }
      }
      state.bytes -= count
      if count > 0 { return .bytes(count) }
      if state.isFinished { return .finished }
      state.readerWaits = true
      return .empty
    }
  }

  private static func takeReader(_ state: inout State) -> Bool {
    defer { state.readerWaits = false }
    return state.readerWaits
  }
}
