import Synchronization

/// A number that only grows, until the process ends.
public final class Counter: Metric {
  /// What the exposition calls it.
  public static var kind: MetricKind { .counter }

  private let count = Atomic<UInt64>(0)

  /// A counter at zero.
  public init() {}

  /// Adds one.
  public func increment() { count.wrappingAdd(1, ordering: .relaxed) }

  /// Adds `amount`; a negative amount, which no caller means, is left out.
  public func add(_ amount: Int64) {
    guard amount > 0 else { return }
    count.wrappingAdd(UInt64(amount), ordering: .relaxed)
  }

  /// The number so far.
  public var value: UInt64 { count.load(ordering: .relaxed) }

  /// One.
  public var sampleCount: Int { 1 }

  /// Writes the sample.
  public func write(_ descriptor: MetricDescriptor, labels: String, to writer: inout ExpositionWriter) {
    writer.sample(descriptor.name, suffix: "_total", labels: labels, value: String(value))
  }
}
