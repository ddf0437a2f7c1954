import Metering
import Runs

@testable import Ledger

/// A run whose only call has a tool that failed, and in which every field says something.
func exampleRun() -> RunDetail {
  let call = exampleCall()
  let anomaly = Anomaly(.toolKeepsFailing, tool: "search", value: 5)
  return RunDetail(
    run: RunRecord(
      id: "42", startedAt: call.startedAt, lastAt: call.startedAt, agent: "researcher", workflow: "nightly",
      source: .explicit, parentRun: "41", llmCalls: 1, errors: 0, retries: 0, toolCalls: 1, serverToolCalls: 3,
      toolResults: 3, toolErrors: 1, unpricedCalls: 0, costPicodollars: 5, inputTokens: 1, outputTokens: 2,
      modelMicroseconds: 3, depth: 3, fanoutMax: 1),
    calls: [call], callCount: 1,
    tools: [
      call.id: [
        RunTool(
          name: "search", id: "toolu_1",
          answer: RunTool.Answer(at: call.startedAt, isError: true, tookMicroseconds: 1_500))
      ]
    ],
    events: [
      RunEvent(
        anomaly, run: "42", call: call.id, agent: "researcher", workflow: "nightly", at: call.startedAt)
    ], children: [])
}

/// A workflow with one run that failed, and none before.
func exampleReliability() -> ReliabilityReport {
  var figures = ReliabilityFigures()
  figures.runs = 1
  figures.outcomes = [.error: 1]
  figures.cost = CostPercentiles(p50Picodollars: 1, p95Picodollars: 2, p99Picodollars: 3)
  figures.tools = [ToolReliability(name: "search", calls: 2, results: 2, errors: 1)]
  figures.anomalies = [.cut: 1]
  figures.trips = [.fanout: 1]
  let time = Timestamp(unixMicroseconds: 1_700_000_000_000_000)
  return ReliabilityReport(
    query: ReliabilityQuery(from: time, to: Timestamp(unixMicroseconds: 1_700_000_000_000_001)),
    rows: [WorkflowReliability(workflow: "nightly", current: figures)])
}
