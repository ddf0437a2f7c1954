public import Budgets
public import Runs

/// What holds a call for a person.
public enum HoldCause: Sendable, Equatable {
  /// A budget that has less left than the call needs.
  case budget(BudgetShortfall)
  /// A limit of a guardrail that the call's run has reached.
  case guardrail(GuardrailTrip)

  /// What an approval for a run is about.
  public var subject: HoldSubject {
    switch self {
    case .budget(let shortfall): .budget(shortfall.budget)
    case .guardrail(let trip): .guardrail(trip.guardrail, trip.kind)
    }
  }
}

/// Which budget, or which limit of which guardrail, holds calls.
public enum HoldSubject: Sendable, Hashable, CustomStringConvertible {
  case budget(String)
  case guardrail(String, GuardrailLimit.Kind)

  /// For people.
  public var description: String {
    switch self {
    case .budget(let name): "budget \"\(name)\""
    case .guardrail(let name, let kind): "guardrail \"\(name)\" (\(kind.rawValue))"
    }
  }
}

/// What a budget has left, and what a call needs of it.
public struct BudgetShortfall: Sendable, Equatable {
  public var budget: String
  /// `workflow=x`, or `all`.
  public var scope: String
  /// What the next four are in.
  public var unit: BudgetUnit
  public var limit: Int64
  public var spent: Int64
  public var reserved: Int64
  /// What the call needs of the budget.
  public var need: Int64

  public init(_ refusal: BudgetRefusal) {
    self.init(
      budget: refusal.budget, scope: refusal.scope, unit: refusal.unit, limit: refusal.limit, spent: refusal.spent,
      reserved: refusal.reserved, need: refusal.need ?? 0)
  }

  init(budget: String, scope: String, unit: BudgetUnit, limit: Int64, spent: Int64, reserved: Int64, need: Int64) {
    self.budget = budget
    self.scope = scope
    self.unit = unit
    self.limit = limit
    self.spent = spent
    self.reserved = reserved
    self.need = need
  }
}
