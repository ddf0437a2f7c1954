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
    let first = play.ask(results: results, conversation: 7)
    // The SDK sends the same again while the first is in flight.
    let again = play.ask(results: results, conversation: 7)
    play.wait(seconds: 1)
    play.reply(first.call)
    play.reply(again.call)
    // The history goes on: old results are not in the tail, and if a client sends them, they are known.
    _ = play.ask(results: results, conversation: 8)
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
    let (_, call) = play.ask(conversation: 1)
    let name = Play.name("f")
    let reply = RunReply(
      toolCalls: [
        RunToolCall(id: nil, tool: "f", name: name, arguments: 1),
        RunToolCall(id: nil, tool: "f", name: name, arguments: 2),
      ], ending: .toolUse)
    _ = play.monitor.end(call, reply, at: play.time)
    let results = [ToolResultFacts(name: name), ToolResultFacts(name: name, failure: .errorText)]
    _ = play.ask(results: results, conversation: 2)
    _ = play.ask(results: results, conversation: 2)
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
    let answered = play.monitor.admit(request, Play.call(77), at: play.time).answered
    let time = play.time
    #expect(
      answered == [
        AnsweredTool(call: first.id, position: 1, answeredAt: time, isError: true),
        AnsweredTool(call: first.id, position: 0, answeredAt: time, isError: true),
      ])
    let again = RunRequest(call: CallID(rawValue: 78), node: Fingerprint(bits: 1), results: play.results())
    let known = play.monitor.admit(again, Play.call(78), at: play.time).answered
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
      _ = play.monitor.end(call, RunReply(toolCalls: [tool], ending: .toolUse), at: play.time)
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

  @Test("takes what the client measured of a tool for what it took")
  func reportedDurations() throws {
    let play = try Play()
    _ = play.turn([("f", 1)])
    play.wait(seconds: 60)
    var request = RunRequest(call: CallID(rawValue: 77), node: Fingerprint(bits: 1), results: play.results())
    request.resultDurationsMicroseconds = [250]
    _ = play.monitor.admit(request, Play.call(77), at: play.time)
    #expect(play.tally?.toolsByName.first?.measures.timeMicroseconds == 250)
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
    request.resultDurationsMicroseconds = [5_000_000, 3_000_000]
    _ = play.monitor.admit(request, Play.call(77), at: play.time)
    play.wait(seconds: 2)
    _ = play.monitor.end(Play.call(77), RunReply(), at: play.time)
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

  @Test("takes back a call that was not sent on")
  func cancel() throws {
    let play = try Play()
    let (_, call) = play.ask()
    play.monitor.cancel(call, because: .budget, at: play.time)
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
