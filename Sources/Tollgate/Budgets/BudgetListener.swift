import Budgets
import Ledger
import Synchronization

/// Who is told of budgets' states. Budgets are there before the ledger, and those who are told after it: what happens in between is
/// of calls that are recovered, and is told when budgets are filled.
final class BudgetListener: Sendable {
  private let listener = Mutex<(@Sendable (BudgetEvent) -> AlertState?)?>(nil)

  func set(_ take: @escaping @Sendable (BudgetEvent) -> AlertState?) { listener.withLock { $0 = take } }

  /// - Returns: what is to be stored with the cause.
  @Sendable func take(_ event: BudgetEvent) -> AlertState? { listener.withLock { $0 }.flatMap { $0(event) } }
}
