import Budgets
import Control
import Gateway
import Ledger
import Logging
import Metering

/// The budgets in force: those of the configuration, and those that were made at run time, in the data plane's book and in
/// the one that recovered calls are debited by.
final class BudgetRegister: Sendable {
  let desk: BudgetDesk
  let recovery: RecoveryBudgets
  private let configured: Set<String>
  /// The names of those who can be told.
  private let receivers: Set<String>
  private let logger: Logger

  /// With the budgets of the configuration; ``take(_:at:)`` brings the others.
  ///
  /// - Parameters:
  ///   - receivers: the names of those who can be told.
  ///   - holds: where calls wait for a person.
  ///   - tell: takes each change of a budget's state, and gives back what is to be stored with its cause; must return at
  ///     once.
  init(
    _ section: BudgetsSection, receivers: [String], holds: HoldDesk, logger: Logger, at time: Timestamp,
    tell: @escaping @Sendable (BudgetEvent) -> AlertState?
  ) throws {
    desk = try section.desk(holds: holds, logger: logger, at: time, tell: tell)
    recovery = RecoveryBudgets(try section.book(at: time))
    configured = Set(section.definitions.map(\.name))
    self.receivers = Set(receivers)
    self.logger = logger
  }

  /// Whether only the configuration can change it.
  func isConfigured(_ name: String) -> Bool { configured.contains(name) }

  /// Takes what was made and raised before this process began. Where the configuration has a budget of the same name, that
  /// one counts.
  func take(_ stored: StoredBudgets, at time: Timestamp) {
    recovery.set(ofKeys: stored.ofKeys)
    for budget in stored.budgets {
      let definition = budget.definition
      guard !isConfigured(definition.name) else {
        logger.warning(
          "a budget that was made at run time is left out: the configuration has one of its name",
          metadata: ["budget": "\(definition.name)"])
        continue
      }
      do {
        define(definition, zone: try ZoneFile.rules(of: definition.timeZone), at: time)
        reportUnknownReceivers(of: definition)
      } catch {
        logger.error(
          "a budget that was made at run time is left out",
          metadata: ["budget": "\(definition.name)", "why": "\(error)"])
      }
    }
    let units = Dictionary(
      desk.withBook { $0.definitions }.map { ($0.name, $0.limit.unit) }, uniquingKeysWith: { first, _ in first })
    for raise in stored.raises where raise.raise.until > time && units[raise.budget] == raise.unit {
      self.raise(raise.budget, raise.raise, at: time)
    }
  }

  /// A budget that was made without a proxy, or before the configuration changed, may name receivers that are not there.
  private func reportUnknownReceivers(of definition: BudgetDefinition) {
    let unknown = Set(definition.alerts.flatMap(\.receivers)).subtracting(receivers)
    guard !unknown.isEmpty else { return }
    logger.error(
      "alerts of a budget go to receivers that are not configured, and are told to nobody there",
      metadata: ["budget": "\(definition.name)", "receivers": "\(unknown.sorted().joined(separator: ","))"])
  }

  /// Puts a definition in force.
  ///
  /// - Parameter forgettingSpent: see `BudgetBook.define`.
  func define(_ definition: BudgetDefinition, zone: TimeZoneRules, forgettingSpent: Bool = false, at time: Timestamp) {
    change(definition.name, at: time) { book throws(BudgetDefinitionError) in
      try book.define(definition, zone: zone, forgettingSpent: forgettingSpent, at: time)
    }
    do {
      try recovery.define(definition, zone: zone, at: time)
    } catch {
      report(error, definition.name)
    }
  }

  func remove(_ name: String, at time: Timestamp) {
    change(name, at: time) { book throws(BudgetDefinitionError) in try book.remove(budget: name, at: time) }
    do {
      try recovery.remove(name, at: time)
    } catch {
      report(error, name)
    }
  }

  func raise(_ name: String, _ raise: BudgetRaise, at time: Timestamp) {
    change(name, at: time) { book throws(BudgetDefinitionError) in try book.raise(budget: name, raise, at: time) }
  }

  private func change(
    _ name: String, at time: Timestamp, _ body: (inout BudgetBook) throws(BudgetDefinitionError) -> BudgetChanges
  ) {
    do {
      desk.carryOn(try desk.withBook { book in try body(&book) }, at: time)
    } catch {
      report(error, name)
    }
  }

  /// Whoever asks has checked what can be wrong: this is a fault of ours.
  private func report(_ error: any Error, _ name: String) {
    logger.error("a change of a budget is not in force", metadata: ["budget": "\(name)", "why": "\(error)"])
  }
}
