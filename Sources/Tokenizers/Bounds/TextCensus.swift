/// What a bound of tokens rests on: the bytes of text by the sorts that can cost more than a token each.
public struct TextCensus: Sendable, Equatable {
  /// Bytes as they are written, escapes and all.
  public private(set) var bytes: Int64 = 0
  /// Capital letters of ASCII.
  public private(set) var capitals: Int64 = 0
  /// Bytes of other characters than ASCII.
  public private(set) var beyondASCII: Int64 = 0
  /// By how many bytes normalisation (NFC) can lengthen the text at most.
  public private(set) var growth: Int64 = 0
  /// Escapes of the form `\uXXXX`: each may stand for a half of what grows most.
  public private(set) var unicodeEscapes: Int64 = 0

  private var last: UInt8 = 0
  private static let ones: UInt64 = 0x0101_0101_0101_0101

  public init() {}

  /// Takes a part of the text.
  public mutating func take(_ part: RawSpan) {
    bytes &+= Int64(part.byteCount)
    var offset = 0
    while offset &+ 8 <= part.byteCount {
      let word = UInt64(littleEndian: part.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
      if word & (Self.ones &* 0x80) == 0, !Self.holds(word, UInt8(ascii: "\\")), last != UInt8(ascii: "\\") {
        capitals &+= Int64(Self.capitals(word))
        last = UInt8(truncatingIfNeeded: word >> 56)
      } else {
        for place in UInt64(0)..<8 { take(UInt8(truncatingIfNeeded: word >> (8 &* place))) }
      }
      offset &+= 8
    }
    while offset < part.byteCount {
      take(part.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
      offset &+= 1
    }
  }

  private mutating func take(_ byte: UInt8) {
    if byte >= 0x80 {
      beyondASCII &+= 1
      growth &+= Self.growth(byte, before: last)
    } else if byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "Z") {
      capitals &+= 1
    } else if byte == UInt8(ascii: "u"), last == UInt8(ascii: "\\") {
      unicodeEscapes &+= 1
    }
    last = byte
  }

  /// Only few blocks have characters that normalisation lengthens: U+0344 (2 bytes to 4), Indic and Tibetan letters, U+2ADC,
  /// compatibility ideographs, Hebrew presentation forms (3 to 6), and musical symbols and others in four bytes (4 to 12).
  private static func growth(_ byte: UInt8, before: UInt8) -> Int64 {
    switch before {
    case 0xCD: byte <= 0x84 ? 2 : 0
    case 0xE0: byte >= 0xA4 && byte <= 0xB7 || byte >= 0xBD ? 3 : 0
    case 0xE2: byte == 0xAB ? 3 : 0
    case 0xEF: byte >= 0xA4 && byte <= 0xAD ? 3 : 0
    case 0xF0...0xF4: 8
    default: 0
    }
  }

  /// How many of eight ASCII bytes are capital letters: no addition carries into the next byte.
  @inline(__always)
  private static func capitals(_ word: UInt64) -> Int {
    ((word &+ ones &* 0x3F) & ~(word &+ ones &* 0x25) & (ones &* 0x80)).nonzeroBitCount
  }

  /// Whether any of eight ASCII bytes is this one.
  @inline(__always)
  private static func holds(_ word: UInt64, _ byte: UInt8) -> Bool {
    let other = (word ^ (ones &* UInt64(byte))) &+ ones &* 0x7F
    return ~other & (ones &* 0x80) != 0
  }
}
