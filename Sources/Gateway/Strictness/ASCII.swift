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
  /// Whether this is `text`, which is in lower case, but for the case of ASCII letters.
  func equalsIgnoringCase(_ text: StaticString) -> Bool { utf8.span.equalsIgnoringCase(text) }
  /// Whether this begins with `text`, which is in lower case, but for the case of ASCII letters.
  func hasPrefixIgnoringCase(_ text: StaticString) -> Bool { utf8.span.hasPrefixIgnoringCase(text) }
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
