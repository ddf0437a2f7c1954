/// The caller's trace, by W3C Trace Context, level 1 and later (section 3.2).
public struct TraceContext: Sendable, Equatable {
  /// 32 hexadecimal digits in lower case, not all zero.
  public var traceID: String
  /// 16 hexadecimal digits in lower case, not all zero.
  public var parentID: String
  public var isSampled: Bool

  /// Reads a `traceparent`; nil for what the standard says to ignore. A version above 00 may have more after its flags.
  public init?(traceParent text: String) {
    let bytes = text.utf8.span
    guard bytes.count == 55 || bytes.count > 55 && bytes[55] == UInt8(ascii: "-") else { return nil }
    for index in 0..<55 {
      let isDash = index == 2 || index == 35 || index == 52
      guard isDash ? bytes[index] == UInt8(ascii: "-") : Self.lowerHexadecimal.contains(bytes[index]) else {
        return nil
      }
    }
    let version = text.slice(0..<2)
    guard version != "ff", version != "00" || bytes.count == 55 else { return nil }
    traceID = text.slice(3..<35)
    parentID = text.slice(36..<52)
    guard traceID.utf8.contains(where: { $0 != 0x30 }), parentID.utf8.contains(where: { $0 != 0x30 }) else {
      return nil
    }
    isSampled = (bytes[54].hexadecimalValue ?? 0) & 1 == 1
  }

  private static let lowerHexadecimal = ByteSet("0123456789abcdef")
}
