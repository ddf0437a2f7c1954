public import Budgets
import Metering
import Observability

/// Budgets that are made, changed and raised at run time. Each change is one transaction with its entry in the audit log.
public struct LedgerBudgets: Sendable {
  /// What is done once a change is committed, on the thread that committed it, before any later row: must return at once.
  public typealias Then = @Sendable () -> Void

  let readers: ReaderPool
  let now: @Sendable () -> Timestamp
  let perform: CredentialBook.Perform

  /// The longest reason of a raise.
  public static let reasonBytesMax = 1_000

  /// Everything that was made or raised, what has ended since included.
  public func stored() async throws -> StoredBudgets {
    try await readers.read { try BudgetTable(connection: $0.connection).stored() }
  }

  /// Makes a budget, or puts it in the place of the one of its name.
  ///
  /// - Parameters:
  ///   - forgettingSpent: whether what is kept of its spending is for something else, and is to be counted anew.
  ///   - endingRaises: whether its raises are for something else.
  /// - Throws: ``LedgerError``: `refused` where it cannot be as it is asked for.
  public func set(
    _ definition: BudgetDefinition, forgettingSpent: Bool = false, endingRaises: Bool = false, by actor: String,
    then: @escaping Then = {}
  ) async throws {
    do throws(BudgetDefinitionError) {
      try definition.validate()
    } catch {
      throw LedgerError.refused("\(error)")
    }
    let change = StoredBudget(definition: definition, changedAt: now(), changedBy: actor)
    try await perform { store in
      let table = BudgetTable(connection: store.connection)
      let before = try table.budget(definition.name)
      if before == nil, try table.count >= BudgetBook.budgetsMax {
        throw LedgerError.refused("\(BudgetDefinitionError.tooManyBudgets)")
      }
      try table.write(change)
      if forgettingSpent { try store.spending.clear(definition.name) }
      if endingRaises { try table.deleteRaises(of: definition.name) }
      try store.audit(
        AuditedChange(
          actor: actor, action: "budget.set", subject: definition.name, before: before?.definition.json,
          after: definition.json), at: change.changedAt)
      return then
    }
  }

  /// Takes a budget out, with its raises and what is kept of its spending; the rows of its calls stay.
  ///
  /// - Throws: ``LedgerError``: `unknown` where there is none that was made at run time.
  public func remove(_ name: String, by actor: String, then: @escaping Then = {}) async throws {
    let time = now()
    try await perform { store in
      let table = BudgetTable(connection: store.connection)
      guard let before = try table.budget(name) else { throw LedgerError.unknown("there is no budget \(name)") }
      try table.deleteBudget(name)
      try table.deleteRaises(of: name)
      try store.spending.clear(name)
      try store.audit(
        AuditedChange(actor: actor, action: "budget.remove", subject: name, before: before.definition.json), at: time)
      return then
    }
  }

  /// Raises the limit of a budget for a time, also of one of the configuration.
  ///
  /// - Throws: ``LedgerError``: `refused` where it cannot be as it is asked for.
  public func raise(
    _ budget: String, _ raise: BudgetRaise, unit: BudgetUnit, by actor: String, then: @escaping Then = {}
  ) async throws {
    let time = now()
    guard raise.amount > 0 else { throw LedgerError.refused("the amount of a raise must be more than 0") }
    guard raise.until > time else { throw LedgerError.refused("the raise would have ended already") }
    guard (1...Self.reasonBytesMax).contains(raise.reason.utf8.count) else {
      throw LedgerError.refused("a raise needs a reason, of \(Self.reasonBytesMax) bytes at most")
    }
    try await perform { store in
      let table = BudgetTable(connection: store.connection)
      let inForce = try table.stored().raises.filter { $0.budget == budget && $0.raise.until > time }
      guard inForce.count < BudgetBook.raisesMax else {
        throw LedgerError.refused("\(BudgetDefinitionError.tooManyRaises(budget: budget))")
      }
      try table.add(raise, to: budget, unit, by: actor, at: time)
      let before = JSONWriter.text { writer in
        writer.key("raises")
        writer.array { writer in
          for other in inForce { writer.object { other.raise.writeMembers(unit: other.unit, to: &$0) } }
        }
      }
      try store.audit(
        AuditedChange(
          actor: actor, action: "budget.raise", subject: budget, before: before,
          after: JSONWriter.text { raise.writeMembers(unit: unit, to: &$0) }), at: time)
      return then
    }
  }
}
