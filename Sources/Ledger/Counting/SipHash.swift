/// SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012): a keyed hash that nobody without the key can make collide.
struct SipHash {
  private var v0: UInt64
  private var v1: UInt64
  private var v2: UInt64
  private var v3: UInt64
  /// Bytes that do not fill a word yet, from the lowest byte up.
  private var tail: UInt64 = 0
  private var length: UInt64 = 0

  init(key: (low: UInt64, high: UInt64)) {
    v0 = 0x736f_6d65_7073_6575 ^ key.low
    v1 = 0x646f_7261_6e64_6f6d ^ key.high ^ 0xee
    v2 = 0x6c79_6765_6e65_7261 ^ key.low
    v3 = 0x7465_6462_7974_6573 ^ key.high
  }

  mutating func combine(_ byte: UInt8) {
    tail |= UInt64(byte) << ((length & 7) &* 8)
    length &+= 1
    guard length & 7 == 0 else { return }
    compress(tail)
    tail = 0
  }

  /// The hash: its first and its last eight bytes as little-endian words.
  mutating func finish() -> (low: UInt64, high: UInt64) {
    compress(tail | length << 56)
    v2 ^= 0xee
    for _ in 0..<4 { round() }
    let low = v0 ^ v1 ^ v2 ^ v3
    v1 ^= 0xdd
    for _ in 0..<4 { round() }
    return (low, v0 ^ v1 ^ v2 ^ v3)
  }

  private mutating func compress(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  private mutating func round() {
    v0 &+= v1
    v1 = Self.rotated(v1, by: 13) ^ v0
    v0 = Self.rotated(v0, by: 32)
    v2 &+= v3
    v3 = Self.rotated(v3, by: 16) ^ v2
    v0 &+= v3
    v3 = Self.rotated(v3, by: 21) ^ v0
    v2 &+= v1
    v1 = Self.rotated(v1, by: 17) ^ v2
    v2 = Self.rotated(v2, by: 32)
  }

  private static func rotated(_ word: UInt64, by bits: UInt64) -> UInt64 { word << bits | word >> (64 &- bits) }
}
