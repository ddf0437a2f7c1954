/// Where in a trace a request was made, as the header `traceparent` says: W3C Trace Context, section 3.2.
public struct TraceContext: Sendable, Hashable {
  public var traceID: TraceID
  /// The caller's span.
  public var spanID: SpanID
  /// Whether the caller records its part of the trace.
  public var isSampled: Bool

  public init(traceID: TraceID, spanID: SpanID, isSampled: Bool) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// Bytes of version 00; later versions may have more after a dash.
  private static let bytes = 55
  private static let dashes = [2, 35, 52]

  /// Reads the header's value, without white space around it. Nil for what the recommendation says to ignore: a version of `ff`,
  /// ids of zeros, digits in upper case, anything after the flags in version 00.
  ///
  /// Of a later version, which may mean more by them, the same fields are read; of its flags only the lowest is known.
  public init?(traceParent text: String) {
    let bytes = text.utf8.span
    guard bytes.count == Self.bytes || bytes.count > Self.bytes && bytes[Self.bytes] == UInt8(ascii: "-") else {
      return nil
    }
    for index in Self.dashes where bytes[index] != UInt8(ascii: "-") { return nil }
    guard let version = Self.number(bytes, 0..<2), version != 0xff, version != 0 || bytes.count == Self.bytes,
      let trace = Self.number(bytes, 3..<35).flatMap(TraceID.init),
      let span = Self.number(bytes, 36..<52).flatMap({ SpanID(UInt64(truncatingIfNeeded: $0)) }),
      let flags = Self.number(bytes, 53..<55)
    else { return nil }
    self.init(traceID: trace, spanID: span, isSampled: flags & 1 == 1)
  }

  private static func number(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt128? {
    var number: UInt128 = 0
    for index in range {
      switch bytes[index] {
      case let digit where digit >= UInt8(ascii: "0") && digit <= UInt8(ascii: "9"):
        number = number << 4 | UInt128(digit - UInt8(ascii: "0"))
      case let digit where digit >= UInt8(ascii: "a") && digit <= UInt8(ascii: "f"):
        number = number << 4 | UInt128(digit - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return number
  }

  /// The header's value, in version 00.
  public var traceParent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }
}
