/// The labels of a family, as a type: each is a closed enumeration or a bounded ``LabelValue``.
public protocol LabelSet: Hashable, Sendable {
  /// The names, in the order of ``labelValues``.
  static var labelNames: [StaticString] { get }
  /// The values, in the order of ``labelNames``.
  var labelValues: [String] { get }
  /// What the set becomes when no more series fit: bounded labels are `other` where no configuration names their value, the closed
  /// ones stay.
  var folded: Self { get }
  /// Whether it is about what the configuration names, so that a part of all series is kept for it.
  var isConfigured: Bool { get }
}

extension LabelSet {
  /// True: sets whose values peers choose have an answer of their own.
  public var isConfigured: Bool { true }
}

/// The values of a closed label.
public protocol ClosedLabelValue: Hashable, Sendable, CaseIterable, RawRepresentable<String> {
  /// The name of the label.
  static var labelName: StaticString { get }
}

/// The labels of a metric that has none.
public struct NoLabels: LabelSet {
  /// None.
  public static var labelNames: [StaticString] { [] }
  /// None.
  public var labelValues: [String] { [] }
  /// Itself.
  public var folded: NoLabels { self }

  /// No labels.
  public init() {}
}

/// A label set of one closed label.
public struct ClosedLabel<Value: ClosedLabelValue>: LabelSet, CaseIterable {
  /// The one name.
  public static var labelNames: [StaticString] { [Value.labelName] }
  /// Every value, in the order of the enumeration.
  public static var allCases: [ClosedLabel<Value>] { Value.allCases.map(ClosedLabel.init) }

  /// The value.
  public var value: Value

  /// The label with this value.
  public init(_ value: Value) { self.value = value }

  /// The one value.
  public var labelValues: [String] { [value.rawValue] }
  /// Itself: the values are few.
  public var folded: ClosedLabel<Value> { self }
}
