public import Budgets
public import Metering

/// A budget that was made at run time.
public struct StoredBudget: Sendable, Equatable {
  public var definition: BudgetDefinition
  /// When and by whom it was last changed.
  public var changedAt: Timestamp
  public var changedBy: String
}

/// A limit that was raised for a time.
public struct StoredRaise: Sendable, Equatable {
  public var id: Int64
  public var budget: String
  public var unit: BudgetUnit
  public var raise: BudgetRaise
  public var madeAt: Timestamp
  public var madeBy: String
}

/// Everything that was made or raised at run time.
public struct StoredBudgets: Sendable, Equatable {
  /// By name.
  public var budgets: [StoredBudget] = []
  /// Of any budget, in the order in which they were made; some may have ended.
  public var raises: [StoredRaise] = []
  /// The budgets that the calls of each key count in whatever those match, by the key's name.
  public var ofKeys: [String: [BudgetPattern]] = [:]

  public init() {}
}
