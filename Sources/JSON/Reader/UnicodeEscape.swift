/// The escape `\uXXXX` while its digits arrive.
struct UnicodeEscape: Sendable, Equatable {
  private(set) var unit: UInt16 = 0
  private(set) var digitsLeft = 0

  mutating func begin() {
    unit = 0
    digitsLeft = 4
  }

  /// False where the byte is no hexadecimal digit.
  mutating func append(_ byte: UInt8) -> Bool {
    guard let digit = hexadecimalDigit(byte) else { return false }
    unit = unit << 4 | UInt16(digit)
    digitsLeft &-= 1
    return true
  }

  /// The bytes that the code unit makes in UTF-8; each half of a surrogate pair makes half of four.
  @inline(__always)
  static func utf8Size(of unit: UInt16) -> Int {
    if unit < 0x80 { return 1 }
    if unit < 0x800 { return 2 }
    return unit & 0xF800 == 0xD800 ? 2 : 3
  }

  /// The code unit of the four digits at an offset; nil where they are none. The span reaches that far.
  ///
  /// All four at once, without a branch: no addition carries into the next byte.
  @inline(__always)
  static func unit(_ bytes: RawSpan, at offset: Int) -> UInt16? {
    let ones: UInt32 = 0x0101_0101
    let word = UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    let low = word & (ones &* 0x7F)
    let isNoDigit = (low ^ (ones &* 0x30)) &+ ones &* 0x76
    let letter = (low | (ones &* 0x20)) ^ (ones &* 0x60)
    let isNoLetter = (letter &+ ones &* 0x79) | ~(letter &+ ones &* 0x7F)
    guard ((isNoDigit & isNoLetter) | word) & (ones &* 0x80) == 0 else { return nil }
    let digits = (low & (ones &* 0x0F)) &+ ((low >> 6) & ones) &* 9
    let unit = (digits & 0xFF) << 12 | (digits >> 8 & 0xFF) << 8 | (digits >> 16 & 0xFF) << 4 | digits >> 24
    return UInt16(truncatingIfNeeded: unit)
  }

  /// How many bytes more an escape takes than it stands for; nil where it is none. The span reaches six bytes far.
  ///
  /// - Parameter letter: the byte behind the backslash.
  @inline(__always)
  static func surplus(_ letter: UInt8, _ bytes: RawSpan, at offset: Int) -> Int? {
    if isSimple(letter) { return 1 }
    guard letter == UInt8(ascii: "u"), let unit = unit(bytes, at: offset &+ 2) else { return nil }
    return 6 &- utf8Size(of: unit)
  }

  /// Whether the byte behind a backslash makes an escape of one letter.
  @inline(__always)
  static func isSimple(_ byte: UInt8) -> Bool {
    // One bit for each of the characters from 0x40 on: \ b f n r t; the quote and the slash stand below.
    let letters: UInt64 = 1 << 0x1C | 1 << 0x22 | 1 << 0x26 | 1 << 0x2E | 1 << 0x32 | 1 << 0x34
    if byte & 0xC0 == 0x40 { return letters >> UInt64(byte & 0x3F) & 1 == 1 }
    return byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "/")
  }

  /// What the escape of one letter stands for; nil for `u` and for what is none.
  @inline(__always)
  static func simple(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    default: nil
    }
  }
}
