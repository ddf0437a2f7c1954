import Budgets
import Dialects
import Metering
import Runs
import Testing

@Suite("Guardrails of loops")
struct LoopTests {
  static func loops(_ kind: GuardrailLimit.Kind, _ amount: Int64) -> [GuardrailDefinition] {
    [GuardrailDefinition(name: "loops", limits: [GuardrailLimit(kind, amount)], action: .deny)]
  }

  @Test(
    "stop an agent that calls a tool with the same arguments N times, at the call behind the N-th", arguments: 2...12)
  func repeats(limit: Int) throws {
    let play = try Play(Self.loops(.repeatedCall, Int64(limit)))
    var passed = 0
    while passed < 100, play.turn([("search", 7)]).passes { passed += 1 }
    #expect(passed == limit)
    let (answer, _) = play.ask(results: play.results())
    let trip = try #require(answer.refusal)
    #expect(trip.kind == .repeatedCall)
    #expect(trip.value == Int64(limit))
    #expect(trip.limit == Int64(limit))
    #expect(trip.tool == "search")
    #expect(trip.run == Play.run)
    #expect(
      trip.description
        == "guardrail loops (repeated_call), run r1: the tool search was asked for \(limit) times with the same arguments and no new result, of fewer than \(limit)"
    )
  }

  @Test(
    "leave a patient agent alone: for two seconds by themselves, or for the longest that guardrails of its run name",
    arguments: [([], 1.9, true), ([], 2.1, false), ([30], 29.0, true), ([30], 31.0, false), ([1, 30], 29.0, true)]
      as [([Int64], Double, Bool)])
  func patience(named: [Int64], waited: Double, isStopped: Bool) throws {
    var definitions = Self.loops(.repeatedCall, 3)
    for (number, seconds) in named.enumerated() {
      var patient = GuardrailDefinition(name: "patient-\(number)", limits: [GuardrailLimit(.repeatedCall, 1_000)])
      patient.patience = LoopPatience(microseconds: seconds * 1_000_000)
      definitions.append(patient)
    }
    var others = GuardrailDefinition(name: "others", limits: [GuardrailLimit(.cycle, 1_000)])
    others.match.workflow = [BudgetPattern("another")]
    others.patience = LoopPatience(microseconds: 3_600_000_000)
    let play = try Play(definitions + [others])
    var passed = 0
    while passed < 20, play.turn([("search", 7)]).passes {
      passed += 1
      play.wait(seconds: waited)
    }
    #expect((passed < 20) == isStopped)
  }

  @Test("stop it too where other tools are called in between")
  func repeatsAmongOthers() throws {
    let play = try Play(Self.loops(.repeatedCall, 4))
    var passed: UInt64 = 0
    while passed < 100, play.turn([("search", 7), ("note", passed)]).passes { passed += 1 }
    #expect(passed == 4)
  }

  @Test("stop a cycle of any period from two to eight after N rounds", arguments: 2...8, [2, 3, 5])
  func cycles(period: Int, rounds: Int) throws {
    let play = try Play(Self.loops(.cycle, Int64(rounds)))
    // Something else comes first.
    for step in 0..<5 { _ = play.turn([("begin", UInt64(step))]) }
    var passed = 0
    while passed < 200, play.turn([("step", UInt64(100 + passed % period))]).passes { passed += 1 }
    #expect(passed == period * rounds)
    #expect(play.ask().answer.refusal?.period == period)
  }

  @Test("find the same cycles as a naive search does", arguments: UInt64(0)..<200)
  func cyclesAgree(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let play = try Play()
    play.monitor.replace(
      guardrails: try Guardrails([
        GuardrailDefinition(name: "loops", limits: [GuardrailLimit(.cycle, 2)], action: .observe)
      ]))
    var steps: [UInt64] = []
    for _ in 0..<40 {
      // Few different steps, so that they come around often.
      let step = UInt64.random(in: 0...2, using: &random)
      steps.append(step)
      _ = play.turn([("t", step)])
      let (answer, call) = play.ask(results: play.results())
      play.monitor.cancel(call, RunAdmission(), in: Play.slot, because: .error, at: play.time)
      // The results were taken; what was asked for stays.
      let expected = Self.cycle(of: steps)
      #expect(answer.trips.first?.value == expected?.rounds, "seed \(seed), \(steps)")
      #expect(answer.trips.first?.period == expected?.period, "seed \(seed), \(steps)")
    }
  }

  /// How often the shortest cycle of more than one step has come around at the end; nil where none has twice.
  private static func cycle(of steps: [UInt64]) -> (rounds: Int64, period: Int)? {
    for period in 2...8 where steps.count >= 2 * period {
      let last = steps.suffix(period)
      guard Set(last).count > 1 else { continue }
      var matched = 0
      var index = steps.count - 1
      while index >= period, steps[index] == steps[index - period] {
        matched += 1
        index -= 1
      }
      if matched >= period { return (Int64(matched / period) + 1, period) }
    }
    return nil
  }

  @Test("let a wide fan-out pass, with other arguments or the same", arguments: [true, false])
  func fanout(isSame: Bool) throws {
    let play = try Play(Self.loops(.repeatedCall, 2) + [])
    let calls: [(String, UInt64?)] = (0..<40).map { ("fetch", isSame ? 1 : UInt64($0)) }
    #expect(play.turn(calls).passes)
    #expect(play.turn([("summarise", 1)]).passes)
    #expect(play.turn([]).passes)
    #expect(play.tally?.totals.width == 40)
    #expect(play.tally?.totals.repeats == 0)
  }

  @Test("let agents pass that call the same at the same time")
  func parallelAgents() throws {
    let play = try Play(Self.loops(.repeatedCall, 2))
    // As agents of their own, and as calls of one agent that were in flight together.
    for node in UInt64(1)...10 { #expect(play.turn(node: node, [("read", 1)]).passes) }
    let flights = (0..<10).map { _ in play.ask(node: 20) }
    for flight in flights { play.reply(flight.call, node: 20, [("read", 1)]) }
    #expect(play.ask(node: 20, results: play.results(node: 20)).answer.passes)
  }

  @Test("let a poller pass that waits between equal calls")
  func patient() throws {
    let play = try Play(Self.loops(.repeatedCall, 3) + [])
    for _ in 0..<30 {
      #expect(play.turn([("status", 1)], content: 5).passes)
      // The tool takes 50 ms, then the agent waits.
      play.wait(seconds: 0.05)
      let (_, call) = play.ask(results: play.results(content: 5))
      play.reply(call, [("other", nil)])
      play.wait(seconds: 2)
    }
  }

  @Test("let a poller pass whose tool waits")
  func patientTool() throws {
    let play = try Play(Self.loops(.repeatedCall, 3))
    for _ in 0..<30 {
      #expect(play.turn([("wait_for", 1)]).passes)
      play.wait(seconds: 2)
    }
  }

  @Test("let an agent pass whose equal calls bring different results")
  func progress() throws {
    let play = try Play(Self.loops(.repeatedCall, 3))
    for turn in 0..<30 { #expect(play.turn([("test", 1)], content: UInt64(turn)).passes) }
    // From here on nothing changes: two equal results show that, and the third call is one too many.
    var passed = 0
    while passed < 10, play.turn([("test", 1)], content: 1_000).passes { passed += 1 }
    #expect(passed == 3)
  }

  @Test("do not take failures for progress, however they are worded")
  func failures() throws {
    let play = try Play(Self.loops(.repeatedCall, 5))
    var passed: UInt64 = 0
    while passed < 100, play.turn([("fetch", 1)], content: passed, failed: true).passes { passed += 1 }
    #expect(passed == 5)
  }

  @Test("let agents pass that begin alike, one after the other or at the same time", arguments: [true, false])
  func alike(areParallel: Bool) throws {
    let play = try Play(
      Self.loops(.repeatedCall, 3) + [
        GuardrailDefinition(name: "cycles", limits: [GuardrailLimit(.cycle, 2)], action: .deny)
      ])
    // Nothing but their conversations tells them apart, which begin alike; each reads the guide, lists, and is done.
    var conversations = [[UInt64]](repeating: [1], count: 20)
    var results = [[ToolResultFacts]](repeating: [], count: 20)
    func ask(_ agent: Int) -> BudgetCall {
      let (answer, call) = play.ask(results: results[agent], conversation: conversations[agent])
      #expect(answer.passes)
      return call
    }
    func reply(_ agent: Int, _ call: BudgetCall, _ step: UInt64) {
      play.wait(seconds: 0.01)
      play.reply(call, step < 2 ? [("read", step)] : [])
      results[agent] = play.results(content: 1)
      conversations[agent] += [UInt64(agent) * 100 + step * 2 + 2, UInt64(agent) * 100 + step * 2 + 3]
    }
    if areParallel {
      for step in UInt64(0)...2 {
        let calls = (0..<20).map(ask)
        for agent in 0..<20 { reply(agent, calls[agent], step) }
      }
    } else {
      for agent in 0..<20 {
        for step in UInt64(0)...2 { reply(agent, ask(agent), step) }
      }
    }
  }

  @Test("stop an agent in its own conversation among those of others, in which results have no ids")
  func among() throws {
    let play = try Play(Self.loops(.repeatedCall, 4))
    var conversation: [UInt64] = [1]
    var passed = 0
    while passed < 50 {
      let (answer, call) = play.ask(conversation: conversation)
      guard answer.passes else { break }
      passed += 1
      play.reply(call, [("search", 7)])
      conversation += [UInt64(passed) * 2, UInt64(passed) * 2 + 1]
      let other = play.ask(conversation: [10_000 + UInt64(passed)])
      guard other.answer.passes else { break }
      play.reply(other.call, [("search", 7)])
    }
    #expect(passed == 4)
  }

  @Test("count a request that an SDK sends again no further, and one that the agent sends again")
  func sentAgain() throws {
    let play = try Play(Self.loops(.repeatedCall, 3))
    for _ in 0..<10 {
      let (answer, call) = play.ask(conversation: [1], retry: 1)
      #expect(answer.passes)
      play.reply(call, [("search", 7)])
    }
    let stuck = try Play(Self.loops(.repeatedCall, 3))
    var passed = 0
    while passed < 10 {
      let (answer, call) = stuck.ask(conversation: [1])
      guard answer.passes else { break }
      passed += 1
      stuck.reply(call, [("search", 7)])
    }
    #expect(passed == 3)
  }

  @Test("do not take the work of slow models and tools for patience")
  func slowLoop() throws {
    let play = try Play(Self.loops(.repeatedCall, 4))
    var passed = 0
    while passed < 100, play.turn([("search", 7)], model: 30).passes {
      passed += 1
      play.wait(seconds: 1.9)
    }
    #expect(passed == 4)
  }

  @Test("say nothing of calls whose arguments are not known")
  func unknownArguments() throws {
    let play = try Play(
      Self.loops(.repeatedCall, 2) + [
        GuardrailDefinition(name: "cycles", limits: [GuardrailLimit(.cycle, 2)], action: .deny)
      ])
    for _ in 0..<30 { #expect(play.turn([("search", nil)]).passes) }
  }
}
