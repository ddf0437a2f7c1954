import Budgets
import Control
import Gateway
import Ledger
import Logging
import Observability

extension HoldsSection {
  /// The desk of the data plane.
  func desk(inbox: HoldInbox, logger: Logger) -> HoldDesk {
    HoldDesk(
      policy: policy,
      onHold: { hold in logger.notice("a call waits for a person", metadata: hold.metadata) },
      onChange: { hold in
        if !hold.state.isOpen { logger.notice("a held call was \(hold.state.rawValue)", metadata: hold.metadata) }
        if !inbox.put(hold) { logger.error("a change of a hold is not written down: too many wait for the ledger") }
      })
  }
}

extension ControlHolds {
  /// Those of a desk, and what the ledger keeps of them.
  init(kept: LedgerHolds, of desk: BudgetDesk) {
    let holds = desk.holds
    self.init(kept: kept, recent: { holds.recent }) { id, decision, actor, reason throws(HoldDecisionError) in
      try desk.decide(id, decision, by: actor, reason: reason, at: WallClock.now())
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

extension HoldRecord {
  fileprivate var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = [
      "hold": "\(id)", "call": "\(call)", "budget": "\(budget)", "scope": "\(scope)", "agent": "\(agent)",
      "workflow": "\(workflow)", "need": "\(unit.text(need))",
    ]
    if let by = end?.by { metadata["by"] = "\(by)" }
    if let reason = end?.reason { metadata["reason"] = "\(reason)" }
    return metadata
  }
}
