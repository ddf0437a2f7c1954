/// When a budget's state is told, and to whom.
public struct BudgetAlert: Sendable, Hashable {
  public enum Condition: Sendable, Hashable {
    /// What was settled has reached this share of the limit, in parts per million: 500,000 is half.
    case spent(partsPerMillion: Int64)
    /// A call of the window waited, was clamped, held or refused.
    case refusing
    /// At the rate so far, the limit is reached before the window ends.
    case forecast
  }

  public var condition: Condition
  /// Names of receivers; empty where the state is only shown.
  public var receivers: [String]

  public init(_ condition: Condition, receivers: [String] = []) {
    self.condition = condition
    self.receivers = receivers
  }
}
