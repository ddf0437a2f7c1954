import Budgets
import Escalation
import Ledger
import Synchronization

/// The way of budgets and holds to those who are told of them. Both are there before the ledger, and alerts after it: what happens
/// in between is of calls that are recovered, and is told when budgets are filled.
final class AlertEntrance: Sendable {
  private let escalation = Mutex<Escalation?>(nil)

  func open(to escalation: Escalation) { self.escalation.withLock { $0 = escalation } }

  /// - Returns: what is to be stored with the cause.
  @Sendable func take(_ event: BudgetEvent) -> AlertState? { current?.note(event) }

  /// - Parameter page: where the control plane is reached by people; nil where that is not known.
  func take(_ hold: HoldRecord, page: ControlPlaneURL?) { current?.note(hold, page: page) }

  private var current: Escalation? { escalation.withLock { $0 } }
}
