import Metering
import Synchronization

public import Budgets

/// What calls take of budgets that a process left behind when it died: posted without a reservation, since that died with it.
public final class RecoveryBudgets: Sendable {
  private let book: Mutex<BudgetBook>

  /// - Parameter book: has the definitions, and no amounts.
  public init(_ book: consuming sending BudgetBook) { self.book = Mutex(book) }

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
