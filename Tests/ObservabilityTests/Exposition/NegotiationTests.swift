import Observability
import Testing

@Suite struct NegotiationTests {
  @Test(
    "A client that prefers OpenMetrics gets it, everyone else Prometheus' text",
    arguments: [
      (nil, .prometheusText),
      ("", .prometheusText),
      ("*/*", .prometheusText),
      ("text/plain", .prometheusText),
      ("text/html,application/xhtml+xml,*/*;q=0.8", .prometheusText),
      ("application/openmetrics-text", .openMetrics),
      ("application/openmetrics-text; version=1.0.0; charset=utf-8", .openMetrics),
      ("APPLICATION/OpenMetrics-Text;Version=\"1.0.0\"", .openMetrics),
      ("application/openmetrics-text;version=1.0.0;q=0", .prometheusText),
      ("application/openmetrics-text;version=2.0.0", .prometheusText),
      ("application/openmetrics-text;q=0.4,text/plain;q=0.5", .prometheusText),
      ("application/openmetrics-text;q=0.5,text/plain;version=0.0.4;q=0.50", .openMetrics),
      ("application/openmetrics-text;q=1.5", .prometheusText),
      ("application/openmetrics-text;q=x", .prometheusText),
      (",;,;q=,=,application/openmetrics-text;;", .openMetrics),
      // What Prometheus 2 and 3 send.
      (
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
          + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics
      ),
      (
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
          + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", .openMetrics
      ),
    ] as [(String?, ExpositionFormat)])
  func negotiated(accept: String?, format: ExpositionFormat) {
    #expect(ExpositionFormat.negotiated(accept: accept) == format)
  }

  @Test("Each format says its version and its character set")
  func contentTypes() {
    #expect(ExpositionFormat.prometheusText.contentType == "text/plain; version=0.0.4; charset=utf-8")
    #expect(
      ExpositionFormat.openMetrics.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8")
  }
}
