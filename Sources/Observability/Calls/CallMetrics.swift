public import Metering

/// The metrics of calls, by the names and labels that dashboards and rules depend on.
///
/// Every method may be called on any thread, event loops included: each takes a few short locks, none waits for I/O.
public final class CallMetrics: Sendable {
  private let families: CallFamilies
  let dimensions: CallDimensions
  /// Nil where they are not wanted.
  let genAI: GenAIMetrics?

  /// Makes the families in `registry` and the series of configured names, at zero.
  ///
  /// - Parameter bookModel: the id under which the price book knows a provider's model, nil where it does not: what a call
  ///   is labelled with, so that no caller can invent models. Called at most once a call, and only where the call's record
  ///   does not say what it was priced as.
  public init(
    registry: MetricsRegistry, configuration: CallMetricsConfiguration,
    bookModel: @escaping @Sendable (_ provider: String, _ model: String) -> String?
  ) {
    families = CallFamilies(registry: registry)
    dimensions = CallDimensions(configuration, registry: registry, bookModel: bookModel)
    genAI = configuration.hasOpenTelemetryNames ? GenAIMetrics(registry: registry, configuration) : nil
    for provider in configuration.providers { families.startAtZero(provider: dimensions.provider.value(provider)) }
    for party in dimensions.configuredParties(configuration) { families.startAtZero(party) }
  }

  /// A call has been admitted.
  public func started() { families.inFlight.add(1) }

  /// A call that had been ``started()`` has ended, settled or not.
  public func ended() { families.inFlight.add(-1) }

  /// Counts a call, once, when it is settled or refused.
  ///
  /// - Parameters:
  ///   - isUnmetered: whether no dialect understood it, so that its cost is not known.
  ///   - answered: the tools whose results the call brought, as far as their calls are known.
  ///   - toolResults: how many results the call brought that no call before had brought.
  ///   - toolResultErrors: how many of them said that they failed.
  ///   - servedTools: the tools that the call itself is to, where its provider is a server of tools; nil for every other.
  ///   - span: the call's span, where one is exported: the exemplar of its times.
  ///   - genAI: what OpenTelemetry's metrics say of the call; nil where it asks no model for anything.
  public func record(
    _ call: CallRecord, isUnmetered: Bool = false, answered: [AnsweredTool] = [], toolResults: Int = 0,
    toolResultErrors: Int = 0, servedTools: [ServedTool]? = nil, span: SpanLink? = nil, genAI details: GenAICall? = nil
  ) {
    let party = dimensions.party(of: call)
    if let genAI, let details, call.outcome != .denied {
      genAI.record(call, details, requestModel: dimensions.requestModel(of: call), responseModel: party.model)
    }
    families.requests.resolve(PartyLabels(party: party, value: call.outcome)).increment()
    recordUsage(call, party, isUnmetered: isUnmetered)
    if let servedTools {
      record(servedTools, of: call, party)
    } else {
      recordTools(call, party)
      recordResults(answered, toolResults, errors: toolResultErrors, party)
    }
    recordTimes(call, party, span: span)
  }

  /// Counts one attempt at an upstream.
  public func attempted(provider: String, outcome: UpstreamAttemptOutcome) {
    let labels = ProviderClosedLabels(provider: dimensions.provider.value(provider), value: outcome)
    families.upstreamAttempts.resolve(labels).increment()
  }

  /// Notes what a reply says is left of the provider's own limit.
  public func rateLimited(provider: String, kind: RateLimitKind, remaining: Int64) {
    let labels = ProviderClosedLabels(provider: dimensions.provider.value(provider), value: kind)
    families.rateLimitRemaining.resolve(labels).set(remaining)
  }

  /// What has been counted of each provider, by name. For whoever looks every few seconds.
  public var traffic: [ProviderCounts] {
    var counts: [String: ProviderCounts] = [:]
    for (labels, counter) in families.upstreamAttempts.snapshot {
      counts[labels.provider.text, default: ProviderCounts(labels.provider)].add(counter.value, labels.value)
    }
    for (labels, counter) in families.unpriced.snapshot {
      counts[labels.provider.text, default: ProviderCounts(labels.provider)].unpriced = Int64(clamping: counter.value)
    }
    for (labels, counter) in families.unmetered.snapshot {
      counts[labels.provider.text, default: ProviderCounts(labels.provider)].unmetered = Int64(clamping: counter.value)
    }
    return counts.values.sorted { $0.provider < $1.provider }
  }

  private func recordUsage(_ call: CallRecord, _ party: CallParty, isUnmetered: Bool) {
    for cell in UsageCell.allCases where call.usage[cell] > 0 {
      guard let tokenClass = TokenClass(cell) else { continue }
      families.tokens.resolve(PartyLabels(party: party, value: tokenClass)).add(call.usage[cell])
    }
    if let cost = call.costPicodollars {
      let labels = CostLabels(party: party, team: dimensions.team(of: call), billing: call.billing)
      families.cost.resolve(labels).add(picodollars: cost)
    }
    let source = ProviderClosedLabels(provider: party.provider, value: call.usageSource)
    families.usageSource.resolve(source).increment()
    let provider = ProviderLabels(provider: party.provider)
    if call.costSource == .unpriced || call.costSource == .substituted {
      families.unpriced.resolve(provider).increment()
    }
    if isUnmetered { families.unmetered.resolve(provider).increment() }
  }

  private func record(_ tools: [ServedTool], of call: CallRecord, _ party: CallParty) {
    for served in tools {
      let tool = dimensions.tool.value(served.name)
      let labels = ToolLabels(agent: party.agent, workflow: party.workflow, tool: tool, server: party.provider)
      families.toolCalls.resolve(labels).increment()
      families.toolDuration.resolve(ServedToolLabels(tool: tool, server: party.provider))
        .observe(call.durationMicroseconds)
      guard let outcome = served.outcome else { continue }
      families.toolResults.resolve(ToolResultLabels(tool: labels, outcome: outcome)).increment()
    }
  }

  private func recordTools(_ call: CallRecord, _ party: CallParty) {
    if !call.toolCalls.isEmpty {
      families.toolFanout.resolve(WorkflowLabels(workflow: party.workflow)).observe(Int64(call.toolCalls.count))
    }
    for tool in call.toolCalls {
      let tool = dimensions.tool.value(tool.name)
      families.toolCalls.resolve(ToolLabels(agent: party.agent, workflow: party.workflow, tool: tool)).increment()
    }
  }

  private func recordResults(_ answered: [AnsweredTool], _ results: Int, errors: Int, _ party: CallParty) {
    for answer in answered {
      let tool = dimensions.tool.value(answer.tool)
      families.toolDuration.resolve(ServedToolLabels(tool: tool)).observe(answer.tookMicroseconds)
      let labels = ToolLabels(agent: party.agent, workflow: party.workflow, tool: tool)
      families.toolResults.resolve(ToolResultLabels(tool: labels, outcome: answer.isError ? .error : .ok)).increment()
    }
    // A result names its call, not its tool: of a call that nobody saw, the tool is not known.
    let others = results - answered.count
    let failed = min(max(0, errors - answered.count(where: \.isError)), others)
    let tool = ToolLabels(agent: party.agent, workflow: party.workflow, tool: .unknown)
    if failed > 0 { families.toolResults.resolve(ToolResultLabels(tool: tool, outcome: .error)).add(Int64(failed)) }
    if others > failed {
      families.toolResults.resolve(ToolResultLabels(tool: tool, outcome: .ok)).add(Int64(others - failed))
    }
  }

  private func recordTimes(_ call: CallRecord, _ party: CallParty, span: SpanLink?) {
    guard call.outcome != .denied else { return }
    families.overhead.observe(call.overheadMicroseconds)
    let labels = ModelLabels(provider: party.provider, model: party.model)
    let endedAt = call.startedAt.advanced(byMicroseconds: call.durationMicroseconds)
    families.requestDuration.resolve(labels).observe(call.durationMicroseconds, span: span, at: endedAt)
    guard let timeToFirstToken = call.timeToFirstTokenMicroseconds else { return }
    families.timeToFirstToken.resolve(labels).observe(timeToFirstToken, span: span, at: endedAt)
    let tokensAfterFirst = call.usage.replyTokens - 1
    guard call.isStream, call.outcome == .ok, tokensAfterFirst > 0 else { return }
    let generation = max(0, call.durationMicroseconds - max(0, timeToFirstToken))
    families.timePerOutputToken.resolve(labels).observe(generation / tokensAfterFirst)
  }
}
