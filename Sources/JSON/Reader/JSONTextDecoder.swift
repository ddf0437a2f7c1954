/// Undoes the escapes of a string's text as it is written, in parts that may be cut anywhere. Nothing is allocated.
///
/// Halves of surrogate pairs that stand alone become the replacement character; an escape that is none is left out.
public struct JSONTextDecoder: Sendable, Equatable {
  private enum Place: UInt8 {
    case plain, escape, unicode
  }

  private var place = Place.plain
  private var unicode = UnicodeEscape()
  /// The first half of a surrogate pair, until the second comes; 0 where none waits.
  private var high: UInt16 = 0

  public init() {}

  /// Hands over what a part stands for: runs of the part itself, and what its escapes mean.
  public mutating func decode(_ part: RawSpan, _ take: (RawSpan) -> Void) {
    var offset = 0
    while offset < part.byteCount {
      switch place {
      case .plain:
        let stop = ByteScan.stringStop(in: part, from: offset)
        if stop > offset {
          settle(take)
          take(part.extracting(offset..<stop))
        }
        offset = stop
        guard stop < part.byteCount else { return }
        if part.byte(at: stop) == UInt8(ascii: "\\") { place = .escape }
        offset &+= 1
      case .escape:
        escape(part.byte(at: offset), take)
        offset &+= 1
      case .unicode:
        if !unicode.append(part.byte(at: offset)) { place = .plain }
        offset &+= 1
        if unicode.digitsLeft == 0 {
          place = .plain
          unit(unicode.unit, take)
        }
      }
    }
  }

  /// Says that the text ended.
  public mutating func end(_ take: (RawSpan) -> Void) {
    settle(take)
    place = .plain
  }

  private mutating func escape(_ letter: UInt8, _ take: (RawSpan) -> Void) {
    if letter == UInt8(ascii: "u") {
      unicode.begin()
      place = .unicode
      return
    }
    place = .plain
    settle(take)
    guard let plain = UnicodeEscape.simple(letter) else { return }
    let byte: InlineArray<1, UInt8> = [plain]
    take(byte.span.bytes)
  }

  private mutating func unit(_ unit: UInt16, _ take: (RawSpan) -> Void) {
    if high != 0, unit & 0xFC00 == 0xDC00 {
      let code = 0x10000 &+ (UInt32(high & 0x3FF) << 10) &+ UInt32(unit & 0x3FF)
      high = 0
      scalar(code, take)
      return
    }
    settle(take)
    if unit & 0xFC00 == 0xD800 { high = unit } else { scalar(unit & 0xFC00 == 0xDC00 ? 0xFFFD : UInt32(unit), take) }
  }

  private mutating func settle(_ take: (RawSpan) -> Void) {
    guard high != 0 else { return }
    high = 0
    scalar(0xFFFD, take)
  }

  private func scalar(_ code: UInt32, _ take: (RawSpan) -> Void) {
    var bytes = InlineArray<4, UInt8>(repeating: 0)
    var count = 0
    guard let scalar = Unicode.Scalar(code), let encoded = UTF8.encode(scalar) else { return }
    for byte in encoded {
      bytes[count] = byte
      count &+= 1
    }
    take(bytes.span.bytes.extracting(0..<count))
  }
}
