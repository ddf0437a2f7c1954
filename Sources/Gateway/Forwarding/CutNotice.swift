import Dialects
import Metering
import NIOCore

/// The last words of a stream of events, lines or frames that Tollgate cuts: what is under way goes on to the end of its event, then
/// comes an error in the shape of the API, which its SDK raises.
struct CutNotice {
  private let event: [UInt8]
  /// Whether each line is an event.
  private let isLines: Bool
  /// Where the frame under way ends, where frames are events.
  private var frames: FrameBoundary?
  private var lineIsEmpty = false
  private var previousIsReturn = false
  /// Whether the error has been written: nothing of the upstream's may follow.
  private(set) var isDone = false

  /// Nil where the reply has another form: it just ends.
  ///
  /// - Parameter frames: has passed what was written so far, where frames are events.
  init?(
    _ refusal: Refusal, endpoint: Endpoint?, framing: ReplyFraming, frames: FrameBoundary? = nil, callID: CallID
  ) {
    switch framing {
    case .serverSentEvents: event = refusal.event(for: endpoint, callID: callID)
    case .lines: event = refusal.body(for: endpoint?.dialect, callID: callID) + [UInt8(ascii: "\n")]
    case .frames where frames != nil:
      // What the stream's model has for a request that is refused and not to be repeated.
      event = ExceptionFrame.bytes(
        name: "validationException", payload: refusal.body(for: endpoint?.dialect, callID: callID))
    case .json, .frames, .opaque: return nil
    }
    isLines = framing == .lines
    self.frames = framing == .frames ? frames : nil
  }

  /// What of a part is to be written: all of it, until an event ends in it.
  mutating func take(_ part: ByteBuffer) -> ByteBuffer {
    guard !isDone else { return ByteBuffer() }
    let end = part.withUnsafeReadableBytes { endOfEvent($0) }
    guard let end, var kept = part.getSlice(at: part.readerIndex, length: end) else { return part }
    isDone = true
    kept.writeBytes(event)
    return kept
  }

  /// Behind the empty line that ends an event (HTML, "Server-sent events", section 9.2.5).
  private mutating func endOfEvent(_ bytes: UnsafeRawBufferPointer) -> Int? {
    if frames != nil { return frames?.endOfFrame(in: bytes) }
    if isLines { return bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } }
    for (index, byte) in bytes.enumerated() {
      let isSecondHalf = byte == UInt8(ascii: "\n") && previousIsReturn
      previousIsReturn = byte == UInt8(ascii: "\r")
      if isSecondHalf { continue }
      guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
        lineIsEmpty = false
        continue
      }
      if lineIsEmpty { return index + 1 }
      lineIsEmpty = true
    }
    return nil
  }
}

extension Refusal {
  /// The refusal as an event of a stream that has begun.
  fileprivate func event(for endpoint: Endpoint?, callID: CallID) -> [UInt8] {
    var bytes: [UInt8] = []
    switch endpoint?.dialect {
    case .anthropic, .cohere: bytes += "event: error\n".utf8
    default: if endpoint?.operation == .responses { bytes += "event: error\n".utf8 }
    }
    bytes += "data: ".utf8
    if endpoint?.operation == .responses {
      var text = JSONText()
      text.raw(#"{"type":"error","code":"#)
      text.string(code.rawValue)
      text.raw(#","message":"#)
      text.string(message)
      text.raw(#","param":null}"#)
      bytes += text.bytes
    } else {
      bytes += body(for: endpoint?.dialect, callID: callID)
    }
    bytes += "\n\n".utf8
    return bytes
  }
}
