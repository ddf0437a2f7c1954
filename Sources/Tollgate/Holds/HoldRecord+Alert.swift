import Escalation
import Ledger
import Metering
import Runs

extension Escalation {
  /// Takes a change of a hold: whoever is told of calls that wait is told while somebody can decide.
  ///
  /// - Parameter page: where the control plane is reached by people; nil where that is not known.
  func note(_ hold: HoldRecord, page: ControlPlaneURL?) {
    let id = hold.id.description
    guard hold.state.isOpen else {
      resolve(.hold(id, by: hold.cause.subject))
      return
    }
    guard let receivers = routing.receivers(of: .holdWaiting) else { return }
    let facts = HoldFacts(
      hold: id, heldBy: hold.cause.subject, scope: hold.shortfall?.scope ?? "run=\(hold.run ?? "")",
      detail: hold.trip?.description, expiresAt: hold.until, link: page.map { "\($0)/holds/\(id)" })
    fire(
      AlertCondition(
        rule: .holdWaiting, severity: AlertRule.holdWaiting.severity, facts: .hold(facts), receivers: receivers))
  }
}
