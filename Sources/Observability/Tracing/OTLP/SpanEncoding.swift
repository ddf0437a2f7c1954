internal import Metering

/// How a span is written: the fields of opentelemetry-proto 1.x, `trace/v1/trace.proto` and `common/v1/common.proto`.
extension ProtobufWriter {
  /// The flags of a span or a link: whether the trace is sampled, that it is known whether the parent is remote, and whether it is.
  private enum Flags {
    static let sampled: UInt32 = 0x001
    static let knowsRemote: UInt32 = 0x100
    static let isRemote: UInt32 = 0x200
  }

  mutating func span(_ span: TraceSpan) {
    identifier(1, span.traceID.bits)
    identifier(2, span.spanID.bits)
    if let parent = span.parent { identifier(4, parent.spanID.bits) }
    text(5, span.name.cut(bytesMax: TraceSpan.nameBytesMax))
    number(6, span.kind.rawValue)
    fixed64(7, Self.nanoseconds(span.startedAt.unixMicroseconds))
    fixed64(8, Self.nanoseconds(span.endedAt.unixMicroseconds))
    attributes(9, span.attributes)
    for link in span.links {
      message(13) {
        $0.identifier(1, link.traceID.bits)
        $0.identifier(2, link.spanID.bits)
        $0.fixed32(6, Flags.sampled)
      }
    }
    if span.status != .unset { message(15) { $0.number(3, span.status.rawValue) } }
    let isRemote = span.parent?.isRemote == true
    fixed32(16, Flags.sampled | Flags.knowsRemote | (isRemote ? Flags.isRemote : 0))
  }

  mutating func attributes(_ field: UInt64, _ attributes: SpanAttributes) {
    for (key, value) in attributes.entries { attribute(field, key.rawValue, value) }
  }

  /// One `KeyValue`.
  mutating func attribute(_ field: UInt64, _ key: String, _ value: AttributeValue) {
    message(field) {
      $0.text(1, key)
      $0.message(2) { $0.value(value) }
    }
  }

  /// The fields of an `AnyValue`.
  private mutating func value(_ value: AttributeValue) {
    switch value {
    case .text(let text): choice(1, text.cut(bytesMax: SpanAttributes.textBytesMax))
    case .flag(let flag): choice(2, flag ? 1 : 0)
    case .integer(let number): choice(3, UInt64(bitPattern: number))
    case .double(let number): choice(4, fixed64: number.bitPattern)
    case .texts(let texts):
      message(5) { list in
        for text in texts { list.message(1) { $0.value(.text(text)) } }
      }
    }
  }

  /// Nanoseconds since the Unix epoch; zero for what came before, or does not fit.
  private static func nanoseconds(_ microseconds: Int64) -> UInt64 {
    let (nanoseconds, overflow) = UInt64(max(0, microseconds)).multipliedReportingOverflow(by: 1_000)
    return overflow ? 0 : nanoseconds
  }
}

extension String {
  /// The longest beginning of so many bytes that ends between two characters of Unicode.
  func cut(bytesMax: Int) -> Substring {
    guard utf8.count > bytesMax else { return self[...] }
    var end = utf8.index(startIndex, offsetBy: bytesMax)
    while end > startIndex, utf8[end] & 0xc0 == 0x80 { end = utf8.index(before: end) }
    return self[..<end]
  }
}
