/// Reads what a request hands over beside text: base64, a data URL, or where it is to be fetched from. In parts that may be
/// cut anywhere; keeps nothing but the first bytes.
public struct MediaText: Sendable, Equatable {
  private enum Place: Sendable, Equatable {
    /// The bytes that tell which of the three it is.
    case start
    case dataURL
    case base64
    case remote
  }

  private var place = Place.start
  private var startText: UInt64 = 0
  private var startBytes = 0
  private var header = MediaHeader()
  private var bits: UInt32 = 0
  private var bitCount = 0
  private var base64Bytes: Int64 = 0

  public init() {}

  /// Takes the next part of the text.
  public mutating func take(_ part: RawSpan) {
    var offset = 0
    while offset < part.byteCount {
      if place == .base64, header.isDone {
        base64Bytes &+= Int64(part.byteCount &- offset)
        return
      }
      take(part.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
      offset &+= 1
    }
  }

  private mutating func take(_ byte: UInt8) {
    switch place {
    case .start:
      startText = startText << 8 | UInt64(byte)
      startBytes &+= 1
      if startBytes == 5 { decide() }
    case .dataURL: if byte == UInt8(ascii: ",") { place = .base64 }
    case .base64: takeBase64(byte)
    case .remote: break
    }
  }

  /// `data:` begins a data URL; a colon within the first bytes is that of another scheme.
  private mutating func decide() {
    let bytes = (0..<5).map { UInt8(truncatingIfNeeded: startText >> UInt64(32 &- 8 &* $0)) }
    if bytes.elementsEqual("data:".utf8) {
      place = .dataURL
    } else if bytes.contains(UInt8(ascii: ":")) || bytes.elementsEqual("https".utf8) || bytes.starts(with: "file".utf8)
    {
      place = .remote
    } else {
      place = .base64
      for byte in bytes { takeBase64(byte) }
    }
  }

  private mutating func takeBase64(_ byte: UInt8) {
    base64Bytes &+= 1
    guard !header.isDone, let digit = Self.digit(byte) else { return }
    bits = bits << 6 | digit
    bitCount &+= 6
    guard bitCount >= 8 else { return }
    bitCount &-= 8
    header.take(UInt8(truncatingIfNeeded: bits >> UInt32(truncatingIfNeeded: bitCount)))
  }

  /// Both alphabets.
  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte &- 65)
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte &- 71)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) &+ 4
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }

  /// What it was, once it has ended.
  public var item: MediaItem {
    let bytes = base64Bytes &* 3 / 4
    if place == .remote { return .remote }
    if place == .start { return .unknown(bytes: Int64(startBytes)) }
    return switch header.kind {
    case .image(let width, let height): .image(width: width, height: height)
    case .pdf: .pdf(bytes: bytes)
    case .audio(let bytesPerSecond, let isExact):
      .audio(milliseconds: bytes &* 1000 / max(1, bytesPerSecond), isExact: isExact)
    case nil: .unknown(bytes: bytes)
    }
  }
}

/// Something that a request hands over beside text.
public enum MediaItem: Sendable, Equatable {
  /// In pixels; `isLow` where it is looked at in low detail, as OpenAI's APIs let a client ask.
  case image(width: Int64, height: Int64, isLow: Bool = false)
  case pdf(bytes: Int64)
  /// Not exact where the file is compressed, and its time was taken from its size.
  case audio(milliseconds: Int64, isExact: Bool = true)
  /// The provider fetches it, or holds it already.
  case remote
  case unknown(bytes: Int64)

  /// The same, looked at in low detail, where it is an image.
  public var inLowDetail: MediaItem {
    if case .image(let width, let height, _) = self { return .image(width: width, height: height, isLow: true) }
    return self
  }
}
