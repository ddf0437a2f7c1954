public import Metering

extension BudgetBook {
  /// Adds a budget, or replaces the one of that name, or brings it back. What was spent and reserved stays, unless the budget
  /// counts something else now (`each`, the unit, the period or the zone has changed; see ``keepsSpending(_:)``): then it
  /// begins with what ``restore(_:tells:at:)`` says, and calls in flight are still settled into the windows they were
  /// reserved in.
  ///
  /// - Parameters:
  ///   - zone: The rules of the definition's zone.
  ///   - forgettingSpent: Whether the budget begins anew in any case, since who restores it knows better.
  /// - Returns: Who waits no longer, since there is more left.
  @discardableResult
  public mutating func define(
    _ definition: BudgetDefinition, zone: TimeZoneRules = .utc, forgettingSpent: Bool = false, at time: Timestamp
  ) throws(BudgetDefinitionError) -> BudgetChanges {
    try definition.validate()
    let known = budgetByName[definition.name] ?? removedByName[definition.name]
    if budgetByName[definition.name] == nil, budgetByName.count >= Self.budgetsMax { throw .tooManyBudgets }
    matches.removeAll(keepingCapacity: true)
    guard let place = known else {
      budgetByName[definition.name] = budgets.insert(BudgetState(definition, zone: zone))
      return BudgetChanges()
    }
    removedByName[definition.name] = nil
    budgetByName[definition.name] = place
    replace(place, with: definition, zone: zone, forgettingSpent: forgettingSpent, at: time)
    return released(by: place, at: time)
  }

  /// Whether a definition counts the same as the one of its name, so that what was spent stays known.
  public func keepsSpending(_ definition: BudgetDefinition) -> Bool {
    guard let place = budgetByName[definition.name] ?? removedByName[definition.name] else { return false }
    return budgets.items[place].hasSameAccounts(as: definition)
  }

  /// Takes the budget out: it matches no call any more. Calls in flight are settled into it, and what was spent is kept for
  /// when it comes back (for the last hundred removed).
  @discardableResult
  public mutating func remove(budget name: String, at time: Timestamp) throws(BudgetDefinitionError) -> BudgetChanges {
    guard let place = budgetByName[name] else { throw .noSuchBudget(name) }
    budgetByName[name] = nil
    removedByName[name] = place
    lastRemoval += 1
    budgets.items[place].removal = lastRemoval
    matches.removeAll(keepingCapacity: true)
    for account in accounts.items.indices where accounts.items[account].budget == place {
      resolveAll(account, at: time)
    }
    let changes = released(by: place, at: time)
    forgetRemoved(at: time)
    return changes
  }

  /// Raises the limit for a time. Raises add up.
  @discardableResult
  public mutating func raise(
    budget name: String, _ raise: BudgetRaise, at time: Timestamp
  ) throws(BudgetDefinitionError) -> BudgetChanges {
    guard let place = budgetByName[name] else { throw .noSuchBudget(name) }
    guard raise.amount > 0 else { throw .amountNotPositive(budget: name) }
    budgets.items[place].raises.removeAll { $0.until <= time }
    guard budgets.items[place].raises.count < Self.raisesMax else { throw .tooManyRaises(budget: name) }
    budgets.items[place].raises.append(raise)
    return released(by: place, at: time)
  }

  /// Ends every raise of the budget now.
  public mutating func endRaises(budget name: String) throws(BudgetDefinitionError) {
    guard let place = budgetByName[name] else { throw .noSuchBudget(name) }
    budgets.items[place].raises = []
  }

  /// The raises of the budget that are in force.
  public func raises(budget name: String, at time: Timestamp) -> [BudgetRaise] {
    guard let place = budgetByName[name] else { return [] }
    return budgets.items[place].raises.filter { $0.until > time }
  }

  /// The definitions in force, by name.
  public var definitions: [BudgetDefinition] {
    budgetByName.values.map { budgets.items[$0].definition }.sorted { $0.name < $1.name }
  }

  private mutating func replace(
    _ place: Int, with definition: BudgetDefinition, zone: TimeZoneRules, forgettingSpent: Bool, at time: Timestamp
  ) {
    let hasSameAccounts = budgets.items[place].hasSameAccounts(as: definition)
    if hasSameAccounts, !forgettingSpent {
      if budgets.items[place].definition.alerts != definition.alerts {
        // What was told of thresholds is told of alerts by their place, which are others now.
        for account in accounts.items.indices where accounts.items[account].budget == place {
          resolveThresholds(account, at: time)
        }
      }
    } else {
      for scope in budgets.items[place].scopes.values.sorted() { drop(scope, at: time) }
      if !hasSameAccounts {
        budgets.items[place].raises = []
        budgets.items[place].allowances = [:]
      }
    }
    budgets.items[place].replace(with: definition, zone: zone)
  }

  /// Tells what has ended and lets those pass who waited, now that the budget is another.
  private mutating func released(by place: Int, at time: Timestamp) -> BudgetChanges {
    var changes = BudgetChanges()
    for account in accounts.items.indices where accounts.items[account].budget == place {
      resolve(account, at: time)
      releaseWaiters(of: account, at: time, &changes)
      freeIfDone(account)
    }
    changes.events = takeEvents()
    return changes
  }

  /// Lets go of one removed budget that nothing is reserved in, when there are many.
  private mutating func forgetRemoved(at time: Timestamp) {
    guard removedByName.count > Self.removedMax else { return }
    let busy = Set(accounts.items.filter { $0.reservationCount > 0 }.map(\.budget))
    let idle = removedByName.filter { !busy.contains($0.value) }
    guard let (name, place) = idle.min(by: { budgets.items[$0.value].removal < budgets.items[$1.value].removal }) else {
      return
    }
    for scope in budgets.items[place].scopes.values.sorted() { drop(scope, at: time) }
    removedByName[name] = nil
    budgets.remove(at: place, leaving: .none)
  }

  private static let removedMax = 100
}
