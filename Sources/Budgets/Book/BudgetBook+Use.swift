extension BudgetBook {
  /// Whether there is any budget in force.
  public var hasBudgets: Bool { !budgetByName.isEmpty }

  /// Whether any of them asks what a call can use at the most.
  public var asksForBounds: Bool { budgetByName.values.contains { budgets.items[$0].definition.bound == .hard } }

  /// How many budgets are in force.
  public var budgetCount: Int { budgetByName.count }
}
