import Budgets
import Dialects
import Ledger
import Metering
import NIOCore
import Observability
import Upstream

/// The responses on a tunnel: each is admitted, followed and settled as a call of its own.
extension Tunnel {
  /// Takes what the reader tells.
  ///
  /// - Parameter ending: who ended the tunnel; nil while it is open.
  /// - Returns: what to end the tunnel with, where a response is not admitted.
  func take(_ event: SocketEvent, ending: Ending? = nil) -> CloseFrame? {
    switch event {
    case .began(let number, let facts): return admit(number, facts)
    case .progressed(let number, let progress): responses[number]?.store(progress)
    case .ended(let number, let reply):
      if let response = responses.removeValue(forKey: number) { settle(response, reply, ending) }
    }
    return nil
  }

  private func admit(_ number: Int, _ facts: RequestFacts) -> CloseFrame? {
    guard let endpoint = call.endpoint?.ofSocketResponse else { return nil }
    let response = Call(
      responseOn: call, endpoint: endpoint, facts: facts, id: gateway.ledger.nextCallID(), at: gateway.wallClock(),
      uptimeNanoseconds: NIODeadline.now().uptimeNanoseconds)
    gateway.link(response, onSocketOf: call)
    if let refusal = response.modelRefusal(onSocketOf: call.requestFacts.model ?? call.endpoint?.model) {
      deny(response, refusal.code)
      return CloseFrame(code: .policyViolation, reason: "tollgate: \(refusal.code.rawValue)")
    }
    if let refusal = response.guardrailTrip.map({ Refusal($0) }) {
      deny(response, refusal.code)
      return CloseFrame(
        code: refusal.shouldRetry == true ? .tryAgainLater : .policyViolation,
        reason: "tollgate: \(refusal.code.rawValue)")
    }
    response.countPrompt(gateway.counts)
    if let refusal = reserve(response) {
      deny(response, refusal.code)
      let code: CloseFrame.Code = refusal.shouldRetry == false ? .policyViolation : .tryAgainLater
      return CloseFrame(code: code, reason: "tollgate: \(refusal.code.rawValue)")
    }
    do {
      response.ticket = try gateway.ledger.admit(response.admission)
    } catch {
      guard case .ledgerUnavailable = error, gateway.configuration.ledgerUnavailable == .forward else {
        let refusal = Refusal(error)
        if let reservation = response.reservation {
          gateway.budgets.void(reservation.reservation, at: gateway.wallClock())
        }
        deny(response, refusal.code)
        return CloseFrame(code: .tryAgainLater, reason: "tollgate: \(refusal.code.rawValue)")
      }
    }
    response.ticket?.markSent()
    gateway.metrics.calls.started()
    responses[number] = response
    return nil
  }

  private func deny(_ response: Call, _ code: Refusal.Code) {
    response.noteRunRefused(code)
    gateway.metrics.refused(code)
    gateway.metrics.denied(response, code: code)
  }

  /// Reserves a response in its budgets. It cannot wait there: what the client says next would have to wait with it.
  private func reserve(_ response: Call) -> Refusal? {
    guard gateway.budgets.hasBudgets else { return nil }
    let time = gateway.wallClock()
    switch gateway.budgets.reserve(response.budgetCall, response.need(in: gateway), at: time, turn: nil) {
    case .admitted(let reservation):
      response.hold(reservation)
      return nil
    case .refused(let refusal), .held(let refusal): return Refusal(refusal, at: time)
    case .waiting(let wait): return Refusal(wait.refusal, at: time)
    }
  }

  private func settle(_ response: Call, _ reply: SocketReply, _ ending: Ending?) {
    response.requestFacts = reply.request
    response.reply.status = reply.status
    response.statusSent = reply.status
    let facts = reply.facts
    // A response whose own end was seen is whole, whatever became of its connection.
    var result = TransferEnd.Result.complete
    if let ending, !facts.isTerminal {
      response.note(ending)
      result = ending.result
    }
    gateway.settle(
      response, reply: facts, end: TransferEnd(result: result, wasSent: true),
      endedUptimeNanoseconds: NIODeadline.now().uptimeNanoseconds)
  }

  /// Settles the socket itself, whose finish reason is its close code.
  func settleSocket(end: TransferEnd.Result, closeCode: UInt16?) {
    var facts = ReplyFacts()
    facts.finishReason = closeCode.map(String.init)
    gateway.settle(
      call, reply: facts, end: TransferEnd(result: end, wasSent: true),
      endedUptimeNanoseconds: NIODeadline.now().uptimeNanoseconds)
  }
}

extension Call {
  /// A response on the socket of `socket`, as a call of its own.
  convenience init(
    responseOn socket: Call, endpoint: Endpoint, facts: RequestFacts, id: CallID, at startedAt: Timestamp,
    uptimeNanoseconds: UInt64
  ) {
    self.init(
      id: id, startedAt: startedAt, startedUptimeNanoseconds: uptimeNanoseconds, method: Endpoint.socketMessageMethod,
      route: socket.route, endpoint: endpoint, identity: socket.identity, headers: [], framing: .none, coding: .other,
      contentType: nil, clientAddress: socket.clientAddress)
    requestFacts = facts
    reply.framing = .serverSentEvents
    reply.headers = socket.reply.headers
  }

  fileprivate func store(_ progress: SocketProgress) {
    if progress.hasContent, firstTokenUptimeNanoseconds == nil {
      firstTokenUptimeNanoseconds = NIODeadline.now().uptimeNanoseconds
    }
    ticket?.store(
      usage: progress.usage, outputTextBytes: progress.outputTextBytes, model: progress.model,
      responseID: progress.responseID, status: 200)
  }

  /// Notes who ended it, where it did not end by itself.
  func note(_ ending: Tunnel.Ending) {
    switch ending.left {
    case .client: clientLeft()
    case .server: break
    case nil: isCutHere = true
    }
  }
}
