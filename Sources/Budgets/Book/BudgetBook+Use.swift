extension BudgetBook {
  /// Whether there is any budget in force.
  public var hasBudgets: Bool { !budgetByName.isEmpty }

  /// How many budgets are in force.
  public var budgetCount: Int { budgetByName.count }
}
