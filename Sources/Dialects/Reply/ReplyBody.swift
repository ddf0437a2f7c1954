internal import JSON

/// The body of a reply: one JSON document, several on lines of their own, or the documents of a stream of events.
struct ReplyBody: ~Copyable {
  private enum Framing {
    /// The first byte that is no blank decides. The headers' word counts where it says neither.
    case undecided(headers: ReplyFraming)
    case json
    /// Documents that end with a line: NDJSON, JSON lines.
    case lines
    case events
    /// Documents in the frames of an AWS event stream.
    case frames
    /// Neither JSON nor events, but just what was asked for.
    case content
    case opaque
  }

  private var framing: Framing
  private let other: OtherContent
  private var json: JSONReader
  private var events = EventStreamReader()
  private var frames: FramedDocuments?
  private var mark = EndMark()
  /// Whether a whole line has been read, in a body of lines.
  private var hasLine = false
  /// Whether the API's streams are lines, so that one document may turn out to be the first of several.
  private let isLineBased: Bool
  /// Whether a comment is being passed over, in front of the body.
  private var isInComment = false
  /// Bytes of a byte order mark that the body begins with.
  private var markBytes = 0
  private static let byteOrderMark: InlineArray<3, UInt8> = [0xEF, 0xBB, 0xBF]
  private(set) var hasEndMark = false
  var tally = ReplyTally(readsArguments: true)

  init(framing: ReplyFraming, shape: JSONShape, other: OtherContent, isLineBased: Bool) {
    self.isLineBased = isLineBased
    self.framing = .undecided(headers: framing)
    self.other = other
    json = JSONReader(shape: shape)
  }

  mutating func read<Wire: DocumentWire & ~Copyable>(_ bytes: RawSpan, into wire: inout Wire)
  where Wire.Facts == ReplyTally {
    switch framing {
    case .undecided(let headers):
      guard let start = decide(bytes, headers: headers) else { return }
      read(bytes.extracting(start..<bytes.byteCount), into: &wire)
    case .json: wire.read(bytes, with: &json, into: &tally)
    case .lines: readLines(bytes, into: &wire)
    case .events: readEvents(bytes, into: &wire)
    case .frames: frames?.read(bytes, into: &wire, with: &json, &tally)
    case .content: readContent(bytes)
    case .opaque: break
    }
  }

  private mutating func readContent(_ bytes: RawSpan) {
    if other == .text { tally.addContent(bytes: bytes.byteCount) }
    tally.endDocument()
    tally.hasContent = true
  }

  private mutating func readEvents<Wire: DocumentWire & ~Copyable>(_ bytes: RawSpan, into wire: inout Wire)
  where Wire.Facts == ReplyTally {
    var offset = 0
    while true {
      switch events.next(bytes, at: &offset) {
      case .needsMore: return
      case .data(let range):
        let data = bytes.extracting(range)
        if !mark.consume(data) { wire.read(data, with: &json, into: &tally) }
      case .lineBreak:
        let lineFeed: InlineArray<1, UInt8> = [0x0A]
        wire.read(lineFeed.span.bytes, with: &json, into: &tally)
      case .endOfEvent: endEvent()
      }
    }
  }

  /// Reads documents that end with a line feed. One that is broken is passed over; one that goes on behind a line feed (a
  /// single document with line breaks in it) is read on.
  private mutating func readLines<Wire: DocumentWire & ~Copyable>(_ bytes: RawSpan, into wire: inout Wire)
  where Wire.Facts == ReplyTally {
    var start = 0
    while start < bytes.byteCount {
      var end = start
      while end < bytes.byteCount, bytes.byte(at: end) != 0x0A { end &+= 1 }
      let hasLineFeed = end < bytes.byteCount
      if hasLine, end > start { tally.isStream = true }
      wire.read(bytes.extracting(start..<end), with: &json, into: &tally)
      start = end &+ 1
      guard hasLineFeed else { return }
      let lineFeed: InlineArray<1, UInt8> = [0x0A]
      wire.read(lineFeed.span.bytes, with: &json, into: &tally)
      if json.finish() {
        hasLine = true
        json.reset()
      } else if json.hasFailed {
        json.reset()
      }
    }
  }

  private mutating func endEvent() {
    if mark.isWhole { hasEndMark = true }
    mark = EndMark()
    json.reset()
  }

  /// Tells the framing from the first byte that is no blank and in no comment.
  ///
  /// - Returns: where that byte stands; nil where there is none yet.
  private mutating func decide(_ bytes: RawSpan, headers: ReplyFraming) -> Int? {
    for offset in 0..<bytes.byteCount {
      let byte = bytes.byte(at: offset)
      if isInComment {
        if byte == 0x0A || byte == 0x0D { isInComment = false }
        continue
      }
      if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { continue }
      if markBytes < Self.byteOrderMark.count, byte == Self.byteOrderMark[markBytes] {
        markBytes &+= 1
        continue
      }
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): framing = headers == .lines || isLineBased ? .lines : .json
      case _ where other != .none && (headers == .json || headers == .lines): framing = .content
      // A comment that keeps the connection alive, before a document too: https://api-docs.deepseek.com/quick_start/rate_limit
      case UInt8(ascii: ":") where headers != .opaque:
        isInComment = true
        continue
      // The fields of an event.
      case UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "r"):
        framing = headers == .opaque ? .opaque : .events
      default:
        switch headers {
        case .json: framing = .json
        case .lines: framing = .lines
        case .serverSentEvents: framing = .events
        // A frame begins with its length, which is too small to look like text.
        case .frames:
          framing = .frames
          frames = FramedDocuments()
        case .opaque: framing = .opaque
        }
      }
      switch framing {
      case .events, .frames: tally.isStream = true
      case .lines: tally.isStream = headers == .lines
      default: break
      }
      return offset
    }
    return nil
  }

  /// Whether the mark `[DONE]` has been read.
  var hasSeenEndMark: Bool {
    if case .events = framing { hasEndMark || mark.isWhole } else { false }
  }

  /// Says that the body has ended.
  ///
  /// - Returns: whether it was one whole document, or ended with the mark `[DONE]`.
  mutating func finish() -> Bool {
    switch framing {
    case .json: json.finish()
    case .lines: json.finish() || hasLine && json.isAtStart
    case .events: hasEndMark || mark.isWhole
    case .frames: frames?.finish(&tally) ?? false
    case .content: true
    case .undecided, .opaque: false
    }
  }
}

/// What a reply may be besides JSON and events.
enum OtherContent {
  case none
  /// Sound, or a file.
  case bytes
  /// A transcript: the text itself, or subtitles.
  case text

  init(_ operation: Operation) {
    switch operation {
    case .speech, .fileContent: self = .bytes
    case .transcription: self = .text
    default: self = .none
    }
  }
}

/// The data `[DONE]`, with which some APIs end their streams.
struct EndMark {
  private static let text: UInt64 = 0x5D45_4E4F_445B
  private static let count = 6

  /// Bytes of the mark that were seen; -1 where the data is something else.
  private var matched = 0

  var isWhole: Bool { matched == Self.count }

  /// Takes data that may be the mark, or a part of it; false where it is not.
  mutating func consume(_ data: RawSpan) -> Bool {
    guard matched >= 0 else { return false }
    var offset = 0
    while offset < data.byteCount {
      let byte = data.byte(at: offset)
      offset &+= 1
      // Blanks behind the mark.
      if matched == Self.count, byte == 0x20 { continue }
      guard matched < Self.count, byte == UInt8(truncatingIfNeeded: Self.text >> UInt64(8 &* matched)) else {
        matched = -1
        return false
      }
      matched &+= 1
    }
    return true
  }
}
