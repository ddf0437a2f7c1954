extension BudgetBook {
  /// Whether there is any budget in force.
  public var hasBudgets: Bool { !budgetByName.isEmpty }
}
