/// The caller's trace, by W3C Trace Context (section 3.2).
enum TraceParent {
  private static let digits = ByteSet("0123456789abcdef")

  /// The trace id of a `traceparent`: 32 hexadecimal digits in lower case, not all zero. Nil for what the standard says to
  /// ignore. A version above 00 may have more after its flags.
  static func traceID(in text: String) -> String? {
    let bytes = text.utf8.span
    guard bytes.count == 55 || bytes.count > 55 && bytes[55] == UInt8(ascii: "-") else { return nil }
    for index in 0..<55 {
      let isDash = index == 2 || index == 35 || index == 52
      guard isDash ? bytes[index] == UInt8(ascii: "-") : digits.contains(bytes[index]) else { return nil }
    }
    let version = text.slice(0..<2)
    guard version != "ff", version != "00" || bytes.count == 55 else { return nil }
    guard !isZero(text.slice(36..<52)), !isZero(text.slice(3..<35)) else { return nil }
    return text.slice(3..<35)
  }

  private static func isZero(_ digits: String) -> Bool {
    digits.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
  }
}
