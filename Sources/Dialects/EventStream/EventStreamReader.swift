/// What an ``EventStreamReader`` met.
public enum EventStreamPiece: Equatable, Sendable {
  /// The part is used up.
  case needsMore
  /// Bytes of an event's data: this range of the part.
  case data(Range<Int>)
  /// A line feed of an event's data, where another `data` line begins.
  case lineBreak
  /// The event that the data belongs to is complete.
  case endOfEvent
}

/// Splits a stream of server-sent events (WHATWG HTML, 9.2.6) as its parts arrive, which may be cut anywhere.
///
/// The data is handed out where it stands: nothing of a line is kept, so that lines have no limit. Names, ids and
/// retry times of events are passed over, since every API that Tollgate reads repeats the name inside the data.
public struct EventStreamReader: Sendable {
  private enum Place {
    case fieldName, dataStart, data, ignored
  }

  private var place = Place.fieldName
  /// The name of the line's field, the first byte lowest: as much of it as tells `data` from others.
  private var name: UInt64 = 0
  private var nameBytes = 0
  /// Whether a line feed belongs to the carriage return before it.
  private var skipsLineFeed = false
  private var hasData = false
  /// Bytes of a byte order mark that were seen at the start of the stream; -1 behind it.
  private var markBytes = 0

  private static let dataName: UInt64 = 0x6174_6164
  private static let dataColon: UInt64 = 0x3A_6174_6164

  /// A reader at the start of a stream.
  public init() {}

  /// Reads on in a part until there is something to hand out.
  ///
  /// - Parameter offset: where to begin: 0 at first, and left alone by the caller between the pieces of a part.
  public mutating func next(_ bytes: RawSpan, at offset: inout Int) -> EventStreamPiece {
    while offset < bytes.byteCount {
      switch place {
      case .fieldName:
        if let piece = readName(bytes, at: &offset) { return piece }
      case .dataStart:
        if bytes.byte(at: offset) == UInt8(ascii: " ") { offset &+= 1 }
        place = .data
      case .data:
        let start = offset
        offset = bytes.lineEnd(from: start)
        if offset > start { return .data(start..<offset) }
        endLine(bytes.byte(at: offset), at: &offset)
      case .ignored:
        offset = bytes.lineEnd(from: offset)
        if offset < bytes.byteCount { endLine(bytes.byte(at: offset), at: &offset) }
      }
    }
    return .needsMore
  }

  @inline(__always)
  private mutating func readName(_ bytes: RawSpan, at offset: inout Int) -> EventStreamPiece? {
    let byte = bytes.byte(at: offset)
    if skipsLineFeed {
      skipsLineFeed = false
      if byte == 0x0A {
        offset &+= 1
        return nil
      }
    }
    if markBytes >= 0, readMark(byte, at: &offset) { return nil }
    if nameBytes == 0, offset &+ 8 <= bytes.byteCount, bytes.word(at: offset) & 0xFF_FFFF_FFFF == Self.dataColon {
      offset &+= 5
      place = .dataStart
      return beginData()
    }
    switch byte {
    case UInt8(ascii: ":"):
      offset &+= 1
      place = isDataName ? .dataStart : .ignored
      return isDataName ? beginData() : nil
    case 0x0A, 0x0D: return endNameLine(byte, at: &offset)
    default:
      offset &+= 1
      name |= nameBytes < 8 ? UInt64(byte) << UInt64(8 &* nameBytes) : 0
      nameBytes = min(nameBytes &+ 1, 9)
      return nil
    }
  }

  private var isDataName: Bool { nameBytes == 4 && name == Self.dataName }

  /// A line that ends without a colon: an empty one ends the event, `data` alone adds an empty line.
  private mutating func endNameLine(_ byte: UInt8, at offset: inout Int) -> EventStreamPiece? {
    let isEmpty = nameBytes == 0
    let isData = isDataName
    endLine(byte, at: &offset)
    if isData { return beginData() }
    guard isEmpty, hasData else { return nil }
    hasData = false
    return .endOfEvent
  }

  private mutating func beginData() -> EventStreamPiece? {
    if hasData { return .lineBreak }
    hasData = true
    return nil
  }

  private mutating func endLine(_ byte: UInt8, at offset: inout Int) {
    offset &+= 1
    skipsLineFeed = byte == 0x0D
    place = .fieldName
    name = 0
    nameBytes = 0
  }

  /// Passes a byte of the byte order mark that may begin the stream.
  private mutating func readMark(_ byte: UInt8, at offset: inout Int) -> Bool {
    let mark: UInt32 = 0xBF_BBEF
    if byte == UInt8(truncatingIfNeeded: mark >> UInt32(8 &* markBytes)) {
      markBytes = markBytes == 2 ? -1 : markBytes &+ 1
      offset &+= 1
      return true
    }
    // The start of a mark that is none begins the name of an unknown field.
    if markBytes > 0 { nameBytes = 9 }
    markBytes = -1
    return false
  }
}

/// The scans that this module needs, inside it, so that they are inlined into its loops.
extension RawSpan {
  /// One byte.
  @inline(__always)
  func byte(at offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  /// Eight bytes, the first one lowest.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The first offset at or after `start` of a line feed or carriage return; else the end.
  @inline(__always)
  func lineEnd(from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let lows: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    var offset = start
    while offset &+ 8 <= byteCount {
      let word = word(at: offset)
      let low = word & lows
      let isNoLineFeed = (low ^ (ones &* 0x0A)) &+ lows
      let isNoReturn = (low ^ (ones &* 0x0D)) &+ lows
      let ends = ~((isNoLineFeed & isNoReturn) | word) & ~lows
      if ends != 0 { return offset &+ ends.trailingZeroBitCount >> 3 }
      offset &+= 8
    }
    while offset < byteCount {
      let byte = byte(at: offset)
      if byte == 0x0A || byte == 0x0D { return offset }
      offset &+= 1
    }
    return offset
  }
}
