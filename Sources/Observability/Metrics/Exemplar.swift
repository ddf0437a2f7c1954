internal import Metering

/// One observation that has a span: what leads from a bucket of a histogram to a trace (OpenMetrics 1.0, "Exemplars").
struct Exemplar: Sendable, Equatable {
  /// In the unit of the buckets.
  var value: Int64
  var span: SpanLink
  var time: Timestamp

  /// As it stands in an exposition after `# `. Its labels have 63 of the 128 characters that the format allows.
  func text(fractionDigits: Int) -> String {
    let value = DecimalText.text(Int128(value), fractionDigits: fractionDigits)
    let time = DecimalText.text(Int128(time.unixMicroseconds), fractionDigits: 6)
    return "{trace_id=\"\(span.traceID)\",span_id=\"\(span.spanID)\"} \(value) \(time)"
  }
}
