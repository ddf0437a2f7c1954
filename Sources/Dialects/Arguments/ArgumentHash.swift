/// Hashes what arguments mean, byte by byte (FNV-1a, 64 bits): enough to tell that a tool is called with the same arguments again.
/// It tells nothing of them, and guards against nobody.
///
/// http://www.isthe.com/chongo/tech/comp/fnv/
struct ArgumentHash: Sendable, Equatable {
  /// Stands for a quote: no byte of a text is this one.
  static let quote: UInt8 = 0xFF

  private(set) var bits: UInt64 = 0xCBF2_9CE4_8422_2325

  @inline(__always)
  mutating func take(_ byte: UInt8) { bits = (bits ^ UInt64(byte)) &* 0x100_0000_01B3 }

  mutating func take(_ scalar: Unicode.Scalar) {
    guard let encoded = UTF8.encode(scalar) else { return }
    for byte in encoded { take(byte) }
  }

  /// The bits spread, so that sums of several tell them apart (the finalizer of MurmurHash3).
  var spread: UInt64 {
    var value = bits
    value = (value ^ value >> 33) &* 0xFF51_AFD7_ED55_8CCD
    value = (value ^ value >> 33) &* 0xC4CE_B9FE_1A85_EC53
    return value ^ value >> 33
  }
}
