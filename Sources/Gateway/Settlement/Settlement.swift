import Budgets
import Dialects
import Ledger
import Metering
import Runs
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
    var record = record(of: call, reply: reply, end: end, endedUptimeNanoseconds: endedUptimeNanoseconds)
    let posting = debit(
      &record, of: call, end: end, certainty: UsageCertainty(of: record, call: call, reply: reply, end: end))
    failures.log(record, end: end)
    metrics.settled(record, of: call, reply: reply, end: end, key: runs.key)
    let admission = call.runTicket?.admission
    let toolErrors = call.toolResultErrors
    let anomalies = recordRun(of: call, record, reply: reply)
    hints.note(record, request: call.requestFacts, endpoint: call.endpoint)
    if let ticket = call.ticket.take() {
      ledger.settle(
        ticket, as: record, counting: call.items.counted, debiting: posting.debits, isModelCall: call.isModelCall,
        answering: (admission?.answered ?? []) + AnsweredTool.answered(by: reply, to: record),
        toolErrors: toolErrors, noting: anomalies,
        alerts: posting.alerts)
    }
  }

  private func record(
    of call: Call, reply: ReplyFacts, end: TransferEnd, endedUptimeNanoseconds: UInt64
  ) -> CallRecord {
    var record = CallRecord(
      id: call.id, startedAt: call.startedAt, provider: call.route.provider.name, method: call.method, path: call.path,
      agent: call.identity.agent, workflow: call.identity.workflow)
    record.describe(call)
    record.describe(reply, to: call.requestFacts)
    record.outcome = Outcome(of: call, reply: reply, end: end)
    record.error = record.outcome == .ok ? nil : call.error(reply: reply, end: end)
    record.time(call, endedUptimeNanoseconds: endedUptimeNanoseconds)
    charge(&record, call: call, reply: reply, end: end)
    return record
  }
}

extension CallRecord {
  /// Who called, for what, and what passed.
  fileprivate mutating func describe(_ call: Call) {
    dialect = call.endpoint?.dialect.rawValue
    run = call.run
    place = call.place
    toolResults = call.toolResults
    billing = call.identity.billing
    upstreamKeyID = call.identity.upstreamKeyID
    virtualKey = call.identity.key
    team = call.identity.team
    status = call.statusSent
    isStream = call.reply.framing.isStream || call.requestFacts.wantsStream
    requestBytes = call.requestBytes
    responseBytes = call.responseBytes
    providerRequestID = call.reply.headers.requestID
    providerProject = call.reply.headers.project
  }

  /// What the reply says.
  fileprivate mutating func describe(_ reply: ReplyFacts, to request: RequestFacts) {
    modelRequested = request.model
    model = reply.model ?? request.model
    usageRaw = reply.usageRaw.map { String(decoding: $0, as: UTF8.self) }
    serviceTier = reply.context.serviceTier
    geo = reply.context.geo
    toolCalls = reply.toolCalls
    serverToolCalls = reply.serverToolCalls
    finishReason = reply.finishReason
    providerResponseID = reply.responseID
  }

  fileprivate mutating func time(_ call: Call, endedUptimeNanoseconds: UInt64) {
    let start = call.startedUptimeNanoseconds
    timeToFirstTokenMicroseconds = call.firstTokenUptimeNanoseconds.map { Self.microseconds(from: start, to: $0) }
    durationMicroseconds = Self.microseconds(from: start, to: endedUptimeNanoseconds)
    overheadMicroseconds = Int64(clamping: call.overheadNanoseconds / 1000)
  }

  private static func microseconds(from start: UInt64, to end: UInt64) -> Int64 {
    end > start ? Int64(clamping: (end - start) / 1000) : 0
  }
}
