public import Metering
internal import Synchronization

/// How often values fell into each of a few fixed buckets, and their sum. Values are integers; the exposition converts.
///
/// A scrape that runs beside an observation may see it in the sum and not yet in a bucket, or the other way round.
public final class Histogram: Metric {
  /// What the exposition calls it.
  public static var kind: MetricKind { .histogram }

  private let buckets: HistogramBuckets
  /// One for each bound, then the one for everything above; the rest stay unused.
  private let counts: InlineArray<24, Atomic<UInt64>>
  private let sum = Atomic<Int64>(0)
  /// The newest of each bucket; empty until there is one.
  private let exemplars = Mutex<[Exemplar?]>([])

  /// A histogram of nothing.
  public init(_ buckets: HistogramBuckets) {
    self.buckets = buckets
    counts = InlineArray { _ in Atomic(0) }
  }

  /// Counts one value, in the unit of the buckets; a negative one (a clock that stepped) counts as zero.
  public func observe(_ value: Int64) {
    let value = max(0, value)
    counts[bucket(of: value)].wrappingAdd(1, ordering: .relaxed)
    sum.wrappingAdd(value, ordering: .relaxed)
  }

  /// The same for a value of which there is a span, which becomes the exemplar of its bucket, unless another thread is at the exemplars:
  /// one is not worth a wait.
  public func observe(_ value: Int64, span: SpanLink?, at time: @autoclosure () -> Timestamp) {
    observe(value)
    guard let span else { return }
    let exemplar = Exemplar(value: max(0, value), span: span, time: time())
    _ = exemplars.withLockIfAvailable { exemplars in
      if exemplars.isEmpty { exemplars = Array(repeating: nil, count: buckets.bounds.count + 1) }
      exemplars[bucket(of: exemplar.value)] = exemplar
    }
  }

  /// How many values were observed.
  public var count: UInt64 {
    var total: UInt64 = 0
    for index in 0...buckets.bounds.count { total &+= counts[index].load(ordering: .relaxed) }
    return total
  }

  /// One for each bucket, the sum and the count.
  public var sampleCount: Int { buckets.bounds.count + 3 }

  /// A value that equals a bound belongs to that bucket.
  private func bucket(of value: Int64) -> Int {
    var index = 0
    while index < buckets.bounds.count, value > buckets.bounds[index] { index += 1 }
    return index
  }

  /// Writes the cumulative buckets, the sum and the count.
  public func write(_ descriptor: MetricDescriptor, labels: String, to writer: inout ExpositionWriter) {
    let separator = labels.isEmpty ? "" : ","
    let exemplars = exemplars.withLock { $0 }
    func exemplar(_ index: Int) -> Exemplar? { exemplars.indices.contains(index) ? exemplars[index] : nil }
    var cumulative: UInt64 = 0
    for (index, text) in buckets.texts.enumerated() {
      cumulative &+= counts[index].load(ordering: .relaxed)
      writer.sample(
        descriptor.name, suffix: "_bucket", labels: "\(labels)\(separator)le=\"\(text)\"", value: String(cumulative),
        exemplar: exemplar(index)?.text(fractionDigits: buckets.fractionDigits))
    }
    cumulative &+= counts[buckets.bounds.count].load(ordering: .relaxed)
    let total = String(cumulative)
    writer.sample(
      descriptor.name, suffix: "_bucket", labels: "\(labels)\(separator)le=\"+Inf\"", value: total,
      exemplar: exemplar(buckets.bounds.count)?.text(fractionDigits: buckets.fractionDigits))
    let sum = DecimalText.text(Int128(sum.load(ordering: .relaxed)), fractionDigits: buckets.fractionDigits)
    writer.sample(descriptor.name, suffix: "_sum", labels: labels, value: sum)
    writer.sample(descriptor.name, suffix: "_count", labels: labels, value: total)
  }
}
