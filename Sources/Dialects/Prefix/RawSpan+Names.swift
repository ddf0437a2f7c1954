extension RawSpan {
  /// One byte; a zero beyond the end.
  @inline(__always)
  func at(_ offset: Int) -> UInt8 {
    offset >= 0 && offset < byteCount ? unsafeLoad(fromByteOffset: offset, as: UInt8.self) : 0
  }

  /// Whether the bytes of a range are these.
  func holds(_ text: StaticString, in range: Range<Int>) -> Bool {
    guard text.utf8CodeUnitCount == range.count, range.upperBound <= byteCount else { return false }
    return text.withUTF8Buffer { text in
      for place in 0..<text.count where at(range.lowerBound &+ place) != text[place] { return false }
      return true
    }
  }

  /// Whether the bytes of a range are any of these.
  func holdsAny(of texts: [StaticString], in range: Range<Int>) -> Bool {
    for text in texts where holds(text, in: range) { return true }
    return false
  }

  /// Whether a byte stands anywhere in a range.
  func holds(byte: UInt8, in range: Range<Int>) -> Bool {
    for offset in range where at(offset) == byte { return true }
    return false
  }

  /// The text of a range.
  func text(in range: Range<Int>) -> String {
    guard range.upperBound <= byteCount else { return "" }
    return extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
