/// Why a span was not exported.
public enum TraceDropReason: String, Sendable, ClosedLabelValue {
  /// More waited than there is room for.
  case queueFull = "queue_full"
  /// The collector took the batch, and said that it left spans out.
  case rejected
  /// The collector refused the batch for good.
  case refused
  /// The collector did not take it, however often it was sent.
  case unavailable
  /// The process ended first.
  case shutdown

  /// `reason`.
  public static var labelName: StaticString { "reason" }
}

/// The metrics of traces.
public struct TraceMetrics: Sendable {
  private let exported: Counter
  private let dropped: MetricFamily<ClosedLabel<TraceDropReason>, Counter>

  /// Makes the families, at zero.
  public init(registry: MetricsRegistry) {
    exported = registry.counter(
      MetricDescriptor("tollgate_traces_exported", help: "Spans that the collector of traces took."))
    dropped = registry.counters(
      MetricDescriptor("tollgate_traces_dropped", help: "Spans that were not exported, by the reason."),
      by: ClosedLabel<TraceDropReason>.self)
    dropped.startAtZero()
  }

  public func exported(_ spans: Int) { exported.add(Int64(spans)) }

  public func dropped(_ spans: Int, _ reason: TraceDropReason) {
    guard spans > 0 else { return }
    dropped.resolve(ClosedLabel(reason)).add(Int64(spans))
  }
}
