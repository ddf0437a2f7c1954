import Dialects
import Ledger
import Metering
import Upstream

extension GatewayContext {
  /// Settles a call whose transfer has ended: prices it, writes its row, counts it. Called once for each transfer.
  func settle(_ call: Call, end: TransferEnd, endedUptimeNanoseconds: UInt64) {
    var reply = call.finishReply()
    reply.complete(with: call.requestFacts)
    settle(call, reply: reply, end: end, endedUptimeNanoseconds: endedUptimeNanoseconds)
  }

  /// The same for a call whose reply was read by another: a response on a socket, say.
  func settle(_ call: Call, reply: ReplyFacts, end: TransferEnd, endedUptimeNanoseconds: UInt64) {
    let record = record(of: call, reply: reply, end: end, endedUptimeNanoseconds: endedUptimeNanoseconds)
    failures.log(record, end: end)
    metrics.settled(record, of: call, reply: reply, end: end)
    hints.note(record, request: call.requestFacts, endpoint: call.endpoint)
    if let ticket = call.ticket.take() { ledger.settle(ticket, as: record, counting: call.items.counted) }
  }

  private func record(
    of call: Call, reply: ReplyFacts, end: TransferEnd, endedUptimeNanoseconds: UInt64
  ) -> CallRecord {
    var record = CallRecord(
      id: call.id, startedAt: call.startedAt, provider: call.route.provider.name, method: call.method, path: call.path,
      agent: call.identity.agent, workflow: call.identity.workflow)
    record.dialect = call.endpoint?.dialect.rawValue
    record.modelRequested = call.requestFacts.model
    record.model = reply.model ?? call.requestFacts.model
    record.run = call.identity.run
    record.status = call.statusSent
    record.outcome = Self.outcome(of: call, reply: reply, end: end)
    record.isStream = call.reply.framing.isStream || call.requestFacts.wantsStream
    record.usageRaw = reply.usageRaw.map { String(decoding: $0, as: UTF8.self) }
    record.billing = call.identity.billing
    record.serviceTier = reply.context.serviceTier
    record.geo = reply.context.geo
    record.toolCalls = reply.toolCalls
    record.serverToolCalls = reply.serverToolCalls
    record.toolResults = call.requestFacts.toolResults
    record.finishReason = reply.finishReason
    record.error = record.outcome == .ok ? nil : Self.error(of: call, reply: reply, end: end)
    record.providerRequestID = call.reply.headers.requestID
    record.providerResponseID = reply.responseID
    record.providerProject = call.reply.headers.project
    record.upstreamKeyID = call.identity.upstreamKeyID
    record.virtualKey = call.identity.key
    record.team = call.identity.team
    record.timeToFirstTokenMicroseconds = call.firstTokenUptimeNanoseconds.map {
      Self.microseconds(from: call.startedUptimeNanoseconds, to: $0)
    }
    record.durationMicroseconds = Self.microseconds(from: call.startedUptimeNanoseconds, to: endedUptimeNanoseconds)
    record.overheadMicroseconds = Int64(clamping: call.overheadNanoseconds / 1000)
    record.requestBytes = call.requestBytes
    record.responseBytes = call.responseBytes
    charge(&record, call: call, reply: reply, end: end)
    return record
  }

  // MARK: Charge

  private func charge(_ record: inout CallRecord, call: Call, reply: ReplyFacts, end: TransferEnd) {
    guard let endpoint = call.endpoint else {
      if end.wasSent, call.isUnmetered, call.refusalCode == nil {
        configuration.unmetered.charge(&record)
      } else {
        record.chargeNothing()
      }
      return
    }
    // Two sockets can show the responses of one session.
    let wasCounted =
      (endpoint.operation.repeatsUsage && call.items.seen == 0 || endpoint.operation == .socketResponse)
      && !reply.usage.isEmpty
      && reply.responseID.map { !ledger.countOnce(provider: record.provider, responseID: $0) } ?? false
    let estimate = TokenEstimate(
      model: record.model, dialect: endpoint.dialect, workflow: record.workflow, counts: counts)
    let metered = MeteredUsage(
      endpoint: endpoint, request: call.requestFacts, requestBytes: call.requestBytes, reply: reply,
      call: CallEnd(
        wasSent: end.wasSent, status: call.reply.status, isReplyOpaque: call.isReplyOpaque || reply.isDamaged,
        isStream: call.reply.framing.isStream,
        responseBytes: call.responseBytes),
      wasCounted: wasCounted, estimate: estimate)
    if metered.source == .provider, metered.models.count == 1, call.items.seen == 0, let model = record.model {
      counts.learn(model: model, workflow: record.workflow) {
        estimate.learn(metered.total, request: call.requestFacts, reply: reply, into: &$0)
      }
    }
    let origin = call.route.provider.origin
    let region = ProcessingRegion.region(of: origin)
    var context = reply.context.completed(
      by: call.requestFacts.context, isTierKnown: reply.isTerminal, region: region)
    if context.endpoint == nil { context.endpoint = ProcessingRegion.endpoint(of: origin) }
    prices.book.charge(
      &record, for: metered, modelPriced: reply.modelPriced, context: context, terms: call.route.provider.terms,
      parts: call.items.parts(completedBy: call.requestFacts.context, region: region),
      reported: wasCounted ? nil : reply.reportedCostPicodollars)
  }

  // MARK: Outcome

  private static func outcome(of call: Call, reply: ReplyFacts, end: TransferEnd) -> Outcome {
    if call.refusalCode != nil { return .denied }
    if call.clientLeftEarly { return .aborted }
    // A client that has seen the end of its stream may close before the transfer ends.
    let isWhole = end.result == .complete || (reply.isTerminal && call.reply.framing.isStream)
    guard isWhole else {
      if call.replyIsMalformed { return .upstreamError }
      switch end.result {
      case .failed(.headTimeout), .failed(.idleTimeout), .failed(.connectTimeout): return .timeout
      case .failed: return .upstreamError
      case .cancelled, .complete: return .aborted
      }
    }
    switch call.reply.status {
    case 500...: return .upstreamError
    case 400..<500: return .clientError
    default: return reply.errorCode == nil && !Self.isCut(call, reply) ? .ok : .upstreamError
    }
  }

  /// Whether a stream of a known API ended without its last event, although its framing is whole.
  private static func isCut(_ call: Call, _ reply: ReplyFacts) -> Bool {
    guard let endpoint = call.endpoint, !endpoint.operation.isFree, (200..<300).contains(call.reply.status) else {
      return false
    }
    return reply.isDamaged || call.reply.framing.isStream && !call.isReplyOpaque && !reply.isTerminal
  }

  private static func error(of call: Call, reply: ReplyFacts, end: TransferEnd) -> String? {
    if let code = call.refusalCode { return code.rawValue }
    if let code = reply.errorCode { return code }
    if call.isCutHere { return "cut" }
    if reply.isDamaged { return "damaged_stream" }
    switch end.result {
    case .complete where call.clientLeftEarly: return "client_disconnected"
    case .complete: return isCut(call, reply) ? "stream_cut" : nil
    case .cancelled where call.clientLeftEarly: return "client_disconnected"
    case .cancelled, .failed: return call.failure(of: end).rawValue
    }
  }

  private static func microseconds(from start: UInt64, to end: UInt64) -> Int64 {
    end > start ? Int64(clamping: (end - start) / 1000) : 0
  }
}
