import Synchronization

/// Something that writes one family into an exposition.
protocol MetricCollector: Sendable {
  var descriptor: MetricDescriptor { get }
  func write(to writer: inout ExpositionWriter)
}

/// Every metric of the process. Each module makes its own families here, once, at start.
///
/// A family with the name of an earlier one takes its place in the exposition: names are unique there.
public final class MetricsRegistry: Sendable {
  /// Lines that all families together may expose by default.
  public static let seriesMaxDefault = 20_000

  let budget: SeriesBudget
  private let collectors = Mutex<[String: any MetricCollector]>([:])

  /// A registry that exposes nothing but the number of folded series.
  ///
  /// - Parameter seriesMax: how many lines all families together may expose (a histogram takes one for each bucket, and
  ///   two); beyond it new label sets are folded into `other`.
  public init(seriesMax: Int = MetricsRegistry.seriesMaxDefault) {
    budget = SeriesBudget(max: seriesMax)
    adopt(
      budget.folded,
      as: MetricDescriptor(
        "tollgate_series_folded",
        help: "Observations whose labels became other, because a label or all series together had reached their cap."))
  }

  /// What was folded so far.
  public var foldedCount: UInt64 { budget.folded.value }

  /// Makes a family of counters.
  public func counters<Labels: LabelSet>(
    _ descriptor: MetricDescriptor, by labels: Labels.Type
  ) -> MetricFamily<Labels, Counter> {
    family(descriptor) { Counter() }
  }

  /// Makes a family of sums of money.
  public func money<Labels: LabelSet>(
    _ descriptor: MetricDescriptor, by labels: Labels.Type
  ) -> MetricFamily<Labels, MoneyCounter> {
    family(descriptor) { MoneyCounter() }
  }

  /// Makes a family of gauges.
  public func gauges<Labels: LabelSet>(
    _ descriptor: MetricDescriptor, by labels: Labels.Type
  ) -> MetricFamily<Labels, Gauge> {
    family(descriptor) { Gauge() }
  }

  /// Makes a family of histograms.
  public func histograms<Labels: LabelSet>(
    _ descriptor: MetricDescriptor, _ buckets: HistogramBuckets, by labels: Labels.Type
  ) -> MetricFamily<Labels, Histogram> {
    family(descriptor) { Histogram(buckets) }
  }

  /// Makes a counter without labels.
  public func counter(_ descriptor: MetricDescriptor) -> Counter {
    counters(descriptor, by: NoLabels.self).resolve(NoLabels())
  }

  /// Makes a gauge without labels.
  public func gauge(_ descriptor: MetricDescriptor) -> Gauge {
    gauges(descriptor, by: NoLabels.self).resolve(NoLabels())
  }

  /// Makes a histogram without labels.
  public func histogram(_ descriptor: MetricDescriptor, _ buckets: HistogramBuckets) -> Histogram {
    histograms(descriptor, buckets, by: NoLabels.self).resolve(NoLabels())
  }

  /// Makes a gauge or counter whose value is read at each scrape; `read` returns nil where it cannot be known.
  public func reading(
    _ descriptor: MetricDescriptor, _ kind: MetricKind, read: @escaping @Sendable () -> MetricReading?
  ) {
    add(ReadCollector(descriptor: descriptor, kind: kind, read: read))
  }

  /// Exposes a metric that exists already, without labels.
  public func adopt(_ metric: some Metric, as descriptor: MetricDescriptor) {
    add(AdoptedCollector(descriptor: descriptor, metric: metric))
  }

  /// The exposition of every family, sorted by name.
  public func expose(_ format: ExpositionFormat) -> [UInt8] {
    let all = collectors.withLock { Array($0.values) }.sorted { $0.descriptor.name < $1.descriptor.name }
    var writer = ExpositionWriter(format)
    for collector in all { collector.write(to: &writer) }
    return writer.finish()
  }

  func add(_ collector: some MetricCollector) {
    collectors.withLock { $0[collector.descriptor.name] = collector }
  }

  private func family<Labels, Value>(
    _ descriptor: MetricDescriptor, make: @escaping @Sendable () -> Value
  ) -> MetricFamily<Labels, Value> {
    let family = MetricFamily<Labels, Value>(descriptor, budget: budget, make: make)
    add(family)
    return family
  }
}
