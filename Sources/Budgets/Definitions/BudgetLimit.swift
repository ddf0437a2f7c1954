/// What a budget counts.
public enum BudgetUnit: String, Sendable, CaseIterable {
  /// Pico-dollars (1e-12 USD).
  case usd
  /// Tokens of every class, in and out.
  case tokens
  case calls
  /// Tools that replies asked for.
  case toolCalls = "tool_calls"
}

/// How much may be used.
public struct BudgetLimit: Sendable, Hashable {
  public var unit: BudgetUnit
  /// In ``unit``: pico-dollars, tokens, calls or tool calls. More than 0.
  public var amount: Int64

  public init(unit: BudgetUnit, amount: Int64) {
    self.unit = unit
    self.amount = amount
  }
}
