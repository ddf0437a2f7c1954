import Synchronization

public import Budgets
public import Metering

/// What calls take of budgets that a process left behind when it died: posted without a reservation, since that died with it.
public final class RecoveryBudgets: Sendable {
  private let book: Mutex<BudgetBook>

  /// - Parameter book: has the definitions, and no amounts.
  public init(_ book: consuming sending BudgetBook) { self.book = Mutex(book) }

  /// Adds a budget, or replaces the one of its name.
  public func define(_ definition: BudgetDefinition, zone: TimeZoneRules, at time: Timestamp) throws {
    _ = try book.withLock { try $0.define(definition, zone: zone, at: time) }
  }

  /// Takes a budget out.
  public func remove(_ name: String, at time: Timestamp) throws {
    _ = try book.withLock { try $0.remove(budget: name, at: time) }
  }

  func debits(of record: borrowing CallRecord, run: String?) -> [BudgetDebit] {
    let call = BudgetCall(
      id: record.id, agent: record.agent, workflow: record.workflow, run: run, key: record.virtualKey,
      team: record.team,
      provider: record.provider, model: record.modelRequested, billing: record.billing)
    let used = CallAmounts(
      picodollars: record.debitedPicodollars ?? 0, tokens: record.usage.totalTokens,
      toolCalls: Int64(record.toolCalls.count))
    guard used != .zero else { return [] }
    let time = record.startedAt
    return book.withLock { $0.charge(call, used, startedAt: time, at: time).debits }
  }
}
