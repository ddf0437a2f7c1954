/// What kind of metric a family holds.
public enum MetricKind: Sendable {
  case counter
  case gauge
  case histogram
  /// Labels that say what runs, with the value one.
  case info
}

/// The unit of a metric, which is also the end of its name.
public enum MetricUnit: String, Sendable {
  case seconds
  case bytes
  case usd
}

/// Name, meaning and unit of a family of metrics.
public struct MetricDescriptor: Sendable, Equatable {
  /// The name without the suffixes `_total` and `_info`, which the exposition adds; ends with the unit if there is one.
  public let name: String
  /// One line that says what it counts.
  public let help: String
  /// The unit of the values; nil where they are plain counts.
  public let unit: MetricUnit?

  /// Describes a family.
  public init(_ name: String, unit: MetricUnit? = nil, help: String) {
    self.name = name
    self.help = help
    self.unit = unit
  }
}

/// One series: a handle that is resolved once and then used without a look-up.
public protocol Metric: AnyObject, Sendable {
  /// What the exposition calls it.
  static var kind: MetricKind { get }
  /// How many lines it takes in an exposition, which is what the cap on all series counts.
  var sampleCount: Int { get }
  /// Writes its samples.
  func write(_ descriptor: MetricDescriptor, labels: String, to writer: inout ExpositionWriter)
}
