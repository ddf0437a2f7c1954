/// A set of ASCII bytes that is tested with one shift. Bytes from 0x80 up are never in it.
struct ByteSet: Sendable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// The bytes of `members`, which is ASCII.
  init(_ members: StaticString) {
    members.withUTF8Buffer { bytes in
      for byte in bytes { insert(byte) }
    }
  }

  /// Letters and digits, and the bytes of `others`.
  init(alphanumericsAnd others: StaticString) {
    self.init(others)
    for byte in UInt8(ascii: "0")...UInt8(ascii: "9") { insert(byte) }
    for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") { insert(byte) }
    for byte in UInt8(ascii: "a")...UInt8(ascii: "z") { insert(byte) }
  }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    if byte < 64 { return low >> UInt64(byte) & 1 == 1 }
    return byte < 128 && high >> UInt64(byte & 63) & 1 == 1
  }

  /// Whether every byte is in the set; true for no bytes.
  @inline(__always)
  func containsAll(of bytes: borrowing Span<UInt8>) -> Bool {
    for index in bytes.indices where !contains(bytes[index]) { return false }
    return true
  }

  private mutating func insert(_ byte: UInt8) {
    if byte < 64 { low |= 1 << UInt64(byte) } else if byte < 128 { high |= 1 << UInt64(byte & 63) }
  }

  /// `tchar` of RFC 9110, section 5.6.2: what methods, field names and connection options are made of.
  static let token = ByteSet(alphanumericsAnd: "!#$%&'*+-.^_`|~")
  static let digits = ByteSet("0123456789")
}
