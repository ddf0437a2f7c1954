/// Which trace a span belongs to: sixteen bytes, not all of them zero (W3C Trace Context, section 3.2.2.3).
public struct TraceID: Sendable, Hashable, CustomStringConvertible {
  /// The bytes, the first one highest.
  public let bits: UInt128

  /// Nil for zero, which stands for no trace.
  public init?(_ bits: UInt128) {
    guard bits != 0 else { return nil }
    self.bits = bits
  }

  /// The trace of a run: the same in every process that knows the run by this name.
  public init(ofRun name: String) { self.init(digest: IdentifierDigest("run", name).value) }

  /// The trace of a call that belongs to no run and to no trace of its caller's.
  public init(ofCall id: Int64) { self.init(digest: IdentifierDigest("call", String(id)).value) }

  private init(digest: UInt128) { bits = digest == 0 ? 1 : digest }

  /// 32 hexadecimal digits in lower case.
  public var description: String { hexadecimal(bits, digits: 32) }

  /// The 56 bits that sampling looks at: those that W3C Trace Context Level 2 wants to be random.
  var randomness: UInt64 { UInt64(truncatingIfNeeded: bits) & (1 << 56 - 1) }
}

/// Which span of a trace: eight bytes, not all of them zero.
public struct SpanID: Sendable, Hashable, CustomStringConvertible {
  /// The bytes, the first one highest.
  public let bits: UInt64

  /// Nil for zero, which stands for no span.
  public init?(_ bits: UInt64) {
    guard bits != 0 else { return nil }
    self.bits = bits
  }

  /// The span of a run, or of an agent within it: known before it has ended, so that what it does can name it as its parent.
  public init(ofAgent agent: String, run: String) { self.init(digest: IdentifierDigest("agent", run, agent).value) }

  /// The span of a call.
  public init(ofCall id: Int64) { self.init(digest: IdentifierDigest("span", String(id)).value) }

  /// The span of a tool call: the one at `index` of those that a call brought.
  public init(ofTool index: Int, call id: Int64) {
    self.init(digest: IdentifierDigest("tool", String(id), String(index)).value)
  }

  private init(digest: UInt128) {
    let bits = UInt64(truncatingIfNeeded: digest)
    self.bits = bits == 0 ? 1 : bits
  }

  /// 16 hexadecimal digits in lower case.
  public var description: String { hexadecimal(bits, digits: 16) }
}

private func hexadecimal(_ bits: some FixedWidthInteger, digits: Int) -> String {
  let text = String(bits, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// Makes an identifier of names: FNV-1a over 128 bits (http://www.isthe.com/chongo/tech/comp/fnv), whose halves are then mixed, so
/// that names that differ in their last letter have nothing in common. No secret depends on it.
struct IdentifierDigest {
  private static let offsetBasis: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
  private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

  let value: UInt128

  /// - Parameter names: none of which has a byte of zero, which stands between them.
  init(_ names: String...) {
    var state = Self.offsetBasis
    for name in names {
      for byte in name.utf8 { state = (state ^ UInt128(byte)) &* Self.prime }
      state = state &* Self.prime
    }
    value = Self.mixed(state)
  }

  /// What the bytes alone come to, before it is mixed.
  static func fnv1a(_ text: String) -> UInt128 {
    text.utf8.reduce(offsetBasis) { ($0 ^ UInt128($1)) &* prime }
  }

  private static func mixed(_ state: UInt128) -> UInt128 {
    var high = UInt64(truncatingIfNeeded: state >> 64)
    var low = UInt64(truncatingIfNeeded: state)
    high &+= low
    low &+= high
    high = mixed(high)
    low = mixed(low)
    high &+= low
    low &+= high
    return UInt128(high) << 64 | UInt128(low)
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): each bit of the argument changes half of the result's.
  private static func mixed(_ word: UInt64) -> UInt64 {
    var word = word
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}
