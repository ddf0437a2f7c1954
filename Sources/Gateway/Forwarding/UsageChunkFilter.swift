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
  private var lastWasCarriageReturn = false
  /// Whether the last event was taken out: a line feed that completes its last line end goes with it.
  private var lastWasTakenOut = false

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
    if let lineFeed = secondHalfOfLineEnd(&rest) { return lineFeed }
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
    lastWasTakenOut = !passesEvent && Self.isUsageChunk(event)
    passesEvent = false
    return lastWasTakenOut ? ByteBuffer() : event
  }

  /// The line feed of a CRLF whose carriage return has ended the last event.
  private mutating func secondHalfOfLineEnd(_ rest: inout ByteBuffer) -> ByteBuffer? {
    guard lineIsEmpty, held.readableBytes == 0, !passesEvent, lastWasCarriageReturn,
      rest.readableBytesView.first == UInt8(ascii: "\n"), let lineFeed = rest.readSlice(length: 1)
    else { return nil }
    lastWasCarriageReturn = false
    return lastWasTakenOut ? ByteBuffer() : lineFeed
  }

  /// The length of the bytes up to and with an empty line, across the parts. Lines end with LF, CRLF or CR.
  private mutating func lengthOfEvent(in buffer: ByteBuffer) -> Int? {
    var length = 0
    for byte in buffer.readableBytesView {
      length += 1
      let isSecondHalf = lastWasCarriageReturn && byte == UInt8(ascii: "\n")
      lastWasCarriageReturn = byte == UInt8(ascii: "\r")
      if isSecondHalf { continue }
      guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
        lineIsEmpty = false
        continue
      }
      if lineIsEmpty { return length }
      lineIsEmpty = true
    }
    return nil
  }

  /// Whether an event says nothing but the usage: no choices, and an object `usage`.
  private static func isUsageChunk(_ event: ByteBuffer) -> Bool {
    let data = data(of: event)
    guard !data.isEmpty, let value = try? JSONValue.parse(data), case .object? = value["usage"] else { return false }
    switch value["choices"] {
    case .array(let choices): return choices.isEmpty
    case nil: return true
    default: return false
    }
  }

  /// The data of an event: what stands in its `data` fields, joined by line feeds.
  private static func data(of event: ByteBuffer) -> [UInt8] {
    var data: [UInt8] = []
    for line in event.readableBytesView.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
    where line.starts(with: "data:".utf8) {
      if !data.isEmpty { data.append(UInt8(ascii: "\n")) }
      data.append(contentsOf: line.dropFirst(5))
    }
    return data
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
