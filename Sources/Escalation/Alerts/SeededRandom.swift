/// Random numbers that their seed determines: SplitMix64, two streams of it. For ids and jitter, not for secrets.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var streams: (UInt64, UInt64)

  /// - Parameter seed: taken from the system where numbers must not be the same twice.
  public init(_ seed: (UInt64, UInt64)) { streams = seed }

  public mutating func next() -> UInt64 { Self.next(&streams.0) }

  /// 128 bits as 26 letters and digits: unique without asking anybody. It has no dot, which signatures put between parts.
  mutating func identifier(prefix: String) -> String {
    var bits = UInt128(Self.next(&streams.0)) << 64 | UInt128(Self.next(&streams.1))
    var text: [UInt8] = []
    for _ in 0..<26 {
      text.append(Self.digits[Int(truncatingIfNeeded: bits & 31)])
      bits >>= 5
    }
    return prefix + "_" + String(decoding: text, as: UTF8.self)
  }

  private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  private static func next(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
