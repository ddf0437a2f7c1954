import Metering
import Testing

@testable import Observability

@Suite("Exemplars")
struct ExemplarTests {
  private func registry() throws -> MetricsRegistry {
    let registry = MetricsRegistry()
    let histogram = registry.histogram(
      MetricDescriptor("wait_seconds", unit: .seconds, help: "How long."),
      HistogramBuckets(microseconds: [500, 1_000_000]))
    let span = SpanLink(traceID: try #require(TraceID(0xabc)), spanID: try #require(SpanID(0x12)))
    histogram.observe(400)
    histogram.observe(700_000, span: span, at: Timestamp(unixMicroseconds: 1))
    histogram.observe(600_000, span: span, at: Timestamp(unixMicroseconds: 1_790_000_000_250_000))
    histogram.observe(2_000_000, span: nil, at: Timestamp(unixMicroseconds: 0))
    return registry
  }

  @Test("The newest observation of a bucket that has a span leads to it, in OpenMetrics")
  func openMetrics() throws {
    let text = String(decoding: try registry().expose(.openMetrics), as: UTF8.self)
    let labels = "trace_id=\"00000000000000000000000000000abc\",span_id=\"0000000000000012\""
    #expect(text.contains("wait_seconds_bucket{le=\"0.0005\"} 1\n"))
    #expect(text.contains("wait_seconds_bucket{le=\"1.0\"} 3 # {\(labels)} 0.6 1790000000.25\n"))
    #expect(text.contains("wait_seconds_bucket{le=\"+Inf\"} 4\n"))
    #expect(text.contains("wait_seconds_count 4\n"))
  }

  @Test("Prometheus' own format has none")
  func prometheusText() throws {
    #expect(!String(decoding: try registry().expose(.prometheusText), as: UTF8.self).contains("trace_id"))
  }
}
