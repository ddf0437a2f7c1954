import Metering
import Testing

@testable import Observability

@Suite("What is known of runs that go on: where they stand, their agents, and the tools they wait for")
struct OpenTracesTests {
  private static let caller = TraceContext(traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
  private let traces = OpenTraces()

  private func time(_ seconds: Int64) -> Timestamp { Timestamp(unixMicroseconds: seconds * 1_000_000) }

  /// A call of a second.
  private func call(
    _ number: Int64, _ run: String = "42", at second: Int64 = 0, caller: TraceContext? = nil, outcome: Outcome = .ok
  ) -> TracedCall {
    var call = TracedCall(
      id: CallID(rawValue: number), place: TracePlace(caller: caller), operation: .chat, provider: "openai",
      serverAddress: "api.openai.com", serverPort: 443, agent: "a", workflow: "w", startedAt: time(second),
      outcome: outcome)
    call.durationMicroseconds = 1_000_000
    call.run = run
    call.model = "gpt-4.1"
    call.costPicodollars = 5
    call.tokens = TracedTokens(input: 10, cacheRead: 4, cacheCreation: 0, output: 3, reasoning: 0)
    return call
  }

  private func asks(_ names: String...) -> TracedTurn {
    TracedTurn(
      asked: names.enumerated().map { index, name in
        TracedTurn.Asked(
          id: UInt64(index + 1), nameID: UInt64(name.utf8.count), name: name, toolCallID: "call_\(index + 1)")
      })
  }

  private func answers(_ ids: UInt64..., failed: UInt64? = nil) -> TracedTurn {
    TracedTurn(results: ids.map { TracedTurn.Result(id: $0, nameID: nil, isError: $0 == failed) })
  }

  @discardableResult
  private func add(_ call: TracedCall, _ place: RunPlace? = nil, _ turn: TracedTurn = TracedTurn()) -> (
    call: TracedCall, tools: [TracedToolExecution]
  ) {
    var call = call
    let tools = traces.add(&call, of: call.run ?? "", at: place, turn: turn)
    return (call, tools)
  }

  private func place(_ node: String? = nil, under parent: String? = nil, parentRun: String? = nil) -> RunPlace {
    RunPlace(source: .explicit, parentRun: parentRun, node: node, parentNode: parent)
  }

  private func end(_ run: String = "42", outcome: String = "ok", startedAt: Int64 = 0) -> [TracedRun] {
    traces.end(
      TracedRunEnd(
        run: run, agent: "a", workflow: "w", startedAt: time(startedAt), endedAt: time(100), outcome: outcome))
  }

  @Test("The calls of a run stand below its span, which has what they came to once it ends")
  func run() throws {
    let calls = [call(1), call(2, at: 3), call(3, at: 4, outcome: .denied)].map { add($0, place(), asks("t")).call }
    let spans = end()
    let run = try #require(spans.first?.span)
    #expect(spans.count == 1)
    #expect(calls.allSatisfy { $0.span.parent?.spanID == run.spanID && $0.span.traceID == run.traceID })
    #expect(run.traceID == TraceID(ofRun: "42"))
    #expect(run.parent == nil)
    #expect(run.attributes[.runLLMCalls] == .integer(2))
    #expect(run.attributes[.runToolCalls] == .integer(2))
    #expect(run.attributes[.inputTokens] == .integer(20))
    #expect(run.attributes[.costUSD] == .text("0.00000000001"))
    #expect(run.attributes[.requestModel] == .text("gpt-4.1"))
    #expect(run.attributes[.providerName] == .text("openai"))
    #expect((run.startedAt, run.endedAt) == (time(0), time(100)))
    #expect(traces.count == 0)
  }

  @Test("A run that began before this process has its span, without figures that would be too small")
  func unknownBeginning() throws {
    add(call(1, at: 50))
    for spans in [end(startedAt: 10), end("other", startedAt: 10)] {
      let run = try #require(spans.first)
      #expect(run.span.startedAt == time(10))
      #expect(run.span.attributes[.runLLMCalls] == nil)
      #expect(run.span.attributes[.costUSD] == nil)
    }
    let below = traces.end(
      TracedRunEnd(run: "sub", parentRun: "up", startedAt: time(1), endedAt: time(2), outcome: "idle"))
    let span = try #require(below.first?.span)
    #expect(span.name == "invoke_agent")
    #expect(span.traceID == TraceID(ofRun: "up"))
    #expect(span.parent == SpanParent(SpanID(ofAgent: "up", run: "up")))
  }

  @Test("Each agent of a run has a span below the one that started it, and its own calls below that")
  func agents() throws {
    add(call(1), place())
    let first = add(call(2, at: 1), place("n1")).call
    let second = add(call(3, at: 2), place("n2", under: "n1")).call
    let orphan = add(call(4, at: 3), place("n3", under: "never seen")).call
    let spans = end()
    let nodes = Dictionary(uniqueKeysWithValues: spans.map { ($0.agentID ?? "", $0) })
    let root = try #require(nodes[""])
    #expect(nodes.keys.sorted() == ["", "n1", "n2", "n3"])
    #expect(nodes["n1"]?.span.parent?.spanID == root.span.spanID)
    #expect(nodes["n2"]?.span.parent?.spanID == nodes["n1"]?.span.spanID)
    #expect(nodes["n3"]?.span.parent?.spanID == root.span.spanID)
    #expect(first.span.parent?.spanID == nodes["n1"]?.span.spanID)
    #expect(second.span.parent?.spanID == nodes["n2"]?.span.spanID)
    #expect(orphan.span.parent?.spanID == nodes["n3"]?.span.spanID)
    #expect(root.llmCalls == 4)
    #expect(nodes["n2"]?.llmCalls == 1)
    #expect(nodes["n2"]?.startedAt == time(2))
    #expect(nodes["n2"]?.endedAt == time(3))
    #expect(Set(spans.map(\.span.spanID)).count == 4)
  }

  @Test("Agents may be seen before the one that started them; none stands below itself, whatever they say")
  func agentsInAnyOrder() throws {
    let parents = ["late": "early", "early": nil, "x": "y", "y": "x", "z": "y", "self": "self"]
    for (number, node) in ["late", "early", "x", "y", "z", "self"].enumerated() {
      add(call(Int64(number)), place(node, under: parents[node] ?? nil))
    }
    let spans = end()
    let nodes = Dictionary(uniqueKeysWithValues: spans.map { ($0.agentID ?? "", $0.span) })
    func parent(_ node: String) -> String? {
      nodes.first { $0.value.spanID == nodes[node]?.parent?.spanID }?.key
    }
    let found = ["late", "early", "x", "y", "z", "self"].map { parent($0) }
    #expect(found == ["early", "", "", "", "y", ""])
  }

  @Test("Runs below runs share the trace of the outermost one, each below the one that started it")
  func nested() throws {
    add(call(1, "a"), place())
    add(call(2, "b"), place(parentRun: "a"))
    let call = add(call(3, "c"), place(parentRun: "b")).call
    let spans = ["c", "b", "a"].flatMap { end($0) }.map(\.span)
    #expect(spans.map(\.traceID) == Array(repeating: TraceID(ofRun: "a"), count: 3))
    #expect(spans.map { $0.parent?.spanID } == [spans[1].spanID, spans[2].spanID, nil])
    #expect(call.span.parent?.spanID == spans[0].spanID)
  }

  @Test("A run that begins with the caller's trace joins it, and all that comes of it")
  func joined() throws {
    let caller = try #require(Self.caller)
    let first = add(call(1, caller: caller), place(), asks("search")).call
    let (second, tools) = add(call(2, at: 5), place(), answers(1))
    let below = add(call(3, "sub", at: 6), place(parentRun: "42")).call
    let run = try #require(end().first?.span)
    #expect(run.traceID == caller.traceID)
    #expect(run.parent == SpanParent(caller.spanID, isRemote: true))
    #expect(first.span.parent == SpanParent(caller.spanID, isRemote: true))
    #expect(second.span.parent?.spanID == run.spanID)
    #expect(tools.map(\.span.traceID) == [caller.traceID])
    #expect(([first, second, below].map(\.span.traceID)) == Array(repeating: caller.traceID, count: 3))
  }

  @Test("A tool is timed from the reply that asked to the request that answers, once")
  func tools() throws {
    let first = add(call(1), place(), asks("search", "read")).call
    let (_, answered) = add(call(2, at: 10), place(), answers(2, 1, failed: 1))
    #expect(answered.map(\.name) == ["read", "search"])
    #expect(answered.map(\.toolCallID) == ["call_2", "call_1"])
    #expect(answered.map(\.startedAt) == [time(1), time(1)])
    #expect(answered.map(\.endedAt) == [time(10), time(10)])
    #expect(answered.map(\.error) == [nil, "tool_error"])
    #expect(answered.map(\.call) == [first.id, first.id])
    #expect(add(call(3, at: 11), place(), answers(1, 2)).tools.isEmpty)
    #expect(add(call(4, "43", at: 11), place(), answers(1)).tools.isEmpty)
  }

  @Test("Results without ids answer the same agent's tools by their names, in their order")
  func withoutIDs() {
    var turn = asks("search", "read")
    for index in turn.asked.indices { turn.asked[index].id = nil }
    add(call(1), place("n"), turn)
    let named = TracedTurn(results: [TracedTurn.Result(id: nil, nameID: 4, isError: false)])
    #expect(add(call(2, at: 2), place("other"), named).tools.isEmpty)
    #expect(add(call(3, at: 3), place("n"), named).tools.map(\.name) == ["read"])
    let unnamed = TracedTurn(results: [TracedTurn.Result(id: nil, nameID: nil, isError: false)])
    #expect(add(call(4, at: 4), place("n"), unnamed).tools.map(\.name) == ["search"])
    // An id that a client made up, of a call that has none.
    add(call(5, at: 5), place("n"), turn)
    let invented = TracedTurn(results: [TracedTurn.Result(id: 99, nameID: 6, isError: false)])
    #expect(add(call(6, at: 6), place("n"), invented).tools.map(\.name) == ["search"])
  }

  @Test("What is kept is bounded; what was not used for the longest time goes first")
  func bounds() {
    let many = TracedTurn(
      asked: (0..<UInt64(1_000)).map { TracedTurn.Asked(id: $0, nameID: 0, name: "t", toolCallID: "\($0)") })
    for number in 0..<20_000 {
      add(call(Int64(number), "run-\(number)", at: Int64(number)), place("n"), number % 10 == 0 ? many : asks("t"))
    }
    #expect(traces.count <= 16 * OpenTraces.partRunsMax)
    #expect(traces.count > 1_000)
    #expect(add(call(1, "run-19999", at: 30_000), place("n"), answers(1)).tools.count == 1)
    #expect(add(call(2, "run-0", at: 30_000), place("n"), answers(1)).tools.isEmpty)
    for number in 0..<1_000 { add(call(Int64(number), "wide"), place("n\(number)")) }
    #expect(end("wide").count == 1 + OpenTrace.agentsMax)
  }

  @Test("Whatever calls say, every span's parent is a span of its trace or the caller's")
  func random() throws {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededGenerator(state: seed)
    let caller = try #require(Self.caller)
    let runs = ["a", "b", "c", "d"]
    let parents = ["b": "a", "c": "b"]
    let nodes: [String?] = [nil, "n1", "n2", "n3"]
    var spans: [TraceSpan] = []
    for number in 0..<300 {
      let run = runs[Int.random(in: 0..<4, using: &random)]
      // The parent's first call comes before.
      for above in [parents[run].flatMap { parents[$0] }, parents[run], run].compactMap(\.self) {
        let place = place(
          nodes[Int.random(in: 0..<4, using: &random)], under: nodes[Int.random(in: 0..<4, using: &random)],
          parentRun: parents[above])
        let call = call(
          Int64(spans.count), above, at: Int64(number), caller: Bool.random(using: &random) ? caller : nil)
        let (placed, tools) = add(call, place, TracedTurn(asked: asks("t").asked, results: answers(1).results))
        spans += [placed.span] + tools.map(\.span)
      }
    }
    spans += runs.flatMap { end($0) }.map(\.span)
    let known = Set(spans.map { SpanLink(traceID: $0.traceID, spanID: $0.spanID) })
    #expect(known.count == spans.count, "seed \(seed)")
    for span in spans {
      if let parent = span.parent {
        let link = SpanLink(traceID: span.traceID, spanID: parent.spanID)
        #expect(parent.isRemote ? parent.spanID == caller.spanID : known.contains(link), "seed \(seed)")
      }
      #expect(span.links.allSatisfy(known.contains), "seed \(seed)")
    }
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}
