import Logging
import NIOCore
import Observability
import Upstream

/// Traces that are on: what records spans, and what sends them, with the queue between them.
struct Tracing {
  let recorder: TraceRecorder
  private let configuration: TraceExport
  private let queue = TraceQueue()
  private let metrics: TraceMetrics

  init(_ configuration: TraceExport, registry: MetricsRegistry) {
    self.configuration = configuration
    metrics = TraceMetrics(registry: registry)
    recorder = TraceRecorder(queue: queue, sampling: configuration.sampling, metrics: metrics)
  }

  func exporter(upstream: UpstreamClient, eventLoop: any EventLoop, logger: Logger) -> TraceExporter {
    TraceExporter(
      configuration, queue: queue, metrics: metrics, upstream: upstream, eventLoop: eventLoop, logger: logger,
      now: WallClock.now)
  }
}
