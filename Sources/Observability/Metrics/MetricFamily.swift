import Synchronization

/// The series of one name, told apart by their labels.
///
/// ``resolve(_:)`` takes a lock and hashes the labels: it is for once per call. What it returns is a handle to keep where
/// more is counted.
public final class MetricFamily<Labels: LabelSet, Value: Metric>: MetricCollector {
  private struct Series {
    let labels: String
    let value: Value
  }

  let descriptor: MetricDescriptor
  private let budget: SeriesBudget
  private let make: @Sendable () -> Value
  private let series = Mutex<[Labels: Series]>([:])

  init(_ descriptor: MetricDescriptor, budget: SeriesBudget, make: @escaping @Sendable () -> Value) {
    self.descriptor = descriptor
    self.budget = budget
    self.make = make
  }

  /// The series with these labels, made at zero if there is none yet. When all series of the registry together have
  /// reached their cap, a new one is folded into the series whose open labels are `other`, but for configured names.
  public func resolve(_ labels: Labels) -> Value {
    series.withLock { series in
      if let known = series[labels] { return known.value }
      let value = make()
      if budget.claim(value.sampleCount, isConfigured: labels.isConfigured) {
        series[labels] = Series(labels: LabelText.render(labels), value: value)
        return value
      }
      budget.folded.increment()
      let folded = labels.folded
      if let known = series[folded] { return known.value }
      series[folded] = Series(labels: LabelText.render(folded), value: value)
      return value
    }
  }

  /// Every series with its labels, in no order.
  var snapshot: [(labels: Labels, value: Value)] { series.withLock { $0.map { ($0.key, $0.value.value) } } }

  /// How many series there are.
  public var count: Int { series.withLock { $0.count } }

  func write(to writer: inout ExpositionWriter) {
    let snapshot = series.withLock { Array($0.values) }
    writer.begin(descriptor, Value.kind)
    for series in snapshot.sorted(by: { $0.labels < $1.labels }) {
      series.value.write(descriptor, labels: series.labels, to: &writer)
    }
  }
}

extension MetricFamily where Labels: CaseIterable {
  /// Makes the series of every label at zero, so that the first event is seen as a step.
  func startAtZero() {
    for labels in Labels.allCases { _ = resolve(labels) }
  }
}
