import Budgets
import Metering
import Testing

@Suite struct DefinitionTests {
  private typealias Change = @Sendable (inout BudgetDefinition) -> Void

  private static let mistakes: [(String, Change)] = [
    ("budget \"a b\": a name has 1 to 128 of the characters", { $0.name = "a b" }),
    ("budget \"\": a name has", { $0.name = "" }),
    ("and is not . or ..", { $0.name = "." }),
    ("and is not . or ..", { $0.name = ".." }),
    ("limit must be more than 0", { $0.limit.amount = 0 }),
    (
      "tool_calls cannot be hard",
      {
        $0.limit.unit = .toolCalls; $0.bound = .hard
      }
    ),
    ("clamp needs bound: hard", { $0.clamps = true }),
    (
      "clamp limits output",
      {
        $0.limit.unit = .calls; $0.bound = .hard; $0.clamps = true
      }
    ),
    ("each: run is for a run's lifetime", { $0.each = .run }),
    ("rolling 0 s is outside", { $0.period = .rolling(seconds: 0) }),
    ("rolling 999999999 s is outside", { $0.period = .rolling(seconds: 999_999_999) }),
    ("an alert at 0 parts per million", { $0.alerts = [BudgetAlert(.spent(partsPerMillion: 0))] }),
    ("more than 16 alerts", { $0.alerts = [BudgetAlert](repeating: BudgetAlert(.refusing), count: 17) }),
    ("match has an empty agent", { $0.match.agent = [""] }),
    ("match has more than 256 values of model", { $0.match.model = [BudgetPattern](repeating: "m", count: 257) }),
  ]

  @Test func `a definition that makes no sense is refused with what to do`() {
    for (message, change) in Self.mistakes {
      let definition = dollars("b", 100) { change(&$0) }
      do throws(BudgetDefinitionError) {
        try TestBook().define(definition)
        Issue.record("\(message): taken")
      } catch {
        #expect(error.description.contains(message))
      }
    }
  }

  @Test(arguments: [
    ("nightly", "nightly", true), ("nightly", "nightly2", false), ("etl-*", "etl-", true), ("etl-*", "etl-load", true),
    ("etl-*", "xetl-", false), ("*", "", true), ("*", "anything", true), ("a*b*c", "abc", true),
    ("a*b*c", "a1b2b3c", true),
    ("a*b*c", "abcd", false), ("*-prod", "api-prod", true), ("*-prod", "api-prod2", false),
    ("Nightly", "nightly", false),
    ("**", "x", true), ("claude-*-4*", "claude-opus-4-1", true), ("", "", true), ("x", "", false),
  ])
  func `a pattern is a name or a glob`(pattern: String, name: String, matches: Bool) {
    #expect(BudgetPattern(pattern).matches(name) == matches)
  }

  @Test func `every dimension of a match must take the call, by any of its values`() {
    var match = BudgetMatch(agent: ["a", "b*"], workflow: ["w"], provider: ["openai"])
    #expect(match.matches(call(agent: "bee", workflow: "w")))
    #expect(!match.matches(call(agent: "c", workflow: "w")))
    #expect(!match.matches(call(agent: "a", workflow: "v")))
    match.team = ["red"]
    #expect(!match.matches(call(agent: "a", workflow: "w")))
    match.team = ["*"]
    #expect(match.matches(call(agent: "a", workflow: "w")))
    match.model = ["gpt-5"]
    #expect(match.matches(call(agent: "a", workflow: "w")))
    #expect(!match.matches(call(agent: "a", workflow: "w", model: nil)))
  }

  @Test func `each value of the dimension has the limit for itself`() throws {
    let book = TestBook()
    try book.define(dollars("flows", 100) { $0.each = .workflow })
    try book.spend(100, call(workflow: "a"))
    #expect(book.reserve(call(workflow: "a"), need(1)).outcome.refusal?.scope == "workflow=a")
    try book.spend(100, call(workflow: "b"))
    #expect(book.readings().first?.windows.map(\.scope) == ["workflow=a", "workflow=b"])
    #expect(book.readings().first?.exhaustedScopes == 2)
  }

  @Test func `calls without a value of the dimension share one limit`() throws {
    let book = TestBook()
    try book.define(dollars("teams", 10) { $0.each = .team })
    try book.spend(10, call(1))
    #expect(book.reserve(call(2), need(1)).outcome.refusal?.scope == "team=")
  }

  @Test func `a run has its limit for life, and a call without one is a run of its own`() throws {
    let book = TestBook()
    try book.define(
      dollars("runs", 10) {
        $0.each = .run; $0.period = .total
      })
    try book.spend(10, call(1, run: "r"))
    #expect(book.reserve(call(2, run: "r"), need(1), at: noon.plus(90_000_000)).outcome.refusal?.scope == "run=r")
    for id in 3...20 as ClosedRange<Int64> { try book.spend(9, call(id)) }
    #expect(book.reserve(call(21), need(11)).outcome.refusal != nil)
    #expect(book.readings().first?.windows.map(\.scope) == ["run=r"])
  }

  @Test func `names without end do not escape a limit: what is too much shares one`() throws {
    let book = TestBook()
    try book.define(dollars("flows", 10) { $0.each = .workflow })
    for index in 0..<Int64(BudgetBook.scopesMax) { try book.spend(1, call(index, workflow: "w\(index)")) }
    try book.spend(10, call(workflow: "new-1"))
    #expect(book.reserve(call(workflow: "new-2"), need(1)).outcome.refusal?.scope == "workflow=*")
    #expect(book.reserve(call(workflow: "w7"), need(10)).outcome.refusal?.scope == "workflow=w7")
    // The next day those of the last make room.
    try book.spend(10, call(workflow: "new-3"), at: noon.plus(86_400))
    #expect(book.window("flows", at: noon.plus(86_400))?.scope == "workflow=new-3")
  }

  @Test func `of runs without end those idle longest make room`() throws {
    let book = TestBook()
    try book.define(
      dollars("runs", 10) {
        $0.each = .run; $0.period = .total
      })
    for index in 0..<Int64(BudgetBook.scopesMax + 3_000) {
      try book.spend(10, call(index, run: "r\(index)"), at: noon.plus(index))
    }
    let last = BudgetBook.scopesMax + 2_999
    #expect(book.reserve(call(run: "r\(last)"), need(1), at: noon.plus(20_000)).outcome.refusal != nil)
  }

  @Test func `budgets without end are refused`() throws {
    let book = TestBook()
    for index in 0..<BudgetBook.budgetsMax { try book.define(dollars("b\(index)", 1)) }
    #expect(throws: BudgetDefinitionError.tooManyBudgets) { try book.define(dollars("more", 1)) }
    try book.define(dollars("b7", 2))
    #expect(book.definitions.count == BudgetBook.budgetsMax)
  }
}
