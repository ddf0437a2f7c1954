// Reading the bytes of a head in place: comparisons that ignore the case of ASCII letters, without making strings.

extension UInt8 {
  /// The byte, with an ASCII capital made small.
  @inline(__always)
  var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5a ? self | 0x20 : self }

  /// The value of a hexadecimal digit; nil for any other byte.
  @inline(__always)
  var hexadecimalValue: UInt8? {
    switch self {
    case 0x30...0x39: self &- 0x30
    case 0x41...0x46: self &- 0x37
    case 0x61...0x66: self &- 0x57
    default: nil
    }
  }

  /// A control byte, or DEL.
  @inline(__always)
  var isControl: Bool { self < 0x20 || self == 0x7f }
}

extension Span where Element == UInt8 {
  /// Whether these are the bytes of `text`, which is in lower case, but for the case of letters.
  @inline(__always)
  func equalsIgnoringCase(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && hasPrefixIgnoringCase(text)
  }

  /// Whether these bytes begin with `text`, which is in lower case, but for the case of letters.
  @inline(__always)
  func hasPrefixIgnoringCase(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { wanted in
      for index in wanted.indices where self[index].asciiLowercased != wanted[index] { return false }
      return true
    }
  }

  /// Whether these bytes may be the value of a field: visible characters, blanks, tabs, and UTF-8 from 0x80, but not U+FFFD.
  /// That is what NIO's decoder puts in the place of bytes that are not UTF-8: forwarding it would change the request.
  func isFieldValue() -> Bool {
    let raw = self.bytes
    var index = 0
    while index + 8 <= count {
      let word = raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      guard Self.isPlain(word) else { break }
      index += 8
    }
    while index < count {
      let byte = self[index]
      if byte.isControl, byte != 0x09 { return false }
      if byte == 0xef, index + 2 < count, self[index + 1] == 0xbf, self[index + 2] == 0xbd { return false }
      index += 1
    }
    return true
  }

  /// Whether all eight bytes of a word are from 0x20 to 0x7e. A borrow out of one byte can only come from a byte that is out
  /// of range itself, so the answer for the whole word is exact.
  @inline(__always)
  private static func isPlain(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let isBelowBlank = (word &- ones &* 0x20) & ~word
    let delete = word ^ ones &* 0x7f
    let isDelete = (delete &- ones) & ~delete
    return (isBelowBlank | isDelete | word) & (ones &* 0x80) == 0
  }

  /// Whether these bytes begin with exactly `text`.
  @inline(__always)
  func hasPrefix(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { wanted in
      for index in wanted.indices where self[index] != wanted[index] { return false }
      return true
    }
  }

  /// Whether these bytes end with exactly `text`.
  @inline(__always)
  func hasSuffix(_ text: StaticString) -> Bool {
    let start = count - text.utf8CodeUnitCount
    guard start >= 0 else { return false }
    return text.withUTF8Buffer { wanted in
      for index in wanted.indices where self[start + index] != wanted[index] { return false }
      return true
    }
  }
}

extension String {
  /// Calls `body` with the bytes of this string: in place, since what NIO and the transfers make are native strings. Half
  /// the price of `utf8.span`, which is an opaque call.
  @inline(__always)
  func withBytes<Result>(_ body: (borrowing Span<UInt8>) -> Result) -> Result {
    if let result = utf8.withContiguousStorageIfAvailable({ body($0.span) }) { return result }
    return body(Array(utf8).span)
  }

  /// Whether this is `text`, which is in lower case, but for the case of ASCII letters.
  @inline(__always)
  func equalsIgnoringCase(_ text: StaticString) -> Bool { withBytes { $0.equalsIgnoringCase(text) } }
  /// Whether this begins with `text`, which is in lower case, but for the case of ASCII letters.
  @inline(__always)
  func hasPrefixIgnoringCase(_ text: StaticString) -> Bool { withBytes { $0.hasPrefixIgnoringCase(text) } }
  /// The bytes of this string in `range`, as a string. Offsets are of UTF-8; `range` lies within the string.
  func slice(_ range: Range<Int>) -> String {
    let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
    let end = utf8.index(start, offsetBy: range.count)
    return String(self[start..<end])
  }
}

/// Calls `body` with each member of a comma-separated list, blanks around it removed, empty ones left out (RFC 9110,
/// section 5.6.1). Stops at the first for which `body` is false, and is false itself then.
@discardableResult
func forEachListMember(of value: String, _ body: (borrowing Span<UInt8>) -> Bool) -> Bool {
  let bytes = value.utf8.span
  var start = 0
  while start <= bytes.count {
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: ",") { end += 1 }
    var first = start
    var last = end
    while first < last, bytes[first] == 0x20 || bytes[first] == 0x09 { first += 1 }
    while last > first, bytes[last - 1] == 0x20 || bytes[last - 1] == 0x09 { last -= 1 }
    if first < last, !body(bytes.extracting(first..<last)) { return false }
    start = end + 1
  }
  return true
}
