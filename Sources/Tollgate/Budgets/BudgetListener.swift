import Budgets
import Synchronization

/// Who is told of budgets' states. Budgets are there before the ledger, and those who are told after it: what happens in between is
/// of calls that are recovered, and is told when budgets are filled.
final class BudgetListener: Sendable {
  private let listener = Mutex<(@Sendable (BudgetEvent) -> Void)?>(nil)

  func set(_ take: @escaping @Sendable (BudgetEvent) -> Void) { listener.withLock { $0 = take } }

  @Sendable func take(_ event: BudgetEvent) { listener.withLock { $0 }?(event) }
}
