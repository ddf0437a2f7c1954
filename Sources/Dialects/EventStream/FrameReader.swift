/// What a ``FrameReader`` met.
public enum FramePiece: Equatable, Sendable {
  /// The part is used up.
  case needsMore
  /// The headers of a frame were read: see ``FrameReader/head``.
  case begin
  /// Bytes of a frame's payload: this range of the part.
  case payload(Range<Int>)
  /// The frame is complete, and its checksum is right.
  case end
  /// The stream is damaged: a checksum, a length or a header is wrong. The reader stays here.
  case damaged
}

/// Splits a stream of `application/vnd.amazon.eventstream` as its parts arrive, which may be cut anywhere.
///
/// A frame is `total length, length of the headers, checksum of these two, headers, payload, checksum of all before`, with
/// lengths and checksums of four bytes, the highest first. The payload is handed out where it stands, and before its
/// checksum is known: a caller takes back what a frame said that turns out ``FramePiece/damaged``.
///
/// https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html ("Event stream encoding"); limits and types
/// of headers as in botocore's `eventstream.py`.
public struct FrameReader: Sendable {
  /// How long the headers of a frame may be.
  public static let headersBytesMax = 128 << 10
  /// How long the payload of a frame may be.
  public static let payloadBytesMax = 24 << 20
  /// The lengths and checksums of a frame.
  private static let fixedBytes = 16

  private enum Place {
    case totalLength, headersLength, preludeChecksum, headers, payload, checksum, damaged
  }

  private var place = Place.totalLength
  /// The number under way, and how many of its four bytes have been read.
  private var number: UInt32 = 0
  private var numberBytes = 0
  private var totalBytes = 0
  private var headersBytesLeft = 0
  private var payloadBytesLeft = 0
  private var checksum = CRC32()
  private var headers = FrameHeaderReader()

  /// A reader at the start of a stream.
  public init() {}

  /// What the headers of the frame under way say, from its ``FramePiece/begin`` on.
  public var head: FrameHead { headers.head }

  /// Whether a frame has begun and not ended.
  public var isInFrame: Bool { place != .totalLength || numberBytes > 0 }

  /// Whether the ``FramePiece/begin`` of the frame under way has been handed out.
  public private(set) var hasBegun = false

  /// Reads on in a part until there is something to hand out.
  ///
  /// - Parameter offset: where to begin: 0 at first, and left alone by the caller between the pieces of a part.
  public mutating func next(_ bytes: RawSpan, at offset: inout Int) -> FramePiece {
    while true {
      switch place {
      case .damaged: return .damaged
      case .headers:
        guard headersBytesLeft > 0 else {
          guard headers.isBetweenHeaders else { return damage() }
          place = .payload
          hasBegun = true
          return .begin
        }
        guard offset < bytes.byteCount else { return .needsMore }
        guard readHeaders(bytes, at: &offset) else { return damage() }
      case .payload:
        guard payloadBytesLeft > 0 else {
          place = .checksum
          continue
        }
        guard offset < bytes.byteCount else { return .needsMore }
        return .payload(takePayload(bytes, at: &offset))
      case .totalLength, .headersLength, .preludeChecksum, .checksum:
        guard readNumber(bytes, at: &offset) else { return .needsMore }
        if let piece = endNumber() { return piece }
      }
    }
  }

  /// Reads a number of four bytes; false where the part ends before it.
  private mutating func readNumber(_ bytes: RawSpan, at offset: inout Int) -> Bool {
    while numberBytes < 4 {
      guard offset < bytes.byteCount else { return false }
      let byte = bytes.byte(at: offset)
      offset &+= 1
      numberBytes &+= 1
      number = number << 8 | UInt32(byte)
      // Checksums cover what stands before them; that of the prelude is covered by the frame's.
      if place != .preludeChecksum, place != .checksum { checksum.update(byte) }
    }
    return true
  }

  private mutating func endNumber() -> FramePiece? {
    let value = number
    number = 0
    numberBytes = 0
    switch place {
    case .totalLength:
      totalBytes = Int(value)
      place = .headersLength
    case .headersLength:
      headersBytesLeft = Int(value)
      payloadBytesLeft = totalBytes &- headersBytesLeft &- Self.fixedBytes
      place = .preludeChecksum
    case .preludeChecksum:
      let isFit =
        headersBytesLeft <= Self.headersBytesMax && payloadBytesLeft >= 0 && payloadBytesLeft <= Self.payloadBytesMax
      guard value == checksum.value, isFit else { return damage() }
      for shift: UInt32 in [24, 16, 8, 0] { checksum.update(UInt8(truncatingIfNeeded: value >> shift)) }
      headers = FrameHeaderReader()
      place = .headers
    default:
      guard value == checksum.value else { return damage() }
      checksum = CRC32()
      place = .totalLength
      hasBegun = false
      return .end
    }
    return nil
  }

  private mutating func readHeaders(_ bytes: RawSpan, at offset: inout Int) -> Bool {
    let end = offset &+ min(headersBytesLeft, bytes.byteCount &- offset)
    checksum.update(bytes.extracting(offset..<end))
    headersBytesLeft &-= end &- offset
    while offset < end {
      guard headers.read(bytes.byte(at: offset)) else { return false }
      offset &+= 1
    }
    return true
  }

  private mutating func takePayload(_ bytes: RawSpan, at offset: inout Int) -> Range<Int> {
    let start = offset
    offset &+= min(payloadBytesLeft, bytes.byteCount &- offset)
    checksum.update(bytes.extracting(start..<offset))
    payloadBytesLeft &-= offset &- start
    return start..<offset
  }

  private mutating func damage() -> FramePiece {
    place = .damaged
    return .damaged
  }
}
