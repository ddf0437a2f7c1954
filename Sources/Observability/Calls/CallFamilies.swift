internal import Metering

/// The families of ``CallMetrics``.
struct CallFamilies: Sendable {
  let requests: MetricFamily<PartyLabels<Outcome>, Counter>
  let tokens: MetricFamily<PartyLabels<TokenClass>, Counter>
  let cost: MetricFamily<CostLabels, MoneyCounter>
  let toolCalls: MetricFamily<ToolLabels, Counter>
  let toolResults: MetricFamily<ToolResultLabels, Counter>
  let toolDuration: MetricFamily<ServedToolLabels, Histogram>
  let toolFanout: MetricFamily<WorkflowLabels, Histogram>
  let requestDuration: MetricFamily<ModelLabels, Histogram>
  let timeToFirstToken: MetricFamily<ModelLabels, Histogram>
  let timePerOutputToken: MetricFamily<ModelLabels, Histogram>
  let overhead: Histogram
  let inFlight: Gauge
  let unpriced: MetricFamily<ProviderLabels, Counter>
  let unmetered: MetricFamily<ProviderLabels, Counter>
  let usageSource: MetricFamily<ProviderClosedLabels<UsageSource>, Counter>
  let upstreamAttempts: MetricFamily<ProviderClosedLabels<UpstreamAttemptOutcome>, Counter>
  let rateLimitRemaining: MetricFamily<ProviderClosedLabels<RateLimitKind>, Gauge>

  init(registry: MetricsRegistry) {
    requests = registry.counters(
      MetricDescriptor("tollgate_requests", help: "Calls by how they ended."), by: PartyLabels<Outcome>.self)
    tokens = registry.counters(
      MetricDescriptor(
        "tollgate_tokens", help: "Tokens by class. Classes are disjoint, so that their sum is the total."),
      by: PartyLabels<TokenClass>.self)
    cost = registry.money(
      MetricDescriptor(
        "tollgate_cost_usd", unit: .usd,
        help: "Cost of calls in USD. Under billing=subscription, what it would have been."),
      by: CostLabels.self)
    toolCalls = registry.counters(
      MetricDescriptor(
        "tollgate_tool_calls",
        help: "Tool calls that replies asked for; with a server, that were made through Tollgate."),
      by: ToolLabels.self)
    toolResults = registry.counters(
      MetricDescriptor(
        "tollgate_tool_results", help: "Tool results that requests brought; with a server, that it answered with."),
      by: ToolResultLabels.self)
    toolDuration = registry.histograms(
      MetricDescriptor(
        "tollgate_tool_duration_seconds", unit: .seconds,
        help: "Time from the reply that asked for a tool to the request with its result; with a server, that it took."),
      .toolDuration, by: ServedToolLabels.self)
    toolFanout = registry.histograms(
      MetricDescriptor("tollgate_tool_fanout", help: "Parallel tool calls of a reply that asked for any."), .fanout,
      by: WorkflowLabels.self)
    requestDuration = registry.histograms(
      MetricDescriptor(
        "tollgate_request_duration_seconds", unit: .seconds, help: "Time from a call's first byte to its end."),
      .callDuration, by: ModelLabels.self)
    timeToFirstToken = registry.histograms(
      MetricDescriptor(
        "tollgate_time_to_first_token_seconds", unit: .seconds, help: "Time from a call's start to its first content."),
      .timeToFirstToken, by: ModelLabels.self)
    timePerOutputToken = registry.histograms(
      MetricDescriptor(
        "tollgate_time_per_output_token_seconds", unit: .seconds,
        help: "Time of a whole stream after its first content, by each further token of the reply."),
      .timePerOutputToken, by: ModelLabels.self)
    overhead = registry.histogram(
      MetricDescriptor(
        "tollgate_overhead_seconds", unit: .seconds, help: "Time that Tollgate itself added before it sent a call on."),
      .overhead)
    inFlight = registry.gauge(
      MetricDescriptor("tollgate_requests_in_flight", help: "Calls that have been admitted and have not ended."))
    unpriced = registry.counters(
      MetricDescriptor("tollgate_unpriced_requests", help: "Calls whose model the price book does not know."),
      by: ProviderLabels.self)
    unmetered = registry.counters(
      MetricDescriptor("tollgate_unmetered_requests", help: "Calls that no dialect understood."),
      by: ProviderLabels.self)
    usageSource = registry.counters(
      MetricDescriptor("tollgate_usage_source", help: "Calls by where their token counts came from."),
      by: ProviderClosedLabels<UsageSource>.self)
    upstreamAttempts = registry.counters(
      MetricDescriptor("tollgate_upstream_attempts", help: "Attempts at an upstream by how they ended."),
      by: ProviderClosedLabels<UpstreamAttemptOutcome>.self)
    rateLimitRemaining = registry.gauges(
      MetricDescriptor(
        "tollgate_upstream_ratelimit_remaining",
        help: "What was left of the provider's own limit, as its newest reply said."),
      by: ProviderClosedLabels<RateLimitKind>.self)
  }

  /// Makes what a provider's first call, error or attempt would make.
  func startAtZero(provider: LabelValue) {
    _ = unpriced.resolve(ProviderLabels(provider: provider))
    _ = unmetered.resolve(ProviderLabels(provider: provider))
    for source in UsageSource.allCases {
      _ = usageSource.resolve(ProviderClosedLabels(provider: provider, value: source))
    }
    for outcome in UpstreamAttemptOutcome.allCases {
      _ = upstreamAttempts.resolve(ProviderClosedLabels(provider: provider, value: outcome))
    }
  }

  /// Makes what a party's first successful call would make.
  func startAtZero(_ party: CallParty) {
    _ = requests.resolve(PartyLabels(party: party, value: .ok))
    _ = cost.resolve(CostLabels(party: party, billing: .metered))
    for tokenClass in [TokenClass.input, .output] {
      _ = tokens.resolve(PartyLabels(party: party, value: tokenClass))
    }
  }
}
