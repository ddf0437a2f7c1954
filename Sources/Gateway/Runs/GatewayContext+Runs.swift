import Dialects
import Metering
import Runs

/// Which run a call belongs to.
extension GatewayContext {
  /// Links the call to its run. One that nothing can ever be linked to, nor links to anything, has none.
  func link(_ call: Call) {
    guard call.runTicket == nil, let request = call.linkRequest(sees: configuration.seesClientAddresses) else { return }
    let ticket = runs.link(request)
    call.run = ticket.linked.run
    call.place = ticket.linked.place
    call.runTicket = consume ticket
  }

  /// Links a response on a socket to the run of the socket.
  func link(_ response: Call, onSocketOf socket: Call) {
    guard let run = socket.run, let place = socket.place,
      let request = response.linkRequest(sees: configuration.seesClientAddresses, named: LinkRequest.Name(run))
    else { return }
    let ticket = runs.link(request)
    response.run = run
    response.place = ticket.linked.place
    response.place?.source = place.source
    response.runTicket = consume ticket
  }

  /// Takes what later calls are linked by, once a call has ended.
  func recordRun(of call: Call, reply: ReplyFacts, outcome: Outcome) {
    guard call.runTicket != nil else { return }
    call.runTicket?.reply = LinkReply(
      toolCalls: reply.toolCalls.map { $0.id.isEmpty ? nil : runs.key.fingerprint(of: $0.id) },
      response: reply.responseID.map { runs.key.fingerprint(of: $0) },
      opening: reply.opening.fingerprint(by: runs.key, isWhole: reply.isTerminal), hasFailed: outcome != .ok)
    call.runTicket = nil
  }
}

extension Call {
  /// What the call says of its run; nil where it has nothing to do with any.
  ///
  /// - Parameters:
  ///   - addresses: whether clients are told apart by their addresses.
  ///   - name: how the run is called, in place of how the caller names it.
  fileprivate func linkRequest(sees addresses: Bool, named name: LinkRequest.Name? = nil) -> LinkRequest? {
    let name = name ?? identity.run.map { LinkRequest.Name($0, isSession: identity.runSource.isSession) }
    guard name != nil || identity.traceID != nil || opensWebSocket || requestFacts.conversation?.messages ?? 0 > 0
    else { return nil }
    return LinkRequest(
      caller: RunCaller(
        key: identity.key ?? identity.upstreamKeyID, workflow: identity.workflow, agent: identity.agent,
        provider: route.provider.name, address: addresses ? clientAddress : nil),
      name: name, parentRun: identity.parentRun, node: identity.node, parentNode: identity.parentNode,
      traceID: identity.traceID, isSaidRetry: identity.isSaidRetry, conversation: requestFacts.conversation)
  }
}

extension IdentitySource {
  /// Whether a run that it names is a client's session, rather than a name that was given on purpose.
  fileprivate var isSession: Bool { self == .claudeCode || self == .codex }
}
