import Budgets
import Runs
import Testing

@Suite("Definitions of guardrails")
struct GuardrailDefinitionTests {
  @Test(
    "read the amounts of their limits",
    arguments: [
      (.llmCalls, "50", 50), (.toolCalls, "1", 1), (.depth, "0", 0), (.repeatedCall, "2", 2),
      (.cost, "5 USD", 5_000_000_000_000),
      (.cost, "0.5 USD", 500_000_000_000), (.wallTime, "90s", 90_000_000), (.wallTime, "30m", 1_800_000_000),
      (.wallTime, "2h", 7_200_000_000), (.wallTime, "1d", 86_400_000_000),
    ] as [(GuardrailLimit.Kind, String, Int64)])
  func amounts(kind: GuardrailLimit.Kind, text: String, amount: Int64) throws {
    let limit = try #require(GuardrailLimit(kind, text: text))
    #expect(limit.amount == amount)
    #expect(GuardrailLimit(kind, text: limit.amountText) == limit)
  }

  @Test(
    "refuse what is no amount",
    arguments: [
      (.llmCalls, "0"), (.llmCalls, "-1"), (.llmCalls, "x"), (.llmCalls, ""), (.llmCalls, "1.5"), (.repeatedCall, "1"),
      (.cycle, "1"),
      (.cost, "5"), (.cost, "5 tokens"), (.cost, "0 USD"), (.wallTime, "30"), (.wallTime, "0s"), (.wallTime, "m"),
      (.wallTime, "99999999999999999d"), (.llmCalls, "99999999999999999999"), (.wallTime, "-1s"), (.wallTime, "+1s"),
    ] as [(GuardrailLimit.Kind, String)])
  func noAmounts(kind: GuardrailLimit.Kind, text: String) { #expect(GuardrailLimit(kind, text: text) == nil) }

  private static func definition(_ change: (inout GuardrailDefinition) -> Void) -> GuardrailDefinition {
    var definition = GuardrailDefinition(name: "g", limits: [GuardrailLimit(.llmCalls, 1)])
    change(&definition)
    return definition
  }

  private static let broken: [(GuardrailDefinition, GuardrailDefinitionError)] = [
    (definition { $0.name = "a b" }, .badName("a b")),
    (definition { $0.name = "" }, .badName("")),
    (definition { $0.limits = [] }, .noLimits(guardrail: "g")),
    (definition { $0.patience = LoopPatience(microseconds: 5_000_000) }, .patienceWithoutLoop(guardrail: "g")),
    (
      definition {
        $0.limits = [GuardrailLimit(.cycle, 2)]
        $0.patience = LoopPatience(microseconds: 0)
      }, .badPatience(guardrail: "g")
    ),
    (definition { $0.limits.append(GuardrailLimit(.llmCalls, 2)) }, .twice(guardrail: "g", .llmCalls)),
    (definition { $0.limits = [GuardrailLimit(.cycle, 1)] }, .tooSmall(guardrail: "g", .cycle)),
    (definition { $0.coolDownSeconds = -1 }, .badCoolDown(guardrail: "g")),
    (definition { $0.match.agent = [""] }, .emptyPattern(guardrail: "g", what: "agent")),
    (definition { $0.toolsDenied = [""] }, .emptyPattern(guardrail: "g", what: "tools_denied")),
    (
      definition { $0.toolsAllowed = Array(repeating: "x", count: 257) },
      .tooManyPatterns(guardrail: "g", what: "tools_allowed")
    ),
  ]

  @Test("say what is wrong with them, where, and what to do", arguments: broken)
  func errors(definition: GuardrailDefinition, error: GuardrailDefinitionError) {
    #expect(throws: error) { try Guardrails([definition]) }
    #expect(error.description.hasPrefix("guardrail \"\(definition.name)\""))
  }

  @Test("have names of their own")
  func names() {
    let definition = Self.definition { _ in }
    #expect(throws: GuardrailDefinitionError.twoOfName("g")) { try Guardrails([definition, definition]) }
  }

  @Test("observe unless something else is said")
  func defaults() {
    #expect(GuardrailDefinition(name: "g").action == .observe)
    #expect(GuardrailAction.allCases.sorted() == [.observe, .warn, .hold, .deny])
  }
}
