/// The ledger's metrics, made by whoever opens it.
public struct LedgerMetrics: Sendable {
  /// Rows that wait to be committed.
  public let queueDepth: Gauge
  /// How long a commit took, observed in microseconds.
  public let commitSeconds: Histogram
  /// Failed writes.
  public let errors: Counter

  /// Makes the families in `registry`.
  public init(registry: MetricsRegistry) {
    queueDepth = registry.gauge(
      MetricDescriptor("tollgate_ledger_queue_depth", help: "Settled calls that wait to be committed."))
    commitSeconds = registry.histogram(
      MetricDescriptor(
        "tollgate_ledger_commit_seconds", unit: .seconds, help: "Time that a commit of the ledger took."),
      .commit)
    errors = registry.counter(
      MetricDescriptor("tollgate_ledger_errors", help: "Writes of the ledger that failed."))
  }
}
