import Synchronization

/// A value of a bounded label. Two with the same text of the same dimension are the same object.
public final class LabelValue: Sendable, Hashable {
  /// The value of whatever has no place of its own, in every dimension.
  public static let other = LabelValue("other", isConfigured: true)
  /// The value where there is none, in every dimension.
  public static let unknown = LabelValue("unknown", isConfigured: true)
  /// The empty value, which is as if the series did not have the label.
  public static let none = LabelValue("", isConfigured: true)

  /// The text that the exposition shows, before escaping.
  public let text: String
  /// Whether the configuration names it, or Tollgate does, rather than a peer.
  public let isConfigured: Bool

  init(_ text: String, isConfigured: Bool) {
    self.text = text
    self.isConfigured = isConfigured
  }

  /// What it becomes when no more series fit.
  var folded: LabelValue { isConfigured ? self : .other }

  /// Identity: a dimension makes each value once.
  public static func == (lhs: LabelValue, rhs: LabelValue) -> Bool { lhs === rhs }

  /// Hashes the identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// The values that a label can take, where outsiders choose them: configured names first, then what comes until the cap is
/// reached, then `other`.
public final class LabelDimension: Sendable {
  /// Bytes of a value at most; what is longer is cut.
  public static let valueBytesMax = 128

  private let valuesMax: Int
  private let budget: SeriesBudget
  private let values: Mutex<[String: LabelValue]>

  /// A dimension that knows the configured names, `other` and `unknown`.
  ///
  /// - Parameters:
  ///   - configured: names that are always values of their own, whatever the cap.
  ///   - valuesMax: how many other values are told apart.
  public init(configured: [String] = [], valuesMax: Int, registry: MetricsRegistry) {
    var known = [LabelValue.other.text: LabelValue.other, LabelValue.unknown.text: LabelValue.unknown]
    for name in configured {
      let text = LabelText.sanitised(name, bytesMax: Self.valueBytesMax)
      if known[text] == nil { known[text] = LabelValue(text, isConfigured: true) }
    }
    self.valuesMax = known.count + max(0, valuesMax)
    budget = registry.budget
    values = Mutex(known)
  }

  /// The value for a name, ``LabelValue/other`` where the cap is reached, ``LabelValue/unknown`` where there is no name.
  public func value(_ name: String?) -> LabelValue {
    guard let name, !name.isEmpty else { return .unknown }
    if name.utf8.count <= Self.valueBytesMax, let known = values.withLock({ $0[name] }) { return known }
    let text = LabelText.sanitised(name, bytesMax: Self.valueBytesMax)
    let value = values.withLock { values -> LabelValue? in
      if let known = values[text] { return known }
      guard values.count < valuesMax else { return nil }
      let value = LabelValue(text, isConfigured: false)
      values[text] = value
      return value
    }
    guard let value else {
      budget.folded.increment()
      return .other
    }
    return value
  }
}
