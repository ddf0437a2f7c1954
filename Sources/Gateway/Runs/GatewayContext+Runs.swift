import Budgets
import Dialects
import Ledger
import Metering
import Observability
import Runs

/// Which run a call belongs to, and what the run says of it.
extension GatewayContext {
  /// Links the call to its run, and asks the run's guardrails. A call that nothing can ever be linked to, nor links to anything, has no
  /// run.
  func link(_ call: Call) {
    linkToRun(call)
    guard call.runTicket == nil, !call.requestFacts.toolCalls.isEmpty else { return }
    guard let entry = call.runEntry(by: runs.key) else { return }
    call.answerAlone = runs.admitAlone(entry.request, entry.call)
    tell(call.answerAlone, of: call)
  }

  private func linkToRun(_ call: Call) {
    if call.runTicket == nil, let response = call.fetchedResponse {
      link(call, fetching: response)
      // It begins none, unless its caller names one.
      if call.runTicket != nil || call.runName == nil { return }
    }
    guard call.runTicket == nil, let request = call.linkRequest(sees: configuration.seesClientAddresses) else { return }
    guard call.canBeginRun else {
      if let ticket = runs.linkKnown(request, call.runEntry(by: runs.key)) { join(ticket, call) }
      return
    }
    join(runs.link(request, call.runEntry(by: runs.key)), call)
  }

  private func join(_ ticket: consuming RunTicket, _ call: Call) {
    call.join(ticket.linked, source: ticket.linked.place.source)
    tell(ticket.admission.answer, of: call)
    call.runTicket = consume ticket
  }

  /// Links a call that fetches a response to the run that the response belongs to, where one is found.
  private func link(_ call: Call, fetching response: String) {
    var conversation = ConversationFacts()
    conversation.previousResponse = runs.key.fingerprint(of: response)
    let request = call.linkRequest(sees: configuration.seesClientAddresses, named: call.runName, of: conversation)
    if let ticket = runs.linkKnown(request, nil) { join(ticket, call) }
  }

  /// Links a response on a socket to the run of the socket.
  func link(_ response: Call, onSocketOf socket: Call) {
    guard let run = socket.run, let place = socket.place,
      let request = response.linkRequest(sees: configuration.seesClientAddresses, named: LinkRequest.Name(run))
    else { return }
    let ticket = runs.link(request, response.runEntry(by: runs.key))
    response.join(ticket.linked, source: place.source)
    tell(ticket.admission.answer, of: response)
    response.runTicket = consume ticket
  }

  private func tell(_ answer: GuardrailAnswer, of call: Call) {
    for trip in answer.trips where trip.isNews {
      metrics.runs.tripped(trip, agent: call.identity.agent, workflow: call.identity.workflow)
      ledger.runs.note([RunEvent(trip, call: call.id, agent: call.identity.agent, workflow: call.identity.workflow)])
      tellRuns(RunNews(call.id, of: call.run, identity: call.identity, .tripped(trip), at: trip.at))
    }
  }

  /// Tells the run what became of the call, once it has ended.
  ///
  /// - Returns: what is wrong with the reply, or with the run since then, for the ledger to keep; already counted.
  func recordRun(of call: Call, _ record: CallRecord, reply: ReplyFacts) -> [RunEvent] {
    var anomalies = call.anomalies(of: reply, outcome: record.outcome, by: runs.key)
    if call.runTicket != nil {
      // A reply that is fetched again brings nothing new.
      let isKnown = call.endpoint?.operation.repeatsUsage == true && record.usageSource == .none
      var counted = isKnown ? RunReply(ending: reply.ending) : RunReply(reply, by: runs.key)
      counted.tokens = record.usage.totalTokens
      counted.costPicodollars = record.costPicodollars ?? 0
      let end = RunCallEnd(
        link: LinkReply(
          reply, by: runs.key, prompt: call.promptReport(record, reply), hasFailed: record.outcome != .ok),
        reply: counted,
        failure: RunFailure(record.outcome))
      anomalies += call.runTicket?.end(end, of: call.budgetCall) ?? []
    }
    for anomaly in anomalies {
      metrics.runs.found(anomaly, agent: record.agent, workflow: record.workflow)
      tellRuns(RunNews(call.id, of: call.run, identity: call.identity, .found(anomaly), at: record.startedAt))
    }
    return anomalies.map {
      RunEvent(
        $0, run: call.run, call: call.id, agent: record.agent, workflow: record.workflow, at: record.startedAt)
    }
  }
}

extension Call {
  /// What its run said of it; nil where it has none, and of a response on a socket, whose request is known at its end alone.
  private var admitted: RunAdmission? {
    method == Endpoint.socketMessageMethod ? nil : runTicket?.admission
  }

  /// Results of tools that the call brings, each counted once in its run.
  var toolResults: Int { admitted?.results ?? requestFacts.toolResults }

  /// How many of them say that their tool failed.
  var toolResultErrors: Int { admitted?.resultErrors ?? requestFacts.toolResultErrors }

  /// What the call says of its run; nil where it has nothing to do with any.
  ///
  /// - Parameters:
  ///   - addresses: whether clients are told apart by their addresses.
  ///   - name: how the run is called, in place of how the caller names it.
  fileprivate func linkRequest(sees addresses: Bool, named name: LinkRequest.Name? = nil) -> LinkRequest? {
    let name = name ?? runName
    guard name != nil || identity.trace != nil || opensWebSocket || endpoint?.converses == true else { return nil }
    return linkRequest(sees: addresses, named: name, of: requestFacts.conversation)
  }

  /// Whether a run begins with the call where none is found.
  fileprivate var canBeginRun: Bool { runName != nil || opensWebSocket || endpoint?.converses == true }

  /// How the caller names the run.
  fileprivate var runName: LinkRequest.Name? {
    identity.run.map { LinkRequest.Name($0, isSession: identity.runSource.isSession) }
  }

  /// The response that the path asks for (`GET /v1/responses/{id}`, `POST /v1/responses/{id}/cancel`); nil where it asks for none.
  fileprivate var fetchedResponse: String? {
    switch endpoint?.operation {
    case .responseRetrieval, .interactionRetrieval, .chatCompletionRetrieval: break
    default: return nil
    }
    let segments = path.split(separator: "/")
    return (segments.last == "cancel" ? segments.dropLast().last : segments.last).map(String.init)
  }

  fileprivate func linkRequest(
    sees addresses: Bool, named name: LinkRequest.Name?, of conversation: ConversationFacts?
  ) -> LinkRequest {
    LinkRequest(
      caller: RunCaller(
        key: identity.key ?? identity.upstreamKeyID, workflow: identity.workflow, agent: identity.agent,
        provider: route.provider.name, address: addresses ? clientAddress : nil),
      name: name, parentRun: identity.parentRun, node: identity.node, parentNode: identity.parentNode,
      isSubagent: identity.runSource == .claudeCode && identity.node != nil,
      traceID: identity.traceID, isSaidRetry: identity.isSaidRetry, conversation: conversation)
  }

  fileprivate func join(_ linked: LinkedCall, source: RunSource) {
    run = linked.run
    place = linked.place
    place?.source = source
  }

  /// Whether the run counts it as a call of a model.
  var isModelCall: Bool { BudgetedCalls.areOfModels(endpoint, method: method, opensWebSocket: opensWebSocket) }

  /// What the run is told of the call, but for where the call belongs; nil where it is none of a model, nor of a tool.
  fileprivate func runEntry(by key: FingerprintKey) -> RunEntry? {
    guard isModelCall || endpoint?.operation == .mcp else { return nil }
    var request = RunRequest(
      call: id, node: identity.node, parentNode: identity.parentNode, requestFacts.conversation,
      resultCount: requestFacts.toolResults, by: key)
    request.isModelCall = isModelCall
    request.toolDurations = identity.toolDurations.map { ToolDurations.read($0, by: key) } ?? []
    request.toolNames = requestFacts.toolCalls.map(\.name)
    return RunEntry(request: request, call: budgetCall)
  }

  /// What is wrong with the reply.
  fileprivate func anomalies(of reply: ReplyFacts, outcome: Outcome, by key: FingerprintKey) -> [Anomaly] {
    guard let endpoint, !endpoint.operation.repeatsUsage else { return [] }
    var compared = reply
    if !reply.toolCalls.isEmpty, let conversation = requestFacts.conversation {
      compared.compareTools(with: conversation, by: key)
    }
    return ReplyAnomalies.find(
      in: compared, status: self.reply.status, isModelText: endpoint.converses && !endpoint.isCompaction,
      outputTokensMax: requestFacts.outputTokensMax, hasEnd: replyHasEnd(of: endpoint.operation),
      isAborted: outcome == .aborted || outcome == .denied)
  }

  /// Whether the reply has an end of its own that is read: what is free may have no body, or one that is no reply (a notification to
  /// a server of tools, a deletion, a file).
  private func replyHasEnd(of operation: Operation) -> Bool {
    !operation.isFree && !isReplyOpaque && (self.reply.framing.isStream || responseBytes > 0)
  }
}

extension LinkReply {
  fileprivate init(_ reply: ReplyFacts, by key: FingerprintKey, prompt: PromptReport?, hasFailed: Bool) {
    self.init(
      toolCalls: reply.toolCalls.map { $0.id.isEmpty ? nil : key.fingerprint(of: $0.id) },
      areToolCallsDistinct: reply.areToolCallIDsDistinct,
      response: reply.responseID.map { key.fingerprint(of: $0) },
      opening: reply.opening.fingerprint(by: key, isWhole: reply.isTerminal), prompt: prompt, hasFailed: hasFailed)
  }
}

extension RunFailure {
  /// Why a call came to no reply; nil where it came to one.
  fileprivate init?(_ outcome: Outcome) {
    switch outcome {
    case .ok: return nil
    case .aborted: self = .aborted
    case .denied: self = .budget
    case .clientError, .upstreamError, .timeout: self = .error
    }
  }
}

extension IdentitySource {
  /// Whether a run that it names is a client's session, rather than a name that was given on purpose.
  var isSession: Bool { self == .claudeCode || self == .codex }
}
