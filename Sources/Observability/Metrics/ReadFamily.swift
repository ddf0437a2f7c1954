/// A family whose samples are read at each scrape, with others that are read in the same moment.
public struct ReadFamily: Sendable {
  /// Bytes of a label's value at most; what is longer is cut.
  static let valueBytesMax = 256

  let descriptor: MetricDescriptor
  let kind: MetricKind
  /// No two have the same labels.
  private(set) var samples: [(labels: String, reading: MetricReading)] = []
  /// The labels of the samples.
  private var known: Set<String> = []

  /// A family without samples. It is exposed once it has one.
  public init(_ descriptor: MetricDescriptor, _ kind: MetricKind) {
    self.descriptor = descriptor
    self.kind = kind
  }

  /// Adds samples, but for those whose labels were there before: an exposition with two of the same is refused as a whole.
  public mutating func add(_ readings: some Sequence<(labels: some LabelSet, reading: MetricReading)>) {
    for (labels, reading) in readings {
      let values = labels.labelValues.map { LabelText.sanitised($0, bytesMax: Self.valueBytesMax) }
      let text = LabelText.render(zip(type(of: labels).labelNames, values).map { ($0.0.description, $0.1) })
      if known.insert(text).inserted { samples.append((text, reading)) }
    }
  }

  func write(to writer: inout ExpositionWriter) {
    guard !samples.isEmpty else { return }
    writer.begin(descriptor, kind)
    for (labels, reading) in samples {
      writer.sample(
        descriptor.name, suffix: kind == .counter ? "_total" : "", labels: labels,
        value: DecimalText.text(Int128(reading.value), fractionDigits: reading.fractionDigits))
    }
  }
}

/// Families that are read together.
struct ReadFamiliesCollector: MetricCollector {
  let descriptor: MetricDescriptor
  let read: @Sendable () -> [ReadFamily]

  func write(to writer: inout ExpositionWriter) {
    for family in read() { family.write(to: &writer) }
  }
}

extension MetricsRegistry {
  /// Makes families whose samples are read together at each scrape, such as those of budgets.
  ///
  /// They are outside the cap on all series: whoever reads bounds them.
  ///
  /// - Parameter name: what all their names begin with.
  public func readings(named name: String, read: @escaping @Sendable () -> [ReadFamily]) {
    add(ReadFamiliesCollector(descriptor: MetricDescriptor(name, help: ""), read: read))
  }
}
