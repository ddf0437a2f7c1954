import Dialects
import Metering
import NIOCore
import Runs
import Upstream

public import Observability

/// What the data plane counts.
public struct GatewayMetrics: Sendable {
  let calls: CallMetrics
  public let runs: RunMetrics
  /// Where calls become spans; nil where traces are off.
  private let traces: TraceRecorder?
  private let rejections: MetricFamily<ClosedLabel<Rejection.Reason>, Counter>
  private let refusals: MetricFamily<ClosedLabel<Refusal.Code>, Counter>

  /// Makes the data plane's own families beside those of calls.
  public init(registry: MetricsRegistry, calls: CallMetrics, traces: TraceRecorder? = nil) {
    self.calls = calls
    runs = RunMetrics(registry: registry, beside: calls)
    self.traces = traces
    rejections = registry.httpRejections(by: Rejection.Reason.self)
    refusals = registry.refusals(by: Refusal.Code.self)
  }

  /// What has been counted of each provider's calls.
  public var traffic: [ProviderCounts] { calls.traffic }

  /// A request was refused before it was a call.
  func rejected(_ reason: Rejection.Reason) {
    rejections.resolve(ClosedLabel(reason)).increment()
  }

  /// A request is answered by Tollgate itself.
  func refused(_ code: Refusal.Code) { refusals.resolve(ClosedLabel(code)).increment() }

  /// A call was refused by Tollgate before anything was sent.
  func denied(_ call: Call, code: Refusal.Code) {
    var record = CallRecord(
      id: call.id, startedAt: call.startedAt, provider: call.route.provider.name, method: call.method, path: call.path,
      agent: call.identity.agent, workflow: call.identity.workflow)
    record.model = call.requestFacts.model
    record.virtualKey = call.identity.key
    record.team = call.identity.team
    record.outcome = .denied
    record.error = code.rawValue
    calls.record(record, isUnmetered: call.isUnmetered)
    if let traces {
      record.describeRefused(call, endedUptimeNanoseconds: NIODeadline.now().uptimeNanoseconds)
      guard let traced = TracedCall(record, of: call) else { return }
      traces.record(traced, at: record.place, turn: TracedTurn(nil, to: call.requestFacts, by: nil))
    }
  }

  /// A call has been settled.
  ///
  /// - Parameter key: the one that the request was read with, see ``RequestFacts/conversation``.
  func settled(_ record: CallRecord, of call: Call, reply: ReplyFacts, end: TransferEnd, key: FingerprintKey?) {
    calls.ended()
    calls.attempted(provider: record.provider, outcome: UpstreamAttemptOutcome(end, status: call.reply.status))
    noteRateLimits(call.reply.headers, provider: record.provider)
    let servedTools = call.endpoint?.operation == .mcp ? Self.servedTools(record, reply) : nil
    calls.record(
      record, isUnmetered: call.isUnmetered, answered: call.runTicket?.admission.answered ?? [],
      toolResults: call.toolResults, toolResultErrors: call.toolResultErrors,
      servedTools: servedTools, span: trace(record, of: call, reply: reply, servedTools: servedTools, key: key),
      genAI: GenAICall(call))
  }

  /// - Returns: the call's span, where it has one that is exported.
  private func trace(
    _ record: CallRecord, of call: Call, reply: ReplyFacts, servedTools: [ServedTool]?, key: FingerprintKey?
  ) -> SpanLink? {
    guard let traces else { return nil }
    for tool in TracedToolExecution.served(servedTools ?? [], by: record, of: call) {
      traces.record(tool, at: record.place)
    }
    guard let traced = TracedCall(record, of: call) else { return nil }
    return traces.record(
      traced, at: record.place, turn: TracedTurn(reply, to: call.requestFacts, by: key))
  }

  /// The tools of a call to their server. One that got no answer because the call failed has failed.
  private static func servedTools(_ record: CallRecord, _ reply: ReplyFacts) -> [ServedTool] {
    zip(reply.toolCalls, reply.toolOutcomes).map { call, outcome in
      let ended: ToolResultOutcome? =
        switch outcome {
        case .ok: .ok
        case .error: .error
        case nil: record.outcome == .ok ? nil : .error
        }
      return ServedTool(name: call.name, outcome: ended)
    }
  }

  private func noteRateLimits(_ headers: ReplyHeaders, provider: String) {
    if let remaining = headers.remainingRequests {
      calls.rateLimited(provider: provider, kind: .requests, remaining: remaining)
    }
    if let remaining = headers.remainingTokens {
      calls.rateLimited(provider: provider, kind: .tokens, remaining: remaining)
    }
  }
}

extension Rejection.Reason: ClosedLabelValue {
  public static var labelName: StaticString { "reason" }
}

extension Refusal.Code: ClosedLabelValue {
  public static var labelName: StaticString { "reason" }
}

extension UpstreamAttemptOutcome {
  init(_ end: TransferEnd, status: Int) {
    switch end.result {
    case .complete:
      self =
        switch status {
        case 429: .rateLimited
        case 500...: .serverError
        case 400...: .clientError
        default: .ok
        }
    case .cancelled:
      self = .cancelled
    case .failed(let failure):
      self =
        switch failure {
        case .nameNotResolved, .connectFailed, .tlsFailed: .connectFailed
        case .connectTimeout, .headTimeout, .idleTimeout: .timeout
        case .brokenOff, .badFraming, .headTooLarge, .closedBeforeReply: .brokenOff
        case .badRequest, .unavailable, .internalError: .cancelled
        }
    }
  }
}
