import Budgets
import Metering
import Runs
import Testing

@testable import Ledger

/// What a process finds of the runs that the one before left.
@Suite struct KeptRunTests {
  private let scratch = Scratch()
  private let start = Timestamp.testStart

  /// A call of a run that began so many seconds after the first: 2.5 s, two tools, one of the provider's, 3 results.
  private func record(
    _ ledger: Ledger, run: String = "r", after seconds: Int64, _ change: (inout CallRecord) -> Void = { _ in }
  ) -> CallRecord {
    var record = CallRecord.sample(ledger.nextCallID(), startedAt: start.adding(seconds: seconds))
    record.run = run
    record.place = RunPlace(source: .explicit, parentRun: "above", depth: 1)
    change(&record)
    return record
  }

  private func settle(
    _ ledger: Ledger, _ record: CallRecord, isModelCall: Bool = true, answering answers: [AnsweredTool] = [],
    toolErrors: Int = 0
  ) throws {
    var admission = Admission.sample(record.id, startedAt: record.startedAt)
    admission.run = record.run
    ledger.settle(
      try ledger.admit(admission), as: record, isModelCall: isModelCall, answering: answers, toolErrors: toolErrors)
  }

  private func end(_ ledger: Ledger, _ run: String, after seconds: Int64) async throws {
    let end = RunRecord.End(at: start.adding(seconds: seconds), outcome: "ok", document: "{}")
    try await ledger.runs.write([(run, end)], seenAt: end.at)
  }

  @Test func `a run that goes on is what its calls came to, with its tools by name`() async throws {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    let first = record(ledger, after: 0)
    try settle(ledger, first)
    let answer = AnsweredTool(
      call: first.id, position: 0, answeredAt: start, isError: true, tool: "read_file", tookMicroseconds: 7_000)
    let second = record(ledger, after: 10) {
      $0.place?.depth = 3
      $0.place?.isRetry = true
      $0.toolCalls = [ToolCall(id: "t", name: "shell")]
      $0.usage = Usage()
      $0.usage[.output] = .max
      $0.team = "ops"
      $0.model = "newest"
    }
    try settle(ledger, second, answering: [answer], toolErrors: 2)
    let fetched = record(ledger, after: 20) {
      $0.toolCalls = []
      $0.serverToolCalls = [:]
      $0.toolResults = 0
    }
    try settle(ledger, fetched, isModelCall: false)
    let served = record(ledger, after: 30) {
      $0.dialect = "mcp"
      $0.costPicodollars = nil
      $0.serverToolCalls = [:]
      $0.toolResults = 0
    }
    try settle(ledger, served, isModelCall: false)
    try await end(ledger, "nobody", after: 0)
    let run = try #require(try await ledger.runs.live(max: 10).first)
    #expect(run.run == "r" && run.key == "k-17" && run.parentRun == "above")
    #expect(run.call.team == nil && run.call.model == "claude-sonnet-5" && run.call.provider == "anthropic")
    #expect(run.startedAt == start && run.lastAt.unixMicroseconds - start.unixMicroseconds == 32_500_000)
    #expect(run.depthOfFirst == 1 && run.depth == 3)
    let totals = run.totals
    #expect(totals.llmCalls == 2 && totals.retries == 1)
    #expect(totals.toolCalls == 3 && totals.width == 2, "those that are called through Tollgate were asked for before")
    #expect(totals.toolResults == 6 && totals.toolErrors == 2)
    #expect(totals.costPicodollars == 3 * 123_456_789_012)
    #expect(totals.modelWorkMicroseconds == 5_000_000)
    #expect(totals.tokens == .max, "a count that a peer made up ends at the largest number")
    let tools = Dictionary(uniqueKeysWithValues: run.tools.map { ($0.name, $0.measures) })
    #expect(Set(tools.keys) == ["read_file", "shell"])
    #expect(tools["read_file"]?.calls == 2 && tools["read_file"]?.results == 1 && tools["read_file"]?.errors == 1)
    #expect(tools["read_file"]?.timeMicroseconds == 7_000 && tools["shell"]?.calls == 1)
    let row = try #require(try await ledger.runs.run("r"))
    #expect(row.llmCalls == 2 && row.toolCalls == 3)
  }

  @Test func `runs of one name are told apart by their keys`() async throws {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    try settle(ledger, record(ledger, after: 0) { $0.virtualKey = "one" })
    for seconds in [5, 6] as [Int64] {
      try settle(
        ledger,
        record(ledger, after: seconds) {
          $0.virtualKey = nil
          $0.upstreamKeyID = nil
        })
    }
    try await end(ledger, "nobody", after: 0)
    let runs = try await ledger.runs.live(max: 10)
    #expect(runs.map(\.key) == ["one", nil])
    #expect(runs.map(\.totals.llmCalls) == [1, 2])
    #expect(runs.map(\.call.key) == ["one", nil])
  }

  @Test func `a run of a virtual key is one, whatever keys of providers it was sent on with`() async throws {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    for (place, upstream) in ["one", "two", nil].enumerated() {
      var call = record(ledger, after: Int64(place))
      call.virtualKey = "prod"
      call.upstreamKeyID = upstream
      try settle(ledger, call)
    }
    try await end(ledger, "nobody", after: 0)
    let runs = try await ledger.runs.live(max: 10)
    #expect(runs.map(\.key) == ["prod"] && runs.map(\.totals.llmCalls) == [3])
  }

  @Test func `what was in flight when a run ended does not put back where it goes on`() async throws {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    try settle(ledger, record(ledger, after: 0))
    try await end(ledger, "r", after: 60)
    try settle(ledger, record(ledger, after: 90))
    try settle(ledger, record(ledger, after: 30))
    try await end(ledger, "nobody", after: 0)
    let run = try #require(try await ledger.runs.live(max: 10).first)
    #expect(run.totals.llmCalls == 1 && run.startedAt == start.adding(seconds: 90))
  }

  @Test func `a run that ended once and goes on is what it came to since, and one that has ended is none`() async throws
  {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    let limit = KeptGuardrail(guardrail: "g", kind: .cost, granted: 5, releasedUntil: start.adding(seconds: 900))
    let change = AuditedChange(actor: "anna", action: "run.release", subject: "r")
    for run in ["r", "ended"] { try settle(ledger, record(ledger, run: run, after: 0)) }
    try await ledger.runs.keep([limit], of: "r", at: start.adding(seconds: 1), audit: change)
    for run in ["r", "ended"] { try await end(ledger, run, after: 60) }
    #expect(try await ledger.runs.live(max: 10).isEmpty)
    for seconds in [90, 100] as [Int64] { try settle(ledger, record(ledger, after: seconds)) }
    try await end(ledger, "nobody", after: 0)
    let run = try #require(try await ledger.runs.live(max: 10).first)
    #expect(run.totals.llmCalls == 2 && run.startedAt == start.adding(seconds: 90))
    #expect(run.guardrails.isEmpty, "what was released was the run's that ended")
    try await ledger.runs.keep([limit], of: "r", at: start.adding(seconds: 70), audit: change)
    let later = try await ledger.runs.live(max: 10).first
    #expect(later?.guardrails.isEmpty == true, "also where that was idle still")
    #expect(try await ledger.runs.run("r")?.llmCalls == 3)
  }

  @Test func `what people were told and what they released is kept, and what is released is told anew`() async throws {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    try settle(ledger, record(ledger, after: 0))
    func trip(_ kind: GuardrailLimit.Kind, after seconds: Int64) -> RunEvent {
      let at = start.adding(seconds: seconds)
      return RunEvent(
        GuardrailTrip(guardrail: "g", kind: kind, action: .deny, run: "r", limit: 1, value: 2, at: at), call: nil,
        agent: "a", workflow: "w")
    }
    ledger.runs.note([trip(.cost, after: 5), trip(.llmCalls, after: 6), trip(.llmCalls, after: 9)])
    let released = KeptGuardrail(guardrail: "g", kind: .cost, granted: 5)
    let change = AuditedChange(actor: "anna", action: "run.release", subject: "r")
    try await ledger.runs.keep([released], of: "r", at: start.adding(seconds: 20), audit: change)
    _ = try await ledger.runs.events(RunEventFilter())
    let run = try #require(try await ledger.runs.live(max: 10).first)
    #expect(
      Set(run.guardrails)
        == [released, KeptGuardrail(guardrail: "g", kind: .llmCalls, lastToldAt: start.adding(seconds: 9))])
    #expect(try await ledger.credentials.audit(AuditFilter()).map(\.change) == [change])
  }

  @Test func `no more runs are read than are asked for: those with the newest calls, the oldest of them first`()
    async throws
  {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    for (place, run) in ["a", "b", "c"].enumerated() {
      try settle(ledger, record(ledger, run: run, after: Int64(place) * 10))
    }
    try await end(ledger, "nobody", after: 0)
    #expect(try await ledger.runs.live(max: 2).map(\.run) == ["b", "c"])
    for (place, run) in ["a", "b", "c"].enumerated() { try await end(ledger, run, after: Int64(place) * 10 + 5) }
    let past = try await ledger.runs.past(max: 2)
    #expect(past.map(\.workflow) == ["nightly", "nightly"])
    #expect(
      past.first?.figures
        == WorkflowHistory.Run(costPicodollars: 123_456_789_012, llmCalls: 1, wallMicroseconds: 2_500_000))
  }
}
