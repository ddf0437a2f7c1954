import Budgets
import Control
import Gateway
import Ledger
import Metering
import Observability
import Runs

extension HoldsSection {
  /// The desk of the data plane.
  ///
  /// - Parameter tell: takes each change of a hold, for those who are to be asked; must return at once.
  func desk(inbox: HoldInbox, tell: @escaping @Sendable (HoldRecord) -> Void) -> HoldDesk {
    HoldDesk(policy: policy) { change in
      tell(change.hold)
      inbox.put(change)
    }
  }
}

extension ControlHolds {
  /// Those of a desk, and what the ledger keeps of them.
  ///
  /// - Parameter release: lets a run go on that a guardrail has stopped, in the name of an actor; must return at once.
  init(
    kept: LedgerHolds, of desk: BudgetDesk,
    release: @escaping @Sendable (GuardrailTrip, _ until: Timestamp, _ actor: String) -> Void
  ) {
    let holds = desk.holds
    self.init(kept: kept, recent: { holds.recent }) { id, decision, actor, reason in
      try await desk.decide(id, decision, by: actor, reason: reason, at: WallClock.now()) {
        release($0, $1, actor)
      } keep: { before, after in
        try await kept.write(after, audit: AuditedChange(deciding: before, as: after))
      }
    }
  }
}

extension MetricsRegistry {
  /// Makes `tollgate_holds_pending`.
  func holdsPending(of desk: HoldDesk) {
    reading(
      MetricDescriptor("tollgate_holds_pending", help: "Calls that are parked for a person to decide about."), .gauge
    ) { [weak desk] in MetricReading(Int64(desk?.pendingCount ?? 0)) }
  }
}
