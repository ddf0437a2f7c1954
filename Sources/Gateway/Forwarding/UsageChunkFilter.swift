import JSON
import NIOCore

/// Takes the usage chunk out of a stream of chat completions whose client did not ask for it.
///
/// With `stream_usage: ask`, Tollgate adds `stream_options.include_usage` where a client left it out; the provider then sends one
/// chunk more, with empty `choices`, which clients that read `choices[0]` do not expect. Every other byte passes unchanged.
/// An event is held until it is complete, so that it can be judged; one over ``eventBytesMax`` passes as it comes.
struct UsageChunkFilter {
  static let eventBytesMax = 1024 * 1024

  /// The bytes of an event that is not complete yet.
  private var held = ByteBuffer()
  /// Whether the rest of the present event passes, since it is too large to be the usage chunk.
  private var passesEvent = false
  private var lineIsEmpty = true

  init() {}

  /// What of `part`, and of what was held, is to be sent on.
  mutating func filter(_ part: ByteBuffer) -> ByteBuffer {
    var out = ByteBuffer()
    var rest = part
    while let event = nextEvent(&rest) { out.writeImmutableBuffer(event) }
    return out
  }

  /// What is still held at the end of the stream.
  mutating func finish() -> ByteBuffer {
    defer { held = ByteBuffer() }
    return held
  }

  /// Takes bytes up to the end of an event; nil when more are needed. A dropped event is returned empty.
  private mutating func nextEvent(_ rest: inout ByteBuffer) -> ByteBuffer? {
    guard rest.readableBytes > 0 else { return nil }
    guard let length = lengthOfEvent(in: rest), let end = rest.readSlice(length: length) else {
      let all = rest
      rest.moveReaderIndex(to: rest.writerIndex)
      if passesEvent || held.readableBytes + all.readableBytes > Self.eventBytesMax {
        passesEvent = true
        let before = held
        held = ByteBuffer()
        return before.concatenated(with: all)
      }
      held.writeImmutableBuffer(all)
      return nil
    }
    let event = held.concatenated(with: end)
    held = ByteBuffer()
    defer { passesEvent = false }
    return !passesEvent && Self.isUsageChunk(event) ? ByteBuffer() : event
  }

  /// The length of the bytes up to and with an empty line, across the parts.
  private mutating func lengthOfEvent(in buffer: ByteBuffer) -> Int? {
    var length = 0
    for byte in buffer.readableBytesView {
      length += 1
      if byte == UInt8(ascii: "\r") { continue }
      if byte == UInt8(ascii: "\n") {
        if lineIsEmpty { return length }
        lineIsEmpty = true
      } else {
        lineIsEmpty = false
      }
    }
    return nil
  }

  private static func isUsageChunk(_ event: ByteBuffer) -> Bool {
    guard let range = dataRange(of: event), let value = try? JSONValue.parse(Array(event.readableBytesView[range]))
    else {
      return false
    }
    guard case .array(let choices)? = value["choices"], choices.isEmpty, case .object? = value["usage"] else {
      return false
    }
    return true
  }

  /// Where the JSON of an event's one `data` line stands.
  private static func dataRange(of event: ByteBuffer) -> Range<Int>? {
    let view = event.readableBytesView
    guard view.starts(with: "data:".utf8) else { return nil }
    let start = view.index(view.startIndex, offsetBy: 5)
    let end = view[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? view.endIndex
    return start..<end
  }
}

extension ByteBuffer {
  fileprivate func concatenated(with other: ByteBuffer) -> ByteBuffer {
    guard readableBytes > 0 else { return other }
    var joined = self
    joined.writeImmutableBuffer(other)
    return joined
  }
}
