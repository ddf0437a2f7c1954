import Budgets
import Metering
import Testing

@testable import Ledger

@Suite struct RunTests {
  private let scratch = Scratch()
  private let start = Timestamp.testStart

  /// A call of a run that began so many seconds after the first.
  private func record(_ ledger: Ledger, run: String?, after seconds: Int64, depth: Int = 0) -> CallRecord {
    var record = CallRecord.sample(ledger.nextCallID(), startedAt: start.adding(seconds: seconds))
    record.run = run
    record.place = run.map { _ in RunPlace(source: .messages, parentRun: "above", node: "n", depth: depth) }
    return record
  }

  private func settle(_ ledger: Ledger, _ records: [CallRecord]) throws {
    for record in records {
      var admission = Admission.sample(record.id, startedAt: record.startedAt)
      admission.run = record.run
      ledger.settle(try ledger.admit(admission), as: record)
    }
  }

  /// Waits until what was settled is in the file.
  private func commit(_ ledger: Ledger) async throws {
    try await ledger.runs.write(
      [("nobody", RunRecord.End(at: start, outcome: "completed", document: "{}"))], seenAt: start)
  }

  @Test func `a run is what its calls came to, and is called what its first call said`() async throws {
    let ledger = try openLedger(scratch.data)
    var first = record(ledger, run: "r", after: 0)
    first.agent = "lead"
    var second = record(ledger, run: "r", after: 10, depth: 2)
    second.outcome = .upstreamError
    second.place?.isRetry = true
    second.costSource = .unpriced
    second.costPicodollars = nil
    second.usage[.input] = .max
    // Calls are settled in the order in which they end.
    try settle(ledger, [second, first, record(ledger, run: nil, after: 0)])
    try await commit(ledger)
    let run = try #require(try await ledger.runs.run("r"))
    #expect(run.agent == "lead" && run.source == .messages && run.parentRun == "above")
    #expect(run.startedAt == start && run.wallMicroseconds == 12_500_000)
    #expect(run.llmCalls == 2 && run.errors == 1 && run.retries == 1 && run.unpricedCalls == 1)
    #expect(run.toolCalls == 4 && run.serverToolCalls == 4 && run.toolResults == 6 && run.fanoutMax == 2)
    #expect(run.costPicodollars == 123_456_789_012 && run.depth == 2 && run.modelMicroseconds == 5_000_000)
    #expect(run.inputTokens == .max, "a count that a peer made up ends at the largest number")
    #expect(run.outputTokens == 900 && run.end == nil)
    #expect(try await ledger.runs.page(RunFilter()).count == 1)
    ledger.close()
  }

  @Test func `a run that has ended goes on with its next call, and an end that comes late is none`() async throws {
    let ledger = try openLedger(scratch.data)
    try settle(ledger, [record(ledger, run: "r", after: 0)])
    let end = RunRecord.End(at: start.adding(seconds: 60), outcome: "completed", document: #"{"x":1}"#)
    try await ledger.runs.write([("r", end), ("unknown", end)], seenAt: end.at)
    #expect(try await ledger.runs.run("r")?.end == end)
    var live = RunFilter()
    live.isLive = true
    #expect(try await ledger.runs.page(live).isEmpty)
    try settle(ledger, [record(ledger, run: "r", after: 90)])
    try await ledger.runs.write([("r", end)], seenAt: end.at)
    #expect(try await ledger.runs.page(live).map(\.end) == [nil])
    ledger.close()
  }

  @Test func `a call that was in flight when its run was ended does not open the run again`() async throws {
    let ledger = try openLedger(scratch.data)
    try settle(ledger, [record(ledger, run: "r", after: 0), record(ledger, run: "s", after: 0)])
    let end = RunRecord.End(at: start.adding(seconds: 4), outcome: "ok", document: "{}")
    try await ledger.runs.write([("r", end)], seenAt: start.adding(seconds: 5))
    // They take two seconds and a half.
    try settle(ledger, [record(ledger, run: "r", after: 3), record(ledger, run: "s", after: 3)])
    try await ledger.runs.write([("s", end)], seenAt: start.adding(seconds: 5))
    for run in ["r", "s"] {
      let row = try #require(try await ledger.runs.run(run))
      #expect(row.end == end && row.llmCalls == 2)
    }
    // The next one of its name does, also where both are settled at a time.
    try settle(ledger, [record(ledger, run: "r", after: 3), record(ledger, run: "r", after: 6)])
    try await commit(ledger)
    #expect(try await ledger.runs.run("r")?.end == nil)
    ledger.close()
  }

  @Test func `an end that nobody saw takes the place of none`() async throws {
    let ledger = try openLedger(scratch.data)
    try settle(ledger, [record(ledger, run: "r", after: 0), record(ledger, run: "s", after: 0)])
    let seen = RunRecord.End(at: start.adding(seconds: 4), outcome: "cut", document: #"{"x":1}"#)
    let unseen = RunRecord.End(at: start.adding(seconds: 4), outcome: "unknown", document: "{}")
    try await ledger.runs.write([("r", seen)], seenAt: start.adding(seconds: 5))
    try await ledger.runs.write([("r", unseen), ("s", unseen)], seenAt: start.adding(seconds: 1_800))
    #expect(try await ledger.runs.run("r")?.end == seen)
    #expect(try await ledger.runs.run("s")?.end == unseen)
    ledger.close()
  }

  @Test func `runs are listed by what is asked for`() async throws {
    let ledger = try openLedger(scratch.data)
    for (index, run) in ["a", "b", "c"].enumerated() {
      var call = record(ledger, run: run, after: Int64(index))
      call.workflow = index == 2 ? "other" : "nightly"
      call.costPicodollars = [5_000_000_000_000, 90_000_000_000_000, -1][index]
      call.toolCalls = Array(repeating: ToolCall(id: "t", name: "t"), count: [3, 2, 1][index])
      try settle(ledger, [call])
    }
    let end = RunRecord.End(at: start.adding(seconds: 90), outcome: "failed", document: "{}")
    try await ledger.runs.write([("a", end)], seenAt: end.at)
    func listed(_ change: (inout RunFilter) -> Void) async throws -> [String] {
      var filter = RunFilter()
      change(&filter)
      return try await ledger.runs.page(filter).map(\.id)
    }
    #expect(try await listed { _ in } == ["c", "b", "a"])
    #expect(try await listed { $0.order = .cost } == ["b", "a", "c"])
    #expect(try await listed { $0.order = .fanout } == ["a", "b", "c"])
    #expect(
      try await listed {
        $0.offset = 1; $0.limit = 1
      } == ["b"])
    #expect(try await listed { $0.workflow = "nightly" } == ["b", "a"])
    #expect(try await listed { $0.outcome = "failed" } == ["a"])
    #expect(
      try await listed {
        $0.parentRun = "above"; $0.isLive = true
      } == ["c", "b"])
    #expect(
      try await listed {
        $0.from = start.adding(seconds: 1); $0.to = start.adding(seconds: 2)
      } == ["b"])
    ledger.close()
  }

  @Test func `what is booked for a call is booked for its run`() async throws {
    let ledger = try openLedger(scratch.data)
    let call = record(ledger, run: "r", after: 0)
    try settle(ledger, [call])
    _ = try await ledger.books.book(
      Correction(target: .call(call.id), deltaPicodollars: -23_456_789_012, reason: "credit", who: "anna"), by: "anna")
    #expect(try await ledger.runs.run("r")?.costPicodollars == 100_000_000_000)
    ledger.close()
  }

  @Test func `links are kept in their order, or in the place of all, under one secret`() async throws {
    var ledger = try openLedger(scratch.data)
    let first = try #require(ledger.takeRunLinks())
    #expect(first.batches.isEmpty && ledger.takeRunLinks() == nil)
    for batch: [UInt8] in [[1, 0, 255], [], [2]] { try await ledger.runs.keep(links: batch) }
    ledger.close()
    ledger = try openLedger(scratch.data)
    let kept = try #require(ledger.takeRunLinks())
    #expect(kept.secretLow == first.secretLow && kept.secretHigh == first.secretHigh)
    #expect(kept.batches == [[1, 0, 255], [], [2]])
    try await ledger.runs.keep(links: [9], inPlaceOfAll: true)
    ledger.close()
    ledger = try openLedger(scratch.data)
    #expect(ledger.takeRunLinks()?.batches == [[9]])
    ledger.close()
  }

  @Test func `runs of a file of an older version are made of its calls`() async throws {
    var ledger = try openLedger(scratch.data)
    let calls = [
      record(ledger, run: "r", after: 0), record(ledger, run: "r", after: 10), record(ledger, run: nil, after: 0),
    ]
    try settle(ledger, calls)
    try await commit(ledger)
    ledger.close()
    try withDatabase(scratch.data + "/ledger.sqlite") { connection in
      try execute(
        connection,
        """
        DROP TABLE run_releases; ALTER TABLE calls DROP COLUMN is_model_call;
        ALTER TABLE holds DROP COLUMN guardrail; ALTER TABLE holds DROP COLUMN guardrail_limit;
        ALTER TABLE holds DROP COLUMN tool; ALTER TABLE holds DROP COLUMN period;
        DROP TABLE runs; DROP TABLE run_links; DROP TABLE run_events; DROP INDEX calls_by_run;
        ALTER TABLE tool_calls DROP COLUMN answered_at; ALTER TABLE tool_calls DROP COLUMN is_error;
        ALTER TABLE tool_calls DROP COLUMN took_us;
        ALTER TABLE calls DROP COLUMN run_source; ALTER TABLE calls DROP COLUMN parent_run;
        ALTER TABLE calls DROP COLUMN node; ALTER TABLE calls DROP COLUMN parent_node;
        ALTER TABLE calls DROP COLUMN depth; ALTER TABLE calls DROP COLUMN is_retry;
        PRAGMA user_version = \(Schema.version - 4);
        """)
    }
    ledger = try openLedger(scratch.data)
    let run = try #require(try await ledger.runs.run("r"))
    #expect(run.llmCalls == 2 && run.toolCalls == 4 && run.costPicodollars == 2 * 123_456_789_012)
    #expect(run.agent == "claude-code/Explore" && run.source == nil && run.wallMicroseconds == 12_500_000)
    ledger.close()
  }
}
