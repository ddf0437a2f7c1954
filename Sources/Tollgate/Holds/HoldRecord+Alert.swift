import Escalation
import Ledger
import Metering

extension Escalation {
  /// Takes a change of a hold: whoever is told of calls that wait is told while somebody can decide.
  ///
  /// - Parameter page: where the control plane is reached by people; nil where that is not known.
  func note(_ hold: HoldRecord, page: ControlPlaneURL?) {
    let id = hold.id.description
    guard hold.state.isOpen else {
      resolve(.hold(id, budget: hold.budget))
      return
    }
    guard let receivers = routing.receivers(of: .holdWaiting) else { return }
    let facts = HoldFacts(
      hold: id, budget: hold.budget, scope: hold.scope, expiresAt: hold.until, link: page.map { "\($0)/holds/\(id)" })
    fire(
      AlertCondition(
        rule: .holdWaiting, severity: AlertRule.holdWaiting.severity, facts: .hold(facts), receivers: receivers))
  }
}
