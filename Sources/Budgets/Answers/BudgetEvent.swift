public import Metering

/// A change of a budget's state that people may want to be told of: once per kind, scope and window.
public struct BudgetEvent: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// What is settled reached this share of the limit, in parts per million.
    case threshold(partsPerMillion: Int64)
    /// The first call of the window waits.
    case waiting
    /// The first call of the window was given a limit of output.
    case clamped
    /// The first call of the window was refused or cut.
    case refusing
    /// The first call of the window waits for a person.
    case holding
    /// The limit is passed, and calls pass all the same (`on_exhausted: warn`).
    case warning
    /// A call used more than it had reserved, though that was a bound, or passed the limit by it: the amount of the first.
    case overrun(amount: Int64)
    /// At the rate so far the limit is reached then, before the window ends.
    case forecast(exhaustionAt: Timestamp)
  }

  /// The state that begins or ends.
  public var kind: Kind
  /// Whether the state has ended: a new window began, or the limit was raised.
  public var isResolved: Bool
  public var budget: String
  public var scope: String
  public var unit: BudgetUnit
  /// The window that the state is about.
  public var window: BudgetWindow
  public var limit: Int64
  public var spent: Int64
  public var reserved: Int64
  public var at: Timestamp
  /// The receivers that the budget's alerts name for it.
  public var receivers: [String]

  public init(
    kind: Kind, isResolved: Bool, budget: String, scope: String, unit: BudgetUnit, window: BudgetWindow, limit: Int64,
    spent: Int64, reserved: Int64, at: Timestamp, receivers: [String]
  ) {
    self.kind = kind
    self.isResolved = isResolved
    self.budget = budget
    self.scope = scope
    self.unit = unit
    self.window = window
    self.limit = limit
    self.spent = spent
    self.reserved = reserved
    self.at = at
    self.receivers = receivers
  }
}
