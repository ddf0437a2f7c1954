import Synchronization

/// A number that goes up and down.
public final class Gauge: Metric {
  /// What the exposition calls it.
  public static var kind: MetricKind { .gauge }

  private let level: Atomic<Int64>

  /// A gauge at `value`.
  public init(_ value: Int64 = 0) { level = Atomic(value) }

  /// Sets the number.
  public func set(_ value: Int64) { level.store(value, ordering: .relaxed) }

  /// Adds `amount`, which may be negative.
  public func add(_ amount: Int64) { level.wrappingAdd(amount, ordering: .relaxed) }

  /// The number now.
  public var value: Int64 { level.load(ordering: .relaxed) }

  /// One.
  public var sampleCount: Int { 1 }

  /// Writes the sample.
  public func write(_ descriptor: MetricDescriptor, labels: String, to writer: inout ExpositionWriter) {
    writer.sample(descriptor.name, labels: labels, value: String(value))
  }
}
