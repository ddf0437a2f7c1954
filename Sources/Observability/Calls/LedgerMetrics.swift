/// The ledger's metrics, made by whoever opens it.
public struct LedgerMetrics: Sendable {
  private let commitSeconds: Histogram
  private let errors: Counter

  /// Makes the families in `registry`, but for the depth of the queue, which needs the ledger.
  public init(registry: MetricsRegistry) {
    commitSeconds = registry.histogram(
      MetricDescriptor("tollgate_ledger_commit_seconds", unit: .seconds, help: "Time that a commit took."),
      .commit)
    errors = registry.counter(MetricDescriptor("tollgate_ledger_errors", help: "Failures of the ledger."))
  }

  /// A group of rows was committed.
  public func committed(durationNanoseconds: Int64) { commitSeconds.observe(durationNanoseconds / 1_000) }

  /// Something failed.
  public func failed() { errors.increment() }
}

extension MetricsRegistry {
  /// Makes `tollgate_ledger_queue_depth`.
  ///
  /// - Parameter read: how many settled calls wait to be committed; called at each scrape.
  public func ledgerQueueDepth(read: @escaping @Sendable () -> Int) {
    reading(
      MetricDescriptor("tollgate_ledger_queue_depth", help: "Settled calls that wait to be committed."), .gauge
    ) { MetricReading(Int64(read())) }
  }
}
