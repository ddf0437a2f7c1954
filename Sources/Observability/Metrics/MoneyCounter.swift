import Synchronization

/// A sum of money that only grows, kept to the pico-dollar and exposed in USD.
///
/// No atomic is wide enough: Int64 pico-dollars end at 9.2 million USD. The lock is held for one addition, once per call.
public final class MoneyCounter: Metric {
  /// What the exposition calls it.
  public static var kind: MetricKind { .counter }

  /// Digits after the point of a pico-dollar in USD.
  public static let fractionDigits = 12

  private let picodollars = Mutex<Int128>(0)

  /// A sum of zero.
  public init() {}

  /// Adds an amount in pico-dollars; a negative one, which no caller means, is left out.
  public func add(picodollars amount: Int64) {
    guard amount > 0 else { return }
    picodollars.withLock { $0 &+= Int128(amount) }
  }

  /// The sum so far, in pico-dollars.
  public var value: Int128 { picodollars.withLock { $0 } }

  /// One.
  public var sampleCount: Int { 1 }

  /// Writes the sample.
  public func write(_ descriptor: MetricDescriptor, labels: String, to writer: inout ExpositionWriter) {
    writer.sample(
      descriptor.name, suffix: "_total", labels: labels,
      value: DecimalText.text(value, fractionDigits: Self.fractionDigits))
  }
}
