/// A value that is read when it is asked for.
public struct MetricReading: Sendable, Equatable {
  /// The value in the smallest unit that is kept.
  public var value: Int64
  /// Digits after the point when it is shown: 6 for microseconds that are shown as seconds.
  public var fractionDigits: Int

  /// A reading.
  public init(_ value: Int64, fractionDigits: Int = 0) {
    self.value = value
    self.fractionDigits = fractionDigits
  }
}

/// A family of one series that is read at each scrape.
struct ReadCollector: MetricCollector {
  let descriptor: MetricDescriptor
  let kind: MetricKind
  let read: @Sendable () -> MetricReading?

  func write(to writer: inout ExpositionWriter) {
    guard let reading = read() else { return }
    writer.begin(descriptor, kind)
    writer.sample(
      descriptor.name, suffix: kind == .counter ? "_total" : "", labels: "",
      value: DecimalText.text(Int128(reading.value), fractionDigits: reading.fractionDigits))
  }
}

/// A family of one series that somebody else made.
struct AdoptedCollector<Value: Metric>: MetricCollector {
  let descriptor: MetricDescriptor
  let metric: Value

  func write(to writer: inout ExpositionWriter) {
    writer.begin(descriptor, Value.kind)
    metric.write(descriptor, labels: "", to: &writer)
  }
}
