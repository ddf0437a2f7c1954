import Budgets
import Dialects
import Metering
import Runs
import Testing

@Suite("A run's tally")
struct RunTallyTests {
  @Test("counts tools from replies and results from tails, each once")
  func counts() throws {
    let play = try Play()
    _ = play.turn([("read", 1), ("read", 2), ("write", 3)])
    play.wait(seconds: 2)
    let results = play.results()
    let first = play.ask(results: results, conversation: [7])
    // The SDK sends the same again while the first is in flight.
    let again = play.ask(results: results, conversation: [7])
    play.wait(seconds: 1)
    play.reply(first.call)
    play.reply(again.call)
    // The history goes on: old results are not in the tail, and if a client sends them, they are known.
    _ = play.ask(results: results, conversation: [8])
    let tally = try #require(play.tally)
    #expect(tally.totals.llmCalls == 4)
    #expect(tally.totals.toolCalls == 3)
    #expect(tally.totals.toolResults == 3)
    #expect(tally.totals.width == 3)
    #expect(tally.totals.repeats == 0)
    #expect(tally.toolsByName.map(\.name) == ["read", "write"])
    #expect(tally.toolsByName.map(\.measures.calls) == [2, 1])
    #expect(tally.toolsByName.map(\.measures.timeMicroseconds) == [4_000_000, 2_000_000])
    #expect(tally.toolsByName.map(\.measures.longestMicroseconds) == [2_000_000, 2_000_000])
  }

  @Test("counts results without ids by their names, in order, and not again where the conversation is sent again")
  func withoutIDs() throws {
    let play = try Play()
    let (_, call) = play.ask(conversation: [1])
    let name = Play.name("f")
    let reply = RunReply(
      toolCalls: [
        RunToolCall(id: nil, tool: "f", name: name, arguments: 1),
        RunToolCall(id: nil, tool: "f", name: name, arguments: 2),
      ], ending: .toolUse)
    _ = play.monitor.end(call, in: Play.slot, reply, at: play.time)
    let results = [ToolResultFacts(name: name), ToolResultFacts(name: name, failure: .errorText)]
    _ = play.ask(results: results, conversation: [2])
    _ = play.ask(results: results, conversation: [2])
    let tally = try #require(play.tally)
    #expect(tally.totals.toolResults == 2)
    #expect(tally.totals.toolErrors == 1)
    #expect(tally.unansweredTools == 0)
  }

  @Test("tells which tool of which call each result answers, once")
  func answered() throws {
    let play = try Play()
    let (_, first) = play.ask()
    play.reply(first, [("a", 1), ("b", 2)])
    play.wait(seconds: 3)
    let request = RunRequest(
      call: CallID(rawValue: 77), node: Fingerprint(bits: 1), results: play.results(failed: true).reversed())
    let answered = play.monitor.admit(request, Play.call(77), in: Play.slot, at: play.time).answered
    let time = play.time
    #expect(
      answered == [
        AnsweredTool(
          call: first.id, position: 1, answeredAt: time, isError: true, tool: "b", tookMicroseconds: 3_000_000),
        AnsweredTool(
          call: first.id, position: 0, answeredAt: time, isError: true, tool: "a", tookMicroseconds: 3_000_000),
      ])
    let again = RunRequest(call: CallID(rawValue: 78), node: Fingerprint(bits: 1), results: play.results())
    let known = play.monitor.admit(again, Play.call(78), in: Play.slot, at: play.time).answered
    #expect(known.isEmpty)
  }

  @Test("counts an id that is used again as a call of its own")
  func reusedIDs() throws {
    let play = try Play()
    let id = Fingerprint(bits: 99)
    for turn in 0..<3 {
      let results = turn == 0 ? [] : [ToolResultFacts(call: id)]
      let (_, call) = play.ask(results: results)
      let tool = RunToolCall(id: id, tool: "f", name: Play.name("f"), arguments: UInt64(turn))
      _ = play.monitor.end(call, in: Play.slot, RunReply(toolCalls: [tool], ending: .toolUse), at: play.time)
    }
    #expect(play.tally?.totals.toolResults == 2)
    #expect(play.tally?.totals.toolCalls == 3)
  }

  @Test("counts a result whose call was never seen, once")
  func unknownResults() throws {
    let play = try Play()
    let results = [ToolResultFacts(call: Fingerprint(bits: 5)), ToolResultFacts(call: Fingerprint(bits: 6))]
    _ = play.ask(results: results)
    _ = play.ask(results: results)
    #expect(play.tally?.totals.toolResults == 2)
  }

  @Test("counts no result again of a conversation that is sent again, however many there were meanwhile")
  func manyResults() throws {
    let play = try Play()
    func results(from first: UInt64) -> [ToolResultFacts] {
      (first..<first + 200).map { ToolResultFacts(call: Fingerprint(bits: $0)) }
    }
    _ = play.ask(results: results(from: 1_000), conversation: [1])
    _ = play.ask(results: results(from: 2_000), conversation: [2])
    _ = play.ask(results: results(from: 1_000), conversation: [1], retry: 1)
    #expect(play.tally?.totals.toolResults == 400)
  }

  @Test("takes what the client measured of a tool for what it took")
  func reportedDurations() throws {
    let play = try Play()
    _ = play.turn([("f", 1)])
    play.wait(seconds: 60)
    var request = RunRequest(call: CallID(rawValue: 77), node: Fingerprint(bits: 1), results: play.results())
    request.toolDurations = [ToolDuration(name: Play.name("f"), microseconds: 250)]
    _ = play.monitor.admit(request, Play.call(77), in: Play.slot, at: play.time)
    #expect(play.tally?.toolsByName.first?.measures.timeMicroseconds == 250)
  }

  @Test("takes what did not run for what the client left out: a failure before a success, and what it does not name")
  func someReportedDurations() throws {
    let play = try Play()
    let (_, call) = play.ask()
    play.reply(call, [("f", 1), ("f", 2), ("g", 3), ("f", 4)])
    play.wait(seconds: 9)
    var results = play.results()
    results[0].failure = .mark
    var request = RunRequest(call: CallID(rawValue: 77), node: Fingerprint(bits: 1), results: results)
    request.toolDurations = [10, 20].map { ToolDuration(name: Play.name("f"), microseconds: $0) }
    request.toolDurations.append(ToolDuration(name: Play.name("never asked for"), microseconds: 5))
    let answered = play.monitor.admit(request, Play.call(77), in: Play.slot, at: play.time).answered
    #expect(answered.map(\.tookMicroseconds) == [9_000_000, 10, 9_000_000, 20])
  }

  @Test("splits the time into model, tools and idle, overlaps counted once")
  func time() throws {
    let play = try Play()
    // Two agents: 0–2 and 1–4 s in models; a tool asked for at 2 and answered at 7; idle until 9; a model until 10.
    let first = play.ask()
    play.wait(seconds: 1)
    let second = play.ask(node: 2, parent: 1, depth: 1)
    play.wait(seconds: 1)
    play.reply(first.call, [("f", 1)])
    play.wait(seconds: 2)
    play.reply(second.call, node: 2)
    play.wait(seconds: 3)
    let third = play.ask(results: play.results())
    play.reply(third.call)
    play.wait(seconds: 2)
    let fourth = play.ask()
    play.wait(seconds: 1)
    play.reply(fourth.call)
    let clock = try #require(play.tally?.clock)
    #expect(clock.wallMicroseconds == 10_000_000)
    #expect(clock.modelMicroseconds == 5_000_000)
    #expect(clock.toolMicroseconds == 3_000_000)
    #expect(clock.idleMicroseconds == 2_000_000)
    #expect(play.tally?.totals.modelWorkMicroseconds == 6_000_000)
    #expect(play.tally?.totals.toolWorkMicroseconds == 5_000_000)
    #expect(play.tally?.depth == 1)
  }

  @Test("measures the longest chain of work, not the sum of parallel work")
  func criticalPath() throws {
    let play = try Play()
    // 1 s of model, then tools of 3 and 5 s at a time, then 2 s of model: 8 of 11 seconds of work.
    let first = play.ask()
    play.wait(seconds: 1)
    play.reply(first.call, [("slow", 1), ("fast", 2)])
    play.wait(seconds: 5)
    var request = RunRequest(call: CallID(rawValue: 77), node: Fingerprint(bits: 1), results: play.results())
    request.toolDurations = [
      ToolDuration(name: Play.name("fast"), microseconds: 3_000_000),
      ToolDuration(name: Play.name("slow"), microseconds: 5_000_000),
    ]
    _ = play.monitor.admit(request, Play.call(77), in: Play.slot, at: play.time)
    play.wait(seconds: 2)
    _ = play.monitor.end(Play.call(77), in: Play.slot, RunReply(), at: play.time)
    #expect(play.tally?.criticalPathMicroseconds == 8_000_000)
    let totals = try #require(play.tally?.totals)
    #expect(totals.modelWorkMicroseconds + totals.toolWorkMicroseconds == 11_000_000)
  }

  @Test("adds a sub-agent's chain to that of the reply that started it")
  func criticalPathOfSubagents() throws {
    let play = try Play()
    let parent = play.ask()
    play.wait(seconds: 1)
    play.reply(parent.call, [("task", 1)])
    for _ in 0..<2 {
      let child = play.ask(node: 2, parent: 1, depth: 1)
      play.wait(seconds: 3)
      play.reply(child.call, node: 2)
    }
    // 1 + 3 + 3; the tool of the parent took as long, and then 1 s of model follows.
    #expect(play.tally?.criticalPathMicroseconds == 7_000_000)
    let last = play.ask(results: play.results())
    play.wait(seconds: 1)
    play.reply(last.call)
    #expect(play.tally?.criticalPathMicroseconds == 8_000_000)
  }

  @Test("takes a tool for answered by nobody once the conversation has gone on without it")
  func leftBehind() throws {
    let play = try Play()
    let first = play.ask(conversation: [1])
    play.reply(first.call, [("f", 1)])
    #expect(play.tally?.unansweredTools == 1)
    // Another conversation of the agent changes nothing.
    let other = play.ask(conversation: [8])
    play.reply(other.call)
    #expect(play.tally?.unansweredTools == 1)
    play.wait(seconds: 1)
    let next = play.ask(conversation: [1, 2, 3])
    play.reply(next.call)
    #expect(play.tally?.unansweredTools == 0)
    #expect(play.tally?.clock.toolMicroseconds == 1_000_000)
    #expect(play.close()?.outcome == .ok)
  }

  @Test("counts what goes through to servers of tools apart from models, and its time as that of tools")
  func servers() throws {
    var denied = GuardrailDefinition(name: "g", limits: [GuardrailLimit(.llmCalls, 1)], action: .deny)
    denied.toolsDenied = ["shell"]
    let play = try Play([denied])
    _ = play.turn([("search", 1)])
    func ask(_ number: Int64, _ tool: String) -> RunAdmission {
      var request = RunRequest(call: CallID(rawValue: number), node: Fingerprint(bits: 1))
      request.isModelCall = false
      request.toolNames = [tool]
      return play.monitor.admit(request, Play.call(number), in: Play.slot, at: play.time)
    }
    #expect(ask(77, "search").answer.passes)
    play.wait(seconds: 2)
    var reply = RunReply(ending: .other)
    reply.mcpCalls = 1
    _ = play.monitor.end(Play.call(77), in: Play.slot, reply, at: play.time)
    #expect(ask(78, "shell").answer.refusal?.kind == .tools)
    #expect(ask(79, "search").answer.passes)
    play.monitor.cancel(Play.call(79), RunAdmission(), in: Play.slot, because: .aborted, at: play.time)
    let tally = try #require(play.tally)
    #expect(tally.totals.llmCalls == 1)
    #expect(tally.totals.mcpCalls == 1)
    #expect(tally.callsInFlight == 0)
    #expect(tally.clock.toolMicroseconds == 2_000_000)
    #expect(tally.nodes.values.first?.ending == .toolUse)
    #expect(!play.ask().answer.passes)
  }

  @Test("takes the end of a call for nothing that was refused")
  func refused() throws {
    let play = try Play([GuardrailDefinition(name: "g", limits: [GuardrailLimit(.llmCalls, 1)], action: .deny)])
    _ = play.turn([])
    let (answer, call) = play.ask()
    #expect(!answer.passes)
    _ = play.monitor.end(call, in: Play.slot, RunReply(ending: .error), failure: .budget, at: play.time)
    play.monitor.cancel(call, RunAdmission(), in: Play.slot, because: .aborted, at: play.time)
    #expect(play.tally?.totals.llmCalls == 1)
    #expect(play.close()?.outcome == .guardrail)
  }

  @Test("takes tools for answered whose results are only counted")
  func countedResults() throws {
    let play = try Play()
    _ = play.turn([("f", 1), ("g", 1)])
    var request = RunRequest(call: CallID(rawValue: 77), node: Fingerprint(bits: 1))
    request.resultCount = 2
    _ = play.monitor.admit(request, Play.call(77), in: Play.slot, at: play.time)
    #expect(play.tally?.totals.toolResults == 2)
    #expect(play.tally?.unansweredTools == 0)
  }

  @Test("counts what calls beyond those that are known by their ids cost, and how many are in flight")
  func manyInFlight() throws {
    let play = try Play()
    let calls = (0..<1_500).map { _ in play.ask().call }
    #expect(play.tally?.callsInFlight == 1_500)
    for call in calls { play.reply(call, cost: 2) }
    #expect(play.tally?.callsInFlight == 0)
    #expect(play.tally?.totals.costPicodollars == 3_000)
    play.reply(calls[0], cost: 2)
    #expect(play.tally?.totals.costPicodollars == 3_000)
  }

  @Test("takes what is fetched of a response for the run's, and for no call")
  func fetched() throws {
    let play = try Play()
    let (_, call) = play.ask()
    play.reply(call, cost: 3)
    var reply = RunReply(
      toolCalls: [RunToolCall(id: nil, tool: "f", name: Play.name("f"), arguments: 1)], ending: .toolUse)
    reply.costPicodollars = 40
    reply.tokens = 7
    play.monitor.addFetched(reply, Play.call(9), in: Play.slot, at: play.time)
    let totals = try #require(play.tally?.totals)
    #expect(totals.llmCalls == 1)
    #expect(totals.costPicodollars == 43)
    #expect(totals.tokens == 7)
    #expect(totals.toolCalls == 1)
    #expect(play.tally?.toolsByName.map(\.measures.calls) == [1])
  }

  @Test("takes no more memory than it says, whatever a run does")
  func bytes() throws {
    let play = try Play()
    _ = play.turn([("f", 1)])
    #expect(play.monitor.bytes < 8_192)
    for turn in UInt64(0)..<3_000 {
      let name = "a tool with quite a long name \(turn)"
      let (_, call) = play.ask(node: turn, results: play.results(node: turn), conversation: [turn * 2, turn * 2 + 1])
      if turn % 3 > 0 { play.reply(call, node: turn, [(name, turn), (name, turn + 1)]) }
    }
    #expect(play.monitor.bytes < 400_000)
    _ = play.close()
    #expect(play.monitor.bytes == 0)
  }

  @Test("tells what a call that was taken back had brought of the one that brings it again, once")
  func returnedAnswers() throws {
    let play = try Play()
    let (_, first) = play.ask(conversation: [1])
    play.reply(first, [("a", 1), ("b", 2)])
    play.wait(seconds: 3)
    func ask(_ number: Int64, _ conversation: [UInt64]) -> (BudgetCall, RunAdmission) {
      let call = Play.call(number)
      var request = RunRequest(
        call: call.id, node: Fingerprint(bits: 1), conversation: conversation.last.map { Fingerprint(bits: $0) },
        results: play.results(failed: true) + [ToolResultFacts(call: Fingerprint(bits: 99))])
      request.beginnings = conversation.dropLast().map { Fingerprint(bits: $0) }
      return (call, play.monitor.admit(request, call, in: Play.slot, at: play.time))
    }
    let (refused, brought) = ask(50, [1, 2, 3])
    #expect(brought.answered.count == 2)
    #expect(brought.results == 3 && brought.resultErrors == 2)
    play.monitor.cancel(refused, brought, in: Play.slot, because: .budget, at: play.time)
    let (other, nothing) = ask(51, [7])
    #expect(nothing.results == 0 && nothing.answered.isEmpty)
    // It is refused once more, and then sent on with another word behind it.
    let (again, same) = ask(52, [1, 2, 3])
    #expect(same == brought)
    play.monitor.cancel(again, same, in: Play.slot, because: .budget, at: play.time)
    #expect(ask(53, [1, 2, 3, 4]).1 == brought)
    #expect(ask(54, [1, 2, 3, 4, 5]).1.results == 0)
    play.reply(other)
    #expect(play.tally?.totals.toolResults == 3 && play.tally?.totals.toolErrors == 2)
  }

  @Test("takes a result that is there before the reply's end is seen for the answer")
  func earlyResult() throws {
    let play = try Play()
    let id = Fingerprint(bits: 42)
    let (_, asking) = play.ask(conversation: [1])
    let (_, answering) = play.ask(results: [ToolResultFacts(call: id, failure: .mark)], conversation: [1, 2, 3])
    let tool = RunToolCall(id: id, tool: "f", name: Play.name("f"), arguments: 1)
    _ = play.monitor.end(asking, in: Play.slot, RunReply(toolCalls: [tool], ending: .toolUse), at: play.time)
    #expect(play.tally?.unansweredTools == 0)
    #expect(play.tally?.toolsByName.first?.measures.results == 1)
    #expect(play.tally?.toolsByName.first?.measures.errors == 1)
    play.reply(answering)
    // The id of another call, later.
    let (_, third) = play.ask(conversation: [1, 2, 3, 4, 5])
    _ = play.monitor.end(third, in: Play.slot, RunReply(toolCalls: [tool], ending: .toolUse), at: play.time)
    #expect(play.tally?.unansweredTools == 1)
    #expect(play.tally?.totals.toolResults == 1)
  }

  @Test("takes back a call that was not sent on")
  func cancel() throws {
    let play = try Play()
    let (_, call) = play.ask()
    play.monitor.cancel(call, RunAdmission(), in: Play.slot, because: .budget, at: play.time)
    #expect(play.tally?.totals.llmCalls == 0)
    #expect(play.tally?.callsInFlight == 0)
    #expect(play.close()?.outcome == .budget)
  }

  @Test("keeps agents apart, up to a limit, and loses nothing of its totals beyond it")
  func nodes() throws {
    let play = try Play()
    for node in 1...100 { _ = play.turn(node: UInt64(node), [("f\(node)", 1)]) }
    let tally = try #require(play.tally)
    #expect(tally.nodes.count == RunTally.nodesMax)
    #expect(tally.totals.llmCalls == 100)
    #expect(tally.toolsByName.count == 64)
    #expect(tally.toolsByName.last?.name == "other")
    #expect(tally.toolsByName.reduce(0) { $0 + $1.measures.calls } == 100)
  }
}
