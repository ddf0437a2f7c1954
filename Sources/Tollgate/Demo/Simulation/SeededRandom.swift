/// A small generator of random numbers that gives the same ones for the same seed on every machine (SplitMix64, by
/// Steele, Lea and Flood, 2014). Not for secrets.
struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// A hash that is the same in every process, unlike the standard library's (FNV-1a, 64 bits).
struct StableHash: Sendable {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ text: some StringProtocol) {
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // So that "ab" + "c" is not "a" + "bc".
    value = (value ^ 0xff) &* 0x100_0000_01b3
  }

  mutating func add(_ number: UInt64) { add(String(number)) }
}
