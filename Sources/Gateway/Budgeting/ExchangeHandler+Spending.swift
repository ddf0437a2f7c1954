import Budgets
import Dialects
import Metering

/// Replies that visibly cost more than hard budgets have reserved for them.
extension ExchangeHandler {
  /// Has more reserved for a reply that needs it, or cuts it.
  ///
  /// - Parameter isCurrent: whether the client still takes it.
  func checkSpend(of call: Call, textBytes: Int64, isCurrent: Bool) {
    guard let visible = call.visibleSpend, let reservation = call.reservation, let endpoint = call.endpoint else {
      return
    }
    let estimate = TokenEstimate(
      model: call.requestFacts.model, dialect: endpoint.dialect, workflow: call.identity.workflow,
      counts: gateway.counts)
    guard let needed = visible.needed(outputTokens: estimate.output(textBytes: textBytes)) else { return }
    switch gateway.budgets.extend(reservation.reservation, to: needed, at: gateway.wallClock()) {
    case .extended(let picodollars, let tokens): call.visibleSpend?.extend(picodollars: picodollars, tokens: tokens)
    case .cut(let refusal, _): cut(call, by: refusal, isCurrent: isCurrent)
    case .ended: call.visibleSpend = nil
    }
  }

  /// A stream is told why before it ends; a document just ends.
  private func cut(_ call: Call, by refusal: BudgetRefusal, isCurrent: Bool) {
    call.visibleSpend = nil
    call.refusalCode = .budgetCut
    call.isCutHere = true
    if isCurrent, call.reply.coding == .identity {
      call.cutNotice = CutNotice(
        Refusal(cutBy: refusal), endpoint: call.endpoint, framing: call.reply.framing, frames: call.frames,
        callID: call.id)
    }
    if call.cutNotice == nil { call.transfer?.cancel() }
  }
}
