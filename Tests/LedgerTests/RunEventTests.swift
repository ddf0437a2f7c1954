import Budgets
import Metering
import Runs
import Testing

@testable import Ledger

@Suite struct RunEventTests {
  private let scratch = Scratch()
  private let start = Timestamp.testStart

  private func record(_ ledger: Ledger, run: String = "r", after seconds: Int64 = 0) -> CallRecord {
    var record = CallRecord.sample(ledger.nextCallID(), startedAt: start.adding(seconds: seconds))
    record.run = run
    record.toolCalls = [ToolCall(id: "1", name: "search"), ToolCall(id: "2", name: "fetch")]
    record.serverToolCalls = [:]
    return record
  }

  private func event(_ kind: AnomalyKind, of call: CallID?, run: String = "r", after seconds: Int64 = 0) -> RunEvent {
    RunEvent(
      Anomaly(kind, tool: "search", value: 7, usual: UsualRange(median: 1, deviation: 2, most: 3, runs: 20)), run: run,
      call: call, agent: "a", workflow: "w", at: start.adding(seconds: seconds))
  }

  private func trip(of call: CallID?) -> RunEvent {
    RunEvent(
      GuardrailTrip(
        guardrail: "wide", kind: .fanout, action: .deny, run: "r", limit: 2, value: 3, tool: "search", at: start),
      call: call, agent: "a", workflow: "w")
  }

  @Test func `a tool is told what became of it by the call that answers it, once, and its run counts the errors`()
    async throws
  {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    let (asks, answers) = (record(ledger), record(ledger, after: 5))
    func answer(isError: Bool, took: Int64) -> AnsweredTool {
      AnsweredTool(
        call: asks.id, position: 1, answeredAt: answers.startedAt, isError: isError, tool: "fetch",
        tookMicroseconds: took)
    }
    // In one transaction, or in two: the row that asked comes first.
    ledger.settle(try ledger.admit(.sample(asks.id, startedAt: start)), as: asks)
    ledger.settle(
      try ledger.admit(.sample(answers.id, startedAt: start)), as: answers,
      answering: [answer(isError: true, took: 4_000_000)], toolErrors: 2)
    let again = record(ledger, after: 9)
    ledger.settle(
      try ledger.admit(.sample(again.id, startedAt: start)), as: again, answering: [answer(isError: false, took: 1)])
    _ = try await ledger.allCalls()
    let detail = try #require(try await ledger.runs.detail("r"))
    #expect(
      detail.tools[asks.id] == [
        RunTool(name: "search", id: "1"),
        RunTool(
          name: "fetch", id: "2",
          answer: RunTool.Answer(at: answers.startedAt, isError: true, tookMicroseconds: 4_000_000)),
      ])
    #expect(detail.run.toolErrors == 2, "one of the errors was of a call that nobody knows")
  }

  @Test func `what was noticed of a call is kept with its row, or not at all`() async throws {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    let call = record(ledger)
    ledger.settle(
      try ledger.admit(.sample(call.id, startedAt: start)), as: call,
      noting: [event(.cut, of: call.id), trip(of: call.id)])
    // The id has a row already: what was noticed with the other one is not kept.
    ledger.settle(
      try ledger.admit(.sample(call.id, startedAt: start)), as: call, noting: [event(.refusal, of: call.id)])
    _ = try await ledger.allCalls()
    let events = try await ledger.runs.events(of: call.id)
    #expect(events == [event(.cut, of: call.id), trip(of: call.id)])
    #expect(
      events.map(\.document) == [
        #"{"value":7,"usual":{"median":1,"deviation":2,"most":3,"runs":20}}"#,
        #"{"value":3,"limit":2,"tool":"search"}"#,
      ])
    #expect(try await ledger.runs.detail("r")?.events == events)
  }

  @Test func `events are listed by what is asked for, the newest first, a page at a time`() async throws {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    ledger.runs.note([event(.cut, of: nil), trip(of: nil)])
    ledger.runs.note([])
    ledger.runs.note([event(.refusal, of: nil, run: "other", after: 60)])
    // A job after those: they are written by then.
    try await ledger.runs.write([], seenAt: start, noting: [event(.cut, of: nil, after: 90)])
    func listed(_ change: (inout RunEventFilter) -> Void) async throws -> [String] {
      var filter = RunEventFilter()
      change(&filter)
      return try await ledger.runs.events(filter).map(\.event.kind.name)
    }
    #expect(try await listed { _ in } == ["reply_cut", "refusal", "reply_cut"])
    #expect(try await listed { $0.type = nil } == ["reply_cut", "refusal", "max_fanout", "reply_cut"])
    #expect(try await listed { $0.type = .trip } == ["max_fanout"])
    #expect(try await listed { $0.kind = "reply_cut" } == ["reply_cut", "reply_cut"])
    #expect(try await listed { $0.run = "other" } == ["refusal"])
    #expect(try await listed { $0.workflow = "x" } == [])
    #expect(
      try await listed {
        $0.agent = "a"; $0.from = start.adding(seconds: 60)
      } == ["reply_cut", "refusal"])
    #expect(try await listed { $0.to = start.adding(seconds: 60) } == ["reply_cut"])
    var page = RunEventFilter()
    page.limit = 1
    page.before = try await ledger.runs.events(page).last?.number
    #expect(try await ledger.runs.events(page).map(\.event.kind) == [.anomaly(.refusal)])
  }

  @Test func `more events than wait at most are lost, and the others are not`() {
    let queue = RunEventQueue()
    let many = Array(repeating: event(.cut, of: nil), count: RunEventQueue.eventsMax)
    #expect(queue.put([]) == (isFirst: false, lost: 0))
    #expect(queue.put(many) == (isFirst: true, lost: 0))
    #expect(queue.put([event(.cut, of: nil)]) == (isFirst: false, lost: 1))
    #expect(queue.take().count == RunEventQueue.eventsMax)
    #expect(queue.put([event(.cut, of: nil)]) == (isFirst: true, lost: 0))
  }

  @Test func `runs that failed are told from those that ended well, and from those nobody saw the end of`() async throws
  {
    let ledger = try openLedger(scratch.data)
    defer { ledger.close() }
    for (index, outcome) in [RunOutcome.ok, .unansweredTool, .unknown].enumerated() {
      let call = record(ledger, run: "\(index)", after: Int64(index))
      try ledger.put(call)
      let end = RunRecord.End(at: start.adding(seconds: 60), outcome: outcome.rawValue, document: "{}")
      try await ledger.runs.write([("\(index)", end)], seenAt: end.at)
    }
    try ledger.put(record(ledger, run: "live"))
    for (failed, runs) in [(true, ["1"]), (false, ["2", "0"])] {
      var filter = RunFilter()
      filter.hasFailed = failed
      #expect(try await ledger.runs.page(filter).map(\.id) == runs)
    }
  }
}
