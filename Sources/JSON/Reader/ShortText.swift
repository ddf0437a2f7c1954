/// Up to 32 bytes in four words, so that names are compared without touching memory again.
struct ShortText: Equatable, Sendable {
  static let bytesMax = 32

  /// Bytes in the order of a little-endian machine, zero beyond ``count``.
  var word0: UInt64 = 0
  var word1: UInt64 = 0
  var word2: UInt64 = 0
  var word3: UInt64 = 0
  var count: Int = 0

  init() {}

  /// Nil beyond ``bytesMax``.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.bytesMax else { return nil }
    for byte in bytes { append(byte) }
  }

  mutating func append(_ byte: UInt8) {
    let shifted = UInt64(byte) << UInt64(8 &* (count & 7))
    switch count >> 3 {
    case 0: word0 |= shifted
    case 1: word1 |= shifted
    case 2: word2 |= shifted
    default: word3 |= shifted
    }
    count &+= 1
  }

  /// A hash of the first word and the length, as one bit of 64.
  @inline(__always)
  var filterBit: UInt64 { 1 << (((word0 ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15) >> 58) }

  @inline(__always)
  static func == (lhs: ShortText, rhs: ShortText) -> Bool {
    lhs.word0 == rhs.word0 && lhs.count == rhs.count && lhs.word1 == rhs.word1 && lhs.word2 == rhs.word2
      && lhs.word3 == rhs.word3
  }
}
