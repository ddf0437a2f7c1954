import Budgets
import Dialects
import Metering
import Runs
import Testing

@Suite("Guardrails")
struct GuardrailTests {
  static func deny(_ kind: GuardrailLimit.Kind, _ amount: Int64) -> [GuardrailDefinition] {
    [GuardrailDefinition(name: "g", limits: [GuardrailLimit(kind, amount)], action: .deny)]
  }

  @Test("let so many calls pass as they say, and refuse the next", arguments: [1, 2, 7])
  func calls(limit: Int64) throws {
    let play = try Play(Self.deny(.llmCalls, limit))
    for _ in 0..<limit { #expect(play.turn([]).passes) }
    #expect(play.ask().answer.refusal?.value == limit)
    // What was refused is not counted.
    #expect(play.tally?.totals.llmCalls == limit)
  }

  @Test("count calls in flight, so that none slips through beside another")
  func callsInFlight() throws {
    let play = try Play(Self.deny(.llmCalls, 3))
    let answers = (0..<10).map { _ in play.ask().answer.passes }
    #expect(answers == [true, true, true] + Array(repeating: false, count: 7))
  }

  @Test("let a run end that asked for just as many tools as it may")
  func tools() throws {
    let play = try Play(Self.deny(.toolCalls, 4))
    #expect(play.turn([("a", 1), ("b", 2)]).passes)
    #expect(play.turn([("c", 3), ("d", 4)]).passes)
    #expect(play.turn([("e", 5)]).passes)
    #expect(play.ask().answer.refusal?.value == 5)
  }

  @Test("refuse the call behind a fan-out that is too wide")
  func fanout() throws {
    let play = try Play(Self.deny(.fanout, 2))
    #expect(play.turn([("a", 1), ("b", 2)]).passes)
    #expect(play.turn([("a", 1), ("b", 2), ("c", 3)]).passes)
    #expect(play.ask().answer.refusal?.value == 3)
  }

  @Test("refuse an agent that is too deep, and no other")
  func depth() throws {
    let play = try Play(Self.deny(.depth, 1))
    #expect(play.ask().answer.passes)
    #expect(play.ask(node: 2, parent: 1, depth: 1).answer.passes)
    #expect(!play.ask(node: 3, parent: 2, depth: 2).answer.passes)
    #expect(play.ask(node: 2, parent: 1, depth: 1).answer.passes)
  }

  @Test("refuse calls after the time, and beyond the cost")
  func timeAndCost() throws {
    let slow = try Play(Self.deny(.wallTime, 60_000_000))
    #expect(slow.turn([]).passes)
    slow.wait(seconds: 59)
    #expect(slow.turn([]).passes)
    slow.wait(seconds: 0.000_001)
    #expect(slow.ask().answer.refusal?.value == 61_000_001)
    let dear = try Play(Self.deny(.cost, 5_000))
    #expect(dear.turn([], cost: 4_999).passes)
    #expect(dear.turn([], cost: 10).passes)
    #expect(dear.ask().answer.refusal?.value == 5_009)
  }

  @Test("refuse what is one too many at a time, until one of them ends")
  func concurrency() throws {
    let play = try Play(Self.deny(.concurrency, 2))
    let first = play.ask()
    _ = play.ask()
    let refused = play.ask().answer.refusal
    #expect(refused?.value == 2)
    #expect(refused?.kind.passesByItself == true)
    play.reply(first.call)
    #expect(play.ask().answer.passes)
  }

  @Test("refuse the call behind one of a tool that may not be called")
  func toolNames() throws {
    var denied = GuardrailDefinition(name: "d", action: .deny)
    denied.toolsDenied = ["shell", "db_*"]
    let play = try Play([denied])
    #expect(play.turn([("read", 1)]).passes)
    #expect(play.turn([("db_drop", 1)]).passes)
    #expect(play.ask().answer.refusal?.tool == "db_drop")
    var allowed = GuardrailDefinition(name: "a", action: .deny)
    allowed.toolsAllowed = ["read", "list_*"]
    let other = try Play([allowed])
    #expect(other.turn([("read", 1), ("list_all", 1)]).passes)
    #expect(other.turn([("write", 1)]).passes)
    #expect(other.ask().answer.refusal?.tool == "write")
    // What a request itself calls at a server of tools is refused before it gets there.
    let server = try Play([allowed])
    #expect(server.ask(tools: ["list_all"]).answer.passes)
    #expect(server.ask(tools: ["write"]).answer.refusal?.tool == "write")
    #expect(server.ask(tools: ["list_all"]).answer.passes)
  }

  @Test("concern what they match")
  func match() throws {
    let definitions = [
      (BudgetMatch(agent: ["other"]), true), (BudgetMatch(agent: ["a"]), false), (BudgetMatch(agent: ["*"]), false),
      (BudgetMatch(workflow: ["x-*", "w"]), false), (BudgetMatch(key: ["k*"]), false), (BudgetMatch(key: ["z"]), true),
      (BudgetMatch(model: ["gpt-*"]), false), (BudgetMatch(model: ["claude-*"]), true),
    ]
    for (match, passes) in definitions {
      let play = try Play([
        GuardrailDefinition(name: "g", match: match, limits: [GuardrailLimit(.llmCalls, 1)], action: .deny)
      ])
      _ = play.turn([])
      #expect(play.ask().answer.passes == passes, "\(match)")
    }
  }

  @Test("let everything pass unless they deny or hold, the strictest first", arguments: GuardrailAction.allCases)
  func actions(action: GuardrailAction) throws {
    let play = try Play([
      GuardrailDefinition(name: "mild", limits: [GuardrailLimit(.llmCalls, 1)], action: .observe),
      GuardrailDefinition(name: "g", limits: [GuardrailLimit(.llmCalls, 1)], action: action),
    ])
    _ = play.turn([])
    let (answer, _) = play.ask()
    #expect(answer.passes == (action == .observe || action == .warn))
    #expect(answer.action == action)
    #expect(answer.trips.count == 2)
  }

  @Test("are told once for each run and limit, and again after the cool-down")
  func told() throws {
    var definition = GuardrailDefinition(
      name: "g", limits: [GuardrailLimit(.llmCalls, 1), GuardrailLimit(.toolCalls, 1)], action: .warn)
    definition.coolDownSeconds = 60
    let play = try Play([definition])
    _ = play.turn([("a", 1), ("b", 2)], model: 0)
    var told: [Int] = []
    for _ in 0..<130 {
      told.append(play.turn([], model: 0).trips.count { $0.isNews })
      play.wait(seconds: 1)
    }
    #expect(told.enumerated().filter { $0.element > 0 }.map(\.offset) == [0, 60, 120])
    #expect(told.reduce(0, +) == 6)
  }

  @Test("let a run go on by an amount", arguments: [GuardrailLimit.Kind.llmCalls, .repeatedCall, .cost])
  func releaseByAmount(kind: GuardrailLimit.Kind) throws {
    let play = try Play(Self.deny(kind, 3))
    func run(_ play: Play) -> Int {
      var passed = 0
      while passed < 50, play.turn([("f", 1)], cost: 1).passes { passed += 1 }
      return passed
    }
    #expect(run(play) == 3)
    let release = GuardrailRelease(guardrail: "g", amount: 4)
    #expect(play.release(release))
    #expect(run(play) == 4)
    #expect(play.ask().answer.refusal?.limit == 7)
    #expect(!play.release(GuardrailRelease(guardrail: "other", amount: 4)))
    #expect(!play.release(release, of: "r2"))
  }

  @Test("let a run go on for a time, in one limit or in all")
  func releaseByTime() throws {
    let play = try Play([
      GuardrailDefinition(
        name: "g", limits: [GuardrailLimit(.llmCalls, 1), GuardrailLimit(.toolCalls, 1)], action: .deny)
    ])
    _ = play.turn([("a", 1), ("b", 2)])
    let until = Timestamp(unixMicroseconds: play.now + 10_000_000)
    #expect(play.release(GuardrailRelease(guardrail: "g", kind: .llmCalls, until: until)))
    #expect(play.ask().answer.trips.map(\.kind) == [.toolCalls])
    #expect(play.release(GuardrailRelease(guardrail: "g", until: until)))
    #expect(play.ask().answer.passes)
    play.wait(seconds: 10)
    #expect(!play.ask().answer.passes)
  }

  @Test("keep what runs have tripped when they are replaced")
  func replace() throws {
    let play = try Play(Self.deny(.llmCalls, 1))
    _ = play.turn([])
    #expect(!play.ask().answer.passes)
    #expect(play.release(GuardrailRelease(guardrail: "g", amount: 1)))
    play.monitor.replace(guardrails: try Guardrails(Self.deny(.llmCalls, 1)))
    #expect(play.turn([]).passes)
    #expect(!play.ask().answer.passes)
    play.monitor.replace(guardrails: Guardrails())
    #expect(play.ask().answer.passes)
  }
}
