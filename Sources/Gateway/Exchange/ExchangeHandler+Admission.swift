import Budgets
import Ledger
import Logging
import NIOCore
import Observability
import Upstream

/// From a request that is known to a transfer that runs: its run, budgets, then the ledger, then the upstream.
extension ExchangeHandler {
  /// Reserves what the call may use, and starts it: at once, after a wait, or not at all.
  ///
  /// - Parameter upload: what is known of the length of a body that is sent on as it arrives; nil for a body that was
  ///   gathered. Such a call cannot wait.
  func admit(_ call: Call, upload: UploadLength?) {
    gateway.link(call)
    if let trip = call.guardrailTrip {
      if trip.holds { hold(call, .guardrail(trip), upload: upload) } else { refuseAdmission(Refusal(trip), of: call) }
      return
    }
    admitToBudgets(call, upload: upload)
  }

  /// The same for a call that its run's guardrails let pass.
  func admitToBudgets(_ call: Call, upload: UploadLength?) {
    if let refusal = call.modelRefusal() {
      refuseAdmission(refusal, of: call)
      return
    }
    if let model = call.modelDenied(by: gateway.prices) {
      refuseAdmission(.unpriced(model: model, provider: call.route.provider.name), of: call)
      return
    }
    let time = gateway.wallClock()
    guard gateway.budgets.hasBudgets, call.isBudgeted else {
      if gateway.budgets.asksForBounds, call.startsUnseenWork,
        let refusal = gateway.budgets.refuseUnseen(call.budgetCall, at: time)
      {
        refuseAdmission(Refusal(refusal, at: time), of: call)
      } else {
        start(call, upload: upload)
      }
      return
    }
    gateway.boundPrompt(of: call)
    let turn = upload == nil ? turn(of: call) : nil
    decided(
      gateway.budgets.reserve(call.budgetCall, call.need(in: gateway), at: time, turn: turn), call, upload)
  }

  /// Does what the budgets decided.
  func decided(_ outcome: ReserveOutcome, _ call: Call, _ upload: UploadLength?) {
    switch outcome {
    case .admitted(let reservation):
      call.hold(reservation)
      call.visibleSpend = VisibleSpend(call.outputTerms, reservation)
      start(call, upload: upload)
    case .waiting(let wait):
      guard exchange.queue() else {
        gateway.budgets.withdraw(wait.waiter, at: gateway.wallClock())
        refuseAdmission(Refusal(wait.refusal, at: gateway.wallClock()), of: call)
        return
      }
      call.waiter = wait.waiter
    case .refused(let refusal):
      refuseAdmission(Refusal(refusal, at: gateway.wallClock()), of: call)
    case .held(let refusal): hold(call, .budget(refusal), upload: upload)
    }
  }

  // MARK: Waiting

  func turn(of call: Call) -> BudgetDesk.Turn {
    let bound = NIOLoopBound(Waiting(handler: self, call: call), eventLoop: channel.eventLoop)
    return BudgetDesk.Turn(eventLoop: channel.eventLoop) { bound.value.handler.turnCame($0, of: bound.value.call) }
  }

  private struct Waiting {
    let handler: ExchangeHandler
    let call: Call
  }

  private func turnCame(_ outcome: ReserveOutcome, of call: Call) {
    call.waiter = nil
    // What the call waited for others is no work of Tollgate's.
    call.requestEndUptimeNanoseconds = NIODeadline.now().uptimeNanoseconds
    guard case .admitted(let admission) = outcome else {
      if call === self.call { decided(outcome, call, nil) }
      return
    }
    guard call === self.call, exchange.dequeue() else {
      // The client left in the same moment.
      gateway.budgets.void(admission.reservation, at: gateway.wallClock())
      return
    }
    decided(outcome, call, nil)
  }

  /// The client of a call that waits has left.
  func withdraw(_ call: Call) {
    dropHold(of: call)
    if let waiter = call.waiter { gateway.budgets.withdraw(waiter, at: gateway.wallClock()) }
    call.waiter = nil
  }

  // MARK: Start

  /// Admits the call in the ledger, and only then lets a byte go upstream.
  private func start(_ call: Call, upload: UploadLength?) {
    guard let body = upload.map({ UpstreamBody.streamed(contentLength: $0.bytes) }) ?? call.takeBody() else {
      gateway.logger.error(
        "a limit of output could not be written into a request, which was refused", metadata: ["call": "\(call.id)"])
      refuseReserved(.outputNotLimited(), of: call)
      return
    }
    do {
      call.ticket = try gateway.ledger.admit(call.admission)
    } catch {
      guard case .ledgerUnavailable = error, gateway.configuration.ledgerUnavailable == .forward else {
        refuseReserved(Refusal(error), of: call)
        return
      }
    }
    gateway.metrics.calls.started()
    if upload != nil { self.upload.begin() }
    let now = NIODeadline.now().uptimeNanoseconds
    call.overheadNanoseconds = now &- max(call.startedUptimeNanoseconds, call.requestEndUptimeNanoseconds)
    if call.opensWebSocket {
      let handshake = Handshake(call: call, handler: self)
      call.transfer = .handshake(handshake)
      handshake.start()
    } else {
      call.transfer = .request(beginTransfer(call, body: body))
    }
  }

  /// Refuses a call that has reserved already.
  private func refuseReserved(_ refusal: Refusal, of call: Call) {
    if let reservation = call.reservation { gateway.budgets.void(reservation.reservation, at: gateway.wallClock()) }
    call.reservation = nil
    refuseAdmission(refusal, of: call)
  }

  private func beginTransfer(_ call: Call, body: UpstreamBody) -> Transfer {
    let limits = gateway.configuration.limits
    var transferLimits = TransferLimits()
    transferLimits.connectTimeoutMilliseconds = limits.connectTimeoutMilliseconds
    transferLimits.headTimeoutMilliseconds = limits.headTimeoutMilliseconds
    transferLimits.idleTimeoutMilliseconds = limits.idleTimeoutMilliseconds
    let request = call.upstreamRequest(body: body, at: gateway.wallClock())
    let bound = NIOLoopBound(TransferSink(handler: self, call: call), eventLoop: channel.eventLoop)
    let sent = call.ticket?.sentMark
    return gateway.upstream.start(
      request, limits: transferLimits, on: channel.eventLoop,
      willSend: { sent?.set() },
      deliver: { bound.value.deliver(&$0) })
  }
}

/// The length of a body that is sent on as it arrives.
struct UploadLength {
  /// Nil where the client did not say.
  var bytes: Int64?
}
