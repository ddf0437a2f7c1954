import Budgets
import Metering
import Runs
import Testing

@testable import Ledger

@Suite struct ReliabilityTests {
  private let scratch = Scratch()
  private let start = Timestamp.testStart

  /// Settles a call, and ends its run unless no outcome is given.
  private func put(
    _ ledger: Ledger, run: String, after seconds: Int64, cost: Int64, outcome: RunOutcome?, workflow: String = "w",
    tool: String? = nil
  ) async throws -> CallRecord {
    var call = CallRecord.sample(ledger.nextCallID(), startedAt: start.adding(seconds: seconds))
    call.run = run
    call.workflow = workflow
    call.costPicodollars = cost
    call.toolCalls = tool.map { [ToolCall(id: "1", name: $0)] } ?? []
    try ledger.put(call)
    guard let outcome else { return call }
    let end = RunRecord.End(at: start.adding(seconds: seconds + 60), outcome: outcome.rawValue, document: "{}")
    try await ledger.runs.write([(run, end)], seenAt: end.at)
    return call
  }

  private func answer(_ call: CallRecord, isError: Bool, _ ledger: Ledger) throws {
    var next = CallRecord.sample(ledger.nextCallID(), startedAt: call.startedAt)
    next.workflow = call.workflow
    next.toolCalls = []
    let answer = AnsweredTool(
      call: call.id, position: 0, answeredAt: call.startedAt, isError: isError, tool: "t", tookMicroseconds: 1)
    ledger.settle(try ledger.admit(.sample(next.id, startedAt: next.startedAt)), as: next, answering: [answer])
  }

  @Test func `runs are judged by how they ended, and stand beside those of the time as long before`() async throws {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    // A hundred runs of 1 to 100 pico-dollars: the nearest rank of n percent is the n-th.
    for index in 1...100 {
      _ = try await put(
        ledger, run: "r\(index)", after: 100, cost: Int64(101 - index),
        outcome: index <= 7 ? .error : index <= 10 ? .unknown : index == 11 ? nil : .ok)
    }
    _ = try await put(ledger, run: "old", after: 99, cost: 5, outcome: .cut)
    _ = try await put(ledger, run: "older", after: -1, cost: 5, outcome: .ok)
    _ = try await put(ledger, run: "later", after: 200, cost: 5, outcome: .ok)
    _ = try await put(ledger, run: "else", after: 100, cost: 5, outcome: .ok, workflow: "x")
    let query = ReliabilityQuery(from: start.adding(seconds: 100), to: start.adding(seconds: 200))
    let report = try await ledger.runs.reliability(query)
    #expect(report.rows.map(\.workflow) == ["w", "x"])
    let (now, before) = (report.rows[0].current, report.rows[0].previous)
    #expect(now.runs == 100 && now.live == 1 && now.judged == 96 && now.well == 89)
    #expect(now.outcomes == [.error: 7, .unknown: 3, .ok: 89])
    #expect(now.cost == CostPercentiles(p50Picodollars: 50, p95Picodollars: 95, p99Picodollars: 99))
    #expect(now.costPicodollars == 5050 && now.llmCalls == 100)
    #expect(before.runs == 1 && before.outcomes == [.cut: 1] && before.cost?.p99Picodollars == 5)
    #expect(report.rows[1].previous == ReliabilityFigures())
    var one = query
    one.workflow = "x"
    #expect(try await ledger.runs.reliability(one).rows.map(\.workflow) == ["x"])
    one.workflow = "nobody's"
    #expect(try await ledger.runs.reliability(one).rows.isEmpty)
  }

  @Test func `tools are told by how often they failed, the worst first, and what was noticed is counted`() async throws
  {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    for (tool, errors) in [("good", [false, false]), ("bad", [true, false]), ("worse", [true, true]), ("lost", [])] {
      for isError in errors {
        try answer(
          try await put(ledger, run: tool, after: 1, cost: 1, outcome: nil, tool: tool), isError: isError, ledger)
      }
      if errors.isEmpty { _ = try await put(ledger, run: tool, after: 1, cost: 1, outcome: nil, tool: tool) }
    }
    let anomaly = RunEvent(
      Anomaly(.cut), run: "good", call: nil, agent: "a", workflow: "w", at: start.adding(seconds: 1))
    let trip = RunEvent(
      GuardrailTrip(
        guardrail: "g", kind: .cycle, action: .warn, run: "bad", limit: 1, value: 2, at: start.adding(seconds: 1)),
      call: nil, agent: "a", workflow: "w")
    try await ledger.runs.write([], seenAt: start, noting: [anomaly, anomaly, trip])
    let report = try await ledger.runs.reliability(ReliabilityQuery(from: start, to: start.adding(seconds: 2)))
    let figures = try #require(report.rows.first { $0.workflow == "w" }).current
    #expect(
      figures.tools == [
        ToolReliability(name: "worse", calls: 2, results: 2, errors: 2),
        ToolReliability(name: "bad", calls: 2, results: 2, errors: 1),
        ToolReliability(name: "good", calls: 2, results: 2, errors: 0),
        ToolReliability(name: "lost", calls: 1, results: 0, errors: 0),
      ])
    #expect(figures.anomalies == [.cut: 2] && figures.trips == [.cycle: 1])
  }

  @Test(arguments: [(1, [1, 1, 1]), (2, [1, 2, 2]), (3, [2, 3, 3]), (20, [10, 19, 20]), (1000, [500, 950, 990])])
  func `a percentile is a cost that there was`(count: Int, expected: [Int128]) throws {
    let costs = try #require(CostPercentiles((1...count).reversed().map { Int128($0) }))
    #expect([costs.p50Picodollars, costs.p95Picodollars, costs.p99Picodollars] == expected)
    #expect(CostPercentiles([]) == nil)
  }
}
