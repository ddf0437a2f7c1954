/// A hash of values, one after the other, that nobody can aim at without its key: every sixteen bytes go through a multiplication with
/// the secret, unlike in ``TextHash``, which who knows the text can lead. A prompt that passes for another one would be reserved too
/// little.
struct PromptHash: Sendable, Equatable {
  /// What stands before a value's bytes, so that no two documents are the same to it.
  enum Token: UInt64 {
    case name = 1
    case string, scalar, beginObject, endObject, beginArray, endArray
    /// What another hash came to.
    case word
  }

  private let key: FingerprintKey
  private(set) var state: UInt64

  init(key: FingerprintKey, seed: UInt64 = 0) {
    self.key = key
    state = key.mixed(seed, 0x9E37_79B9_7F4A_7C15)
  }

  mutating func absorb(_ token: Token) { absorb(token.rawValue, 0) }

  mutating func absorb(word: UInt64) { absorb(Token.word.rawValue, word) }

  /// Absorbs a name, a text or a scalar as it is written.
  mutating func absorb(_ token: Token, _ bytes: RawSpan) {
    absorb(token.rawValue, UInt64(truncatingIfNeeded: bytes.byteCount))
    var offset = 0
    while offset &+ 16 <= bytes.byteCount {
      absorb(Self.word(bytes, at: offset), Self.word(bytes, at: offset &+ 8))
      offset &+= 16
    }
    guard offset < bytes.byteCount else { return }
    var rest = SIMD2<UInt64>()
    var place = 0
    while offset < bytes.byteCount {
      let byte = UInt64(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
      rest[place >> 3] |= byte << UInt64(8 &* (place & 7))
      place &+= 1
      offset &+= 1
    }
    absorb(rest[0], rest[1])
  }

  /// Two hashes in one.
  func joined(_ other: PromptHash) -> Fingerprint {
    let both = key.mixed(state, other.state &+ 1)
    return Fingerprint(bits: key.mixed(both, both &>> 32))
  }

  /// A product whose one side is nought by chance loses nothing: the state goes in twice.
  @inline(__always)
  private mutating func absorb(_ first: UInt64, _ second: UInt64) {
    state = key.mixed(first, second ^ state) &+ (state &<< 23 | state &>> 41)
  }

  @inline(__always)
  private static func word(_ bytes: RawSpan, at offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
