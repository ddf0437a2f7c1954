import Budgets
import Dialects
import Metering
import Testing

@testable import Runs

@Suite("Quiet failures")
struct AnomalyTests {
  private static func facts(_ change: (inout ReplyFacts) -> Void) -> ReplyFacts {
    var facts = ReplyFacts()
    facts.isTerminal = true
    facts.hasContent = true
    facts.finishReason = "stop"
    change(&facts)
    return facts
  }

  private static func call(_ arguments: ToolArguments) -> ReplyFacts {
    facts {
      $0.finishReason = "tool_calls"
      $0.toolCalls = [ToolCall(id: "c", name: "f")]
      $0.toolCallCount = 1
      $0.toolArguments = [arguments]
    }
  }

  private static let undeclared: ToolArguments = {
    var arguments = ToolArguments(form: .object)
    arguments.isDeclared = false
    return arguments
  }()

  private static let misfit: ToolArguments = {
    var arguments = ToolArguments(form: .object)
    arguments.misfit = .missing
    return arguments
  }()

  private static let table: [(ReplyFacts, [AnomalyKind])] = [
    (facts { _ in }, []),
    (facts { $0.finishReason = "length" }, [.cut]),
    (facts { $0.finishReason = "SAFETY" }, [.contentFilter]),
    (facts { $0.finishReason = "refusal" }, [.refusal]),
    (facts { $0.hasRefusal = true }, [.refusal]),
    (facts { $0.hasContent = false }, [.emptyReply]),
    (
      facts {
        $0.hasContent = false
        $0.finishReason = "max_tokens"
      }, [.cut, .emptyReply]
    ),
    (facts { $0.errorCode = "overloaded_error" }, [.errorInSuccess]),
    (facts { $0.finishReason = "MALFORMED_FUNCTION_CALL" }, [.errorInSuccess]),
    (facts { $0.isTerminal = false }, [.missingEnd]),
    (call(ToolArguments(form: .object)), []),
    (call(ToolArguments(form: .text)), []),
    (call(.unknown), []),
    (call(ToolArguments(form: .notJSON)), [.argumentsNotJSON]),
    (call(ToolArguments(form: .notObject)), [.argumentsBreakSchema]),
    (call(misfit), [.argumentsBreakSchema]),
    (call(undeclared), [.undeclaredTool]),
  ]

  @Test("of replies are told by what the reply says", arguments: table)
  func replies(facts: ReplyFacts, kinds: [AnomalyKind]) {
    #expect(ReplyAnomalies.find(in: facts, status: 200, isModelText: true).map(\.kind) == kinds)
  }

  @Test("are none where nobody waits for more")
  func none() {
    let empty = Self.facts { $0.hasContent = false }
    #expect(ReplyAnomalies.find(in: empty, status: 200, isModelText: false).isEmpty)
    let cut = Self.facts { $0.finishReason = "max_tokens" }
    #expect(ReplyAnomalies.find(in: cut, status: 200, isModelText: true, outputTokensMax: 1).isEmpty)
    let broken = Self.facts { $0.isTerminal = false }
    #expect(ReplyAnomalies.find(in: broken, status: 200, isModelText: true, isAborted: true).isEmpty)
    let failed = Self.facts { $0.errorCode = "rate_limit_error" }
    #expect(ReplyAnomalies.find(in: failed, status: 429, isModelText: true).isEmpty)
  }

  @Test("are no missing end where the reply has none, as one without a body, or the opening of a socket")
  func noEnd() {
    let nothing = ReplyFacts()
    #expect(ReplyAnomalies.find(in: nothing, status: 202, isModelText: false, hasEnd: false).isEmpty)
    #expect(ReplyAnomalies.find(in: nothing, status: 101, isModelText: false).isEmpty)
    let empty = ReplyAnomalies.find(in: nothing, status: 200, isModelText: true, hasEnd: false)
    #expect(empty == [Anomaly(.emptyReply)])
  }

  @Test("have text forms of their own")
  func texts() {
    let texts = AnomalyKind.allCases.map(\.rawValue)
    #expect(Set(texts).count == texts.count)
    #expect(texts.allSatisfy { $0.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0 &- UInt8(ascii: "a") < 26 } })
  }

  @Test("of a tool are told when it has failed five times in a row, once, until it works again")
  func failingTool() throws {
    let play = try Play()
    var told: [Int] = []
    for turn in 0..<20 {
      // It works once in between.
      let (_, call) = play.ask(results: play.results(failed: turn != 12))
      let found = play.reply(call, [("f", UInt64(turn))])
      if !found.isEmpty { told.append(turn) }
      #expect(found.allSatisfy { $0 == Anomaly(.toolKeepsFailing, tool: "f", value: 5) })
    }
    #expect(told == [5, 17])
  }

  @Test("of a run that ends on a call that nobody answers are told at its end")
  func unanswered() throws {
    let play = try Play()
    _ = play.turn([("f", 1), ("g", 2)])
    let summary = try #require(play.close())
    #expect(summary.outcome == .unansweredTool)
    #expect(summary.anomalies == [Anomaly(.unansweredTool, value: 2)])
    #expect(!summary.outcome.isWell)
    #expect(play.close() == nil)
  }

  @Test("are none of a run for tools that stayed unanswered before its last reply, or below its first agent")
  func answeredInTheEnd() throws {
    let play = try Play()
    _ = play.turn([("f", 1)], conversation: [1])
    _ = play.turn(node: 2, [("g", 1)], conversation: [7])
    let sub = play.ask(node: 3, parent: 1, depth: 1, conversation: [8])
    let last = play.ask(conversation: [9])
    play.reply(last.call)
    play.reply(sub.call, node: 3, [("h", 1)])
    #expect(play.tally?.unansweredTools == 3)
    let other = play.ask(node: 2, conversation: [10])
    play.reply(other.call, node: 2, ending: .stop)
    let end = try #require(play.close())
    #expect(end.outcome == .ok && end.anomalies.isEmpty)
  }

  @Test(
    "of a run that ends on a tool that the model had to call, and that the run never answered, are none: it is the output"
  )
  func outputTools() throws {
    func end(_ steps: (Play) throws -> Void) throws -> RunEnd {
      let play = try Play()
      try steps(play)
      return try #require(play.close())
    }
    func turn(_ play: Play, _ tool: String, isForced: Bool) {
      var (_, call) = play.ask(results: play.results(), isForced: isForced)
      call.model = "m"
      play.reply(call, [(tool, 1)])
    }
    let output = try end { play in
      turn(play, "search", isForced: true)
      turn(play, "final_result", isForced: true)
    }
    #expect(output.outcome == .ok)
    #expect(output.anomalies.isEmpty)
    // What was answered before is executed by somebody.
    let search = try end { play in for _ in 0..<2 { turn(play, "search", isForced: true) } }
    #expect(search.outcome == .unansweredTool)
    let free = try end { play in turn(play, "final_result", isForced: false) }
    #expect(free.outcome == .unansweredTool)
  }

  /// In tenths of a cent, calls and milliseconds.
  private static func run(_ mills: Int64, _ calls: Int64, _ milliseconds: Int64) -> WorkflowHistory.Run {
    WorkflowHistory.Run(
      costPicodollars: mills * 1_000_000_000, llmCalls: calls, wallMicroseconds: milliseconds * 1_000)
  }

  @Test("of runs far above the usual are none where little is at stake")
  func little() {
    var history = WorkflowHistory()
    for _ in 0..<50 { history.add(.init(costPicodollars: 0, llmCalls: 1, wallMicroseconds: 10)) }
    let little = WorkflowHistory.Run(costPicodollars: 1_000_000_000, llmCalls: 5, wallMicroseconds: 1_000_000)
    #expect(history.anomalies(of: little).isEmpty)
    let more = WorkflowHistory.Run(costPicodollars: 1_000_000_001, llmCalls: 6, wallMicroseconds: 1_000_001)
    #expect(history.anomalies(of: more).count == 3)
  }

  @Test("of runs far above the usual are told with their numbers")
  func farAbove() throws {
    var history = WorkflowHistory()
    for run in 0..<19 {
      history.add(Self.run(100 + Int64(run), 5, 1_000))
    }
    let dear = Self.run(1_000, 5, 1_000)
    #expect(history.anomalies(of: dear).isEmpty)
    history.add(Self.run(119, 5, 1_000))
    // The median of 100 to 119 is 109, its deviation 5; three medians are more than 109 + 8.8956 × 5.
    #expect(
      history.anomalies(of: dear) == [
        Anomaly(
          .costFarAboveUsual, value: 1_000_000_000_000,
          usual: UsualRange(median: 109_000_000_000, deviation: 5_000_000_000, most: 327_000_000_000, runs: 20))
      ])
    #expect(history.anomalies(of: Self.run(327, 15, 3_000)).isEmpty)
    let all = history.anomalies(of: Self.run(328, 16, 3_001))
    #expect(all.map(\.kind) == [.costFarAboveUsual, .callsFarAboveUsual, .timeFarAboveUsual])
  }

  @Test("rest on the last runs only, and a few wild ones move nothing")
  func history() {
    var history = WorkflowHistory()
    for _ in 0..<500 { history.add(.init(costPicodollars: 1_000_000, llmCalls: 1, wallMicroseconds: 1)) }
    for run in 0..<200 {
      let isWild = run % 10 == 0
      history.add(.init(costPicodollars: isWild ? .max : 100_000_000_000, llmCalls: 1, wallMicroseconds: 1))
    }
    #expect(history.count == WorkflowHistory.runsMax)
    #expect(
      history.anomalies(of: Self.run(301, 1, 1)).first?.usual?.median == 100_000_000_000)
    #expect(history.anomalies(of: Self.run(300, 1, 1)).isEmpty)
  }

  @Test("decide how a run ended")
  func outcomes() {
    let table: [(ReplyEnding?, RunFailure?, Bool, RunOutcome)] = [
      (.stop, nil, false, .ok), (.toolUse, nil, false, .ok), (.toolUse, nil, true, .unansweredTool),
      (.stop, nil, true, .unansweredTool), (.length, nil, false, .cut), (.contentFilter, nil, false, .contentFilter),
      (.refusal, nil, false, .refusal), (.error, nil, false, .error), (.missing, nil, false, .missingEnd),
      (.stop, .guardrail, true, .guardrail), (.stop, .budget, false, .budget), (.stop, .aborted, false, .aborted),
      (.stop, .error, false, .error), (nil, nil, false, .none),
    ]
    for (ending, failure, awaitsTools, outcome) in table {
      #expect(RunOutcome(ending: ending, failure: failure, awaitsTools: awaitsTools) == outcome)
    }
  }

  @Test("of runs that make room are told as those of any that ends, those of a single call first")
  func room() throws {
    var monitor = RunMonitor(bytesMax: 1 << 16)
    var now: Int64 = 0
    func call(_ number: Int64, isWaiting: Bool, _ monitor: inout RunMonitor) {
      now += 1
      let call = BudgetCall(id: CallID(rawValue: now), agent: "a", workflow: "w", run: "r\(number)", provider: "p")
      let slot = RunSlot(place: UInt32(number), generation: 7)
      let tool = RunToolCall(id: Fingerprint(bits: 1), tool: "t", name: Fingerprint(bits: 2), arguments: 3)
      let time = Timestamp(unixMicroseconds: now)
      _ = monitor.admit(RunRequest(call: call.id, node: Fingerprint(bits: 1)), call, in: slot, at: time)
      _ = monitor.end(call, in: slot, RunReply(toolCalls: isWaiting ? [tool] : []), at: time)
    }
    // Ten that go on, or wait for their tools, and stay.
    for number in Int64(0)..<5 { for _ in 0..<2 { call(number, isWaiting: false, &monitor) } }
    for number in Int64(5)..<10 { call(number, isWaiting: true, &monitor) }
    for number in Int64(10)..<300 {
      call(number, isWaiting: false, &monitor)
      let bytes = monitor.bytes
      #expect(bytes <= 1 << 16)
    }
    let left = monitor.count
    try #require(left > 30 && left < 290, "\(left)")
    let ended = monitor.takeEnded()
    #expect(ended.map(\.run) == (10..<310 - left).map { "r\($0)" })
    #expect(ended.allSatisfy { $0.outcome == .ok })
    // Then it is the turn of those that nothing happened to for longest.
    for number in Int64(300)..<600 { call(number, isWaiting: true, &monitor) }
    let others = monitor.takeEnded()
    #expect(others.map(\.run).prefix(left) == ((310 - left..<300).map { "r\($0)" } + (0..<10).map { "r\($0)" })[...])
  }

  @Test("of runs of callers who name theirs alike are kept apart, and released together")
  func namesakes() throws {
    let guardrails = try Guardrails([
      GuardrailDefinition(name: "g", limits: [GuardrailLimit(.llmCalls, 1)], action: .deny)
    ])
    var monitor = RunMonitor(guardrails: guardrails)
    func passes(_ id: Int64, _ slot: UInt32, _ monitor: inout RunMonitor) -> Bool {
      let call = Play.call(id)
      let request = RunRequest(call: call.id, node: Fingerprint(bits: 1))
      let run = RunSlot(place: slot, generation: 0)
      return monitor.admit(request, call, in: run, at: Timestamp(unixMicroseconds: id)).answer.passes
    }
    let before = [passes(1, 1, &monitor), passes(2, 2, &monitor), passes(3, 1, &monitor)]
    #expect(before == [true, true, false])
    let now = Timestamp(unixMicroseconds: 9)
    let kept = monitor.release(Play.run, GuardrailRelease(guardrail: "g", amount: 1), at: now)
    #expect(kept == [KeptGuardrail(guardrail: "g", kind: .llmCalls, granted: 1)])
    let after = [passes(4, 1, &monitor), passes(5, 2, &monitor), passes(6, 2, &monitor)]
    #expect(after == [true, true, false])
    let other = monitor.release("other", GuardrailRelease(guardrail: "g", amount: 1), at: now)
    #expect(other.isEmpty)
  }
}
