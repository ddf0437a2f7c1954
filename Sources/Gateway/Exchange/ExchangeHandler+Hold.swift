import Budgets
import Ledger
import Metering
import NIOCore
import Runs

/// A call that a person is to decide about.
extension ExchangeHandler {
  /// Parks the call, where it can wait; else refuses it.
  func hold(_ call: Call, _ heldBy: HeldBy, upload: UploadLength?) {
    let time = gateway.wallClock()
    guard upload == nil, !call.opensWebSocket else {
      refuseAdmission(Refusal(unheld: heldBy, at: time), of: call)
      return
    }
    let need = call.heldNeed ?? call.need(in: gateway)
    call.heldNeed = need
    let outcome = gateway.budgets.holds.park(
      call.budgetCall, need, heldBy, id: gateway.ledger.nextCallID(), turn: holdTurn(of: call), at: time)
    switch outcome {
    case .parked(let id):
      call.hold = id
      guard !exchange.queue() else { return }
      dropHold(of: call)
      refuseAdmission(Refusal(unheld: heldBy, at: time), of: call)
    case .passes(let approval): pass(call, heldBy, approval, at: time)
    case .full: refuseAdmission(.comeAgain(nil, heldBy), of: call)
    }
  }

  /// Lets a call pass that a person has let pass before it came again.
  private func pass(_ call: Call, _ heldBy: HeldBy, _ approval: HoldRecord.Approval, at time: Timestamp) {
    switch heldBy {
    case .budget(let refusal):
      gateway.budgets.allow(
        call.budgetCall, HoldApproval(approval, of: BudgetShortfall(refusal)), at: time)
      reserveAgain(call, at: time)
    case .guardrail(let trip): admitAgain(call, excusing: trip)
    }
  }

  private func holdTurn(of call: Call) -> HoldDesk.Turn {
    let bound = NIOLoopBound(Parked(handler: self, call: call), eventLoop: channel.eventLoop)
    return HoldDesk.Turn(eventLoop: channel.eventLoop) { bound.value.handler.holdAnswered($0, of: bound.value.call) }
  }

  private struct Parked {
    let handler: ExchangeHandler
    let call: Call
  }

  private func holdAnswered(_ answer: HoldAnswer, of call: Call) {
    let isCurrent = call === self.call
    let time = gateway.wallClock()
    switch answer {
    case .approved(let hold):
      call.hold = nil
      if isCurrent { goOn(call, by: hold, at: time) }
      gateway.budgets.holds.wakeRun(of: hold)
    case .tryAgain(let end):
      if isCurrent { tryAgain(call, end, at: time) }
    case .ended(let hold, let heldBy):
      call.hold = nil
      if isCurrent { refuseAdmission(.held(hold, heldBy), of: call) }
    case .comeAgain(let hold, let heldBy):
      call.hold = nil
      if isCurrent { refuseAdmission(.comeAgain(hold, heldBy), of: call) }
    }
  }

  /// A person has let the call pass, or its run.
  private func goOn(_ call: Call, by hold: HoldRecord, at time: Timestamp) {
    switch hold.cause {
    case .budget: reserveAgain(call, at: time)
    case .guardrail(let trip): admitAgain(call, excusing: hold.end?.approval?.extent == .run ? nil : trip)
    }
  }

  /// Asks the guardrails again, and goes on from there.
  private func admitAgain(_ call: Call, excusing trip: GuardrailTrip?) {
    if call.runTicket?.admitAgain(excusing: trip) == false, let next = call.guardrailTrip {
      if next.holds { hold(call, .guardrail(next), upload: nil) } else { refuseAdmission(Refusal(next), of: call) }
      return
    }
    goOnToBudgets(call)
  }

  private func goOnToBudgets(_ call: Call) {
    // What the call waited for people is no work of Tollgate's.
    call.requestEndUptimeNanoseconds = NIODeadline.now().uptimeNanoseconds
    _ = exchange.dequeue()
    admitToBudgets(call, upload: nil)
  }

  /// Its run was allowed more: where that is not enough for this call, it stays as it is.
  private func tryAgain(_ call: Call, _ end: HoldRecord.End, at time: Timestamp) {
    guard let id = call.hold, let need = call.heldNeed else { return }
    guard call.guardrailTrip == nil else {
      // Where somebody decided in the same moment, what they said is on its way.
      guard call.runTicket?.admitAgain(excusing: nil) == true, gateway.budgets.holds.pass(id, by: end, at: time) else {
        return
      }
      call.hold = nil
      goOnToBudgets(call)
      return
    }
    let outcome = gateway.budgets.reserve(call.budgetCall, need, at: time, turn: turn(of: call))
    if case .held = outcome { return }
    guard gateway.budgets.holds.pass(id, by: end, at: time) else {
      // Somebody decided in the same moment: what they said is on its way.
      giveBack(outcome, at: time)
      return
    }
    call.hold = nil
    carryOn(call, outcome)
  }

  private func reserveAgain(_ call: Call, at time: Timestamp) {
    let need = call.heldNeed ?? call.need(in: gateway)
    carryOn(call, gateway.budgets.reserve(call.budgetCall, need, at: time, turn: turn(of: call)))
  }

  private func carryOn(_ call: Call, _ outcome: ReserveOutcome) {
    // What the call waited for people is no work of Tollgate's.
    call.requestEndUptimeNanoseconds = NIODeadline.now().uptimeNanoseconds
    if case .admitted = outcome { _ = exchange.dequeue() }
    decided(outcome, call, nil)
  }

  private func giveBack(_ outcome: ReserveOutcome, at time: Timestamp) {
    switch outcome {
    case .admitted(let admission): gateway.budgets.void(admission.reservation, at: time)
    case .waiting(let wait): gateway.budgets.withdraw(wait.waiter, at: time)
    case .refused, .held: break
    }
  }

  /// The client of a parked call has left.
  func dropHold(of call: Call) {
    guard let id = call.hold else { return }
    call.hold = nil
    gateway.budgets.holds.drop(
      id, reason: call.isCutHere ? HoldDesk.processEnded : HoldDesk.clientGone, at: gateway.wallClock())
  }
}
