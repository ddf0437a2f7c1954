/// A set of ASCII characters, as 128 bits.
struct ByteSet: Sendable {
  private let low: UInt64
  private let high: UInt64

  /// What a field name and a method consist of (RFC 9110, 5.6.2).
  static let token = ByteSet(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
  /// What the name of a host consists of here: letters, digits, `-`, `_`, `.`.
  static let hostName = ByteSet(low: 0x03ff_6000_0000_0000, high: 0x07ff_fffe_87ff_fffe)

  func contains(_ byte: UInt8) -> Bool {
    guard byte < 128 else { return false }
    return (byte < 64 ? self.low >> UInt64(byte) : self.high >> UInt64(byte &- 64)) & 1 == 1
  }
}

/// Whether a byte may stand in a field value (RFC 9110, 5.5): HTAB, visible characters, space, and what is not ASCII.
func isFieldValueByte(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7f || byte == 0x09 }
