internal import Metering
public import Runs

/// The metrics of runs, by the names and labels that dashboards and rules depend on. Their agents, workflows and tools are bounded
/// together with those of calls.
///
/// Every method may be called on any thread, event loops included.
public final class RunMetrics: Sendable {
  private let families: RunFamilies
  private let dimensions: CallDimensions
  private let genAI: GenAIMetrics?
  /// Guardrails, which the operator names.
  private let rule: LabelDimension

  /// Makes the families in `registry`, beside those of `calls`.
  public init(registry: MetricsRegistry, beside calls: CallMetrics) {
    families = RunFamilies(registry: registry)
    dimensions = calls.dimensions
    genAI = calls.genAI
    rule = LabelDimension(valuesMax: Guardrails.definitionsMax, registry: registry)
  }

  /// A guardrail has tripped, for the first time in its run, or after its cool-down again.
  public func tripped(_ trip: GuardrailTrip, agent: String, workflow: String) {
    let labels = TripLabels(
      rule: rule.value(trip.guardrail), action: trip.action, party: party(agent: agent, workflow: workflow))
    families.trips.resolve(labels).increment()
  }

  /// Something went wrong quietly.
  public func found(_ anomaly: Anomaly, agent: String, workflow: String) {
    let labels = AnomalyLabels(kind: anomaly.kind, party: party(agent: agent, workflow: workflow))
    families.anomalies.resolve(labels).increment()
  }

  /// A run has ended, or is told to have.
  public func ended(_ run: RunEnd) {
    let labels = WorkflowLabels(workflow: dimensions.workflow.value(run.workflow))
    let totals = run.tally.totals
    families.llmCalls.resolve(labels).observe(totals.llmCalls)
    families.toolCalls.resolve(labels).observe(totals.toolCalls)
    families.depth.resolve(labels).observe(Int64(run.tally.depth))
    families.duration.resolve(labels).observe(run.tally.clock.wallMicroseconds)
    families.cost.resolve(labels).observe(Int64(clamping: totals.costPicodollars / Self.picodollarsPerMicrodollar))
    genAI?.ended(
      agent: dimensions.agent.value(run.agent), llmCalls: totals.llmCalls, toolCalls: totals.toolCalls)
    for anomaly in run.anomalies { found(anomaly, agent: run.agent, workflow: run.workflow) }
  }

  private static let picodollarsPerMicrodollar: Int128 = 1_000_000

  private func party(agent: String, workflow: String) -> RunParty {
    RunParty(agent: dimensions.agent.value(agent), workflow: dimensions.workflow.value(workflow))
  }
}

/// The families of ``RunMetrics``.
private struct RunFamilies: Sendable {
  let trips: MetricFamily<TripLabels, Counter>
  let anomalies: MetricFamily<AnomalyLabels, Counter>
  let llmCalls: MetricFamily<WorkflowLabels, Histogram>
  let toolCalls: MetricFamily<WorkflowLabels, Histogram>
  let depth: MetricFamily<WorkflowLabels, Histogram>
  let duration: MetricFamily<WorkflowLabels, Histogram>
  let cost: MetricFamily<WorkflowLabels, Histogram>

  init(registry: MetricsRegistry) {
    trips = registry.counters(
      MetricDescriptor(
        "tollgate_guardrail_trips",
        help: "Limits of guardrails that runs reached, each once until its cool-down is over."),
      by: TripLabels.self)
    anomalies = registry.counters(
      MetricDescriptor("tollgate_anomalies", help: "Failures that nobody sees unless somebody looks."),
      by: AnomalyLabels.self)
    llmCalls = registry.histograms(
      MetricDescriptor("tollgate_run_llm_calls", help: "Calls of models of a run, at its end."), .callsOfRun,
      by: WorkflowLabels.self)
    toolCalls = registry.histograms(
      MetricDescriptor("tollgate_run_tool_calls", help: "Tool calls of a run, at its end."), .callsOfRun,
      by: WorkflowLabels.self)
    depth = registry.histograms(
      MetricDescriptor("tollgate_run_depth", help: "Agents above a run's deepest agent, at its end."), .depth,
      by: WorkflowLabels.self)
    duration = registry.histograms(
      MetricDescriptor(
        "tollgate_run_duration_seconds", unit: .seconds,
        help: "Time from a run's first call to the last thing that happened, at its end."), .runDuration,
      by: WorkflowLabels.self)
    cost = registry.histograms(
      MetricDescriptor("tollgate_run_cost_usd", unit: .usd, help: "Cost of a run in USD, at its end."), .runCost,
      by: WorkflowLabels.self)
  }
}
