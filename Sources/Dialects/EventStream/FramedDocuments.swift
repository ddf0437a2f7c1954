internal import JSON

/// The JSON documents in the frames of an AWS event stream.
///
/// A payload is read before its checksum is known, since it is never kept. So what was known before a frame is, and what
/// the frame said is forgotten where it turns out damaged; nothing behind it is read.
struct FramedDocuments: ~Copyable {
  private var frames = FrameReader()
  private var chunk = ChunkPayload()
  /// What was known before the frame under way: at most one, in a place that is used again for each frame.
  private var sound: [ReplyTally] = []
  /// Whether an exception ended the stream.
  private var hasFailed = false

  mutating func read<Wire: DocumentWire & ~Copyable>(
    _ bytes: RawSpan, into wire: inout Wire, with json: inout JSONReader, _ tally: inout ReplyTally
  ) where Wire.Facts == ReplyTally {
    guard !tally.facts.isDamaged else { return }
    var offset = 0
    while true {
      switch frames.next(bytes, at: &offset) {
      case .needsMore: return
      case .begin:
        json.reset()
        chunk = ChunkPayload()
        remember(tally)
      case .payload(let range):
        readPayload(bytes.extracting(range), into: &wire, with: &json, &tally)
      case .end: endFrame(&tally)
      case .damaged:
        tally.facts.isDamaged = true
        forgetFrame(&tally)
        return
      }
    }
  }

  private mutating func readPayload<Wire: DocumentWire & ~Copyable>(
    _ payload: RawSpan, into wire: inout Wire, with json: inout JSONReader, _ tally: inout ReplyTally
  ) where Wire.Facts == ReplyTally {
    // What an exception says besides its name is prose.
    guard frames.head.kind == .event else { return }
    guard frames.head.isChunk else { return wire.read(payload, with: &json, into: &tally) }
    var block = InlineArray<768, UInt8>(repeating: 0)
    var offset = 0
    while offset < payload.byteCount {
      let count = chunk.next(payload, at: &offset, into: &block)
      if count > 0 { wire.read(block.span.bytes.extracting(0..<count), with: &json, into: &tally) }
    }
  }

  private mutating func remember(_ tally: ReplyTally) {
    if sound.isEmpty { sound.append(tally) } else { sound[0] = tally }
  }

  private mutating func endFrame(_ tally: inout ReplyTally) {
    switch frames.head.kind {
    case .exception, .error:
      hasFailed = true
      tally.fail(code: frames.head.errorCode)
    case .event, .other: break
    }
    if hasFailed { tally.facts.isTerminal = false }
  }

  private func forgetFrame(_ tally: inout ReplyTally) {
    guard frames.hasBegun, var known = sound.first else { return }
    known.facts.isDamaged = tally.facts.isDamaged
    // What was stored of the damaged frame is to be stored over.
    known.revision = tally.revision &+ 1
    tally = known
  }

  /// Says that the body has ended: a frame that is cut short has no checksum, and is forgotten.
  ///
  /// - Returns: whether it ended behind a frame.
  mutating func finish(_ tally: inout ReplyTally) -> Bool {
    if frames.isInFrame { forgetFrame(&tally) }
    return !frames.isInFrame
  }
}
