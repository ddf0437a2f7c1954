import Budgets
import Metering
import Testing

@Suite struct ClampTests {
  /// 1,000 before output, 10 a token; the request names 32,000 tokens.
  private func need(outputTokensMax: Int64 = 32_000, floor: Int64 = 4_096) -> CallNeed {
    CallNeed(
      expected: CallAmounts(picodollars: 5_000, tokens: 600), boundPicodollars: 1_000 + outputTokensMax * 10,
      boundTokens: 100 + outputTokensMax,
      clamp: ClampTerms(
        picodollarsBeforeOutput: 1_000, tokensBeforeOutput: 100, picodollarsPerOutputToken: 10,
        outputTokensMax: outputTokensMax, floorTokens: floor))
  }

  private func clamping(_ limit: Int64, mode: BudgetMode = .enforce) throws -> TestBook {
    let book = TestBook()
    try book.define(
      dollars("run", limit) {
        $0.bound = .hard; $0.clamps = true; $0.mode = mode
      })
    return book
  }

  @Test func `a call is given a fair share of what is left`() throws {
    let book = try clamping(401_000)
    // A quarter of 401,000 is 100,250; without the 1,000 before output that pays for 9,925 tokens.
    let first = try #require(book.reserve(call(1), need()).outcome.admission)
    #expect(first.clampOutputTokens == 9_925 && first.hardPicodollars == 100_250)
    #expect(first.decisions.map(\.kind) == [.clamp])
    // 300,750 are left and one is in flight: a quarter again.
    #expect(book.reserve(call(2), need()).outcome.admission?.clampOutputTokens == 7_418)
    _ = book.reserve(call(3), need())
    // 169,173 left, three in flight: a sixth, 28,195, pays for 2,719 tokens; nobody gets less than 4,096.
    #expect(book.reserve(call(4), need()).outcome.admission?.clampOutputTokens == 4_096)
  }

  @Test func `a request that asks for less than its share stays as it is`() throws {
    let book = try clamping(401_000)
    let admission = try #require(book.reserve(call(), need(outputTokensMax: 9_925)).outcome.admission)
    #expect(admission.clampOutputTokens == nil && admission.decisions.isEmpty && admission.hardPicodollars == 100_250)
  }

  @Test func `a call is never clamped below its floor: it waits, or is refused`() throws {
    let book = try clamping(100_000)
    let first = try #require(book.reserve(call(1), need(floor: 6_000)).outcome.admission)
    #expect(first.clampOutputTokens == 6_000)
    #expect(book.reserve(call(2), need(floor: 6_000)).outcome.wait != nil)
    _ = book.settle(first.reservation, used(61_000))
    #expect(book.reserve(call(3), need(floor: 6_000)).outcome.refusal?.need == 61_000)
  }

  @Test func `the floor is what such calls use, and room to think`() {
    #expect(Clamp.floorTokens(outputTokensPercentile95: nil, thinkingBudgetTokens: nil) == 4_096)
    #expect(Clamp.floorTokens(outputTokensPercentile95: 9_000, thinkingBudgetTokens: 4_000) == 9_000)
    #expect(Clamp.floorTokens(outputTokensPercentile95: 9_000, thinkingBudgetTokens: 8_000) == 9_024)
    #expect(Clamp.floorTokens(outputTokensPercentile95: 1, thinkingBudgetTokens: .max) == .max)
  }

  @Test func `of two budgets that clamp the lower limit is reserved in both`() throws {
    let book = try clamping(401_000)
    try book.define(
      BudgetDefinition(name: "tokens", limit: BudgetLimit(unit: .tokens, amount: 20_000)).hardClamping())
    let admission = try #require(book.reserve(call(), need()).outcome.admission)
    // A quarter of 20,000 tokens, without the 100 before output.
    #expect(admission.clampOutputTokens == 4_900)
    #expect(admission.hardTokens == 5_000 && admission.hardPicodollars == 50_000)
  }

  @Test func `a budget that observes says what it would have written, and writes nothing`() throws {
    let book = try clamping(401_000, mode: .observe)
    let admission = try #require(book.reserve(call(), need()).outcome.admission)
    #expect(admission.clampOutputTokens == nil && admission.hardPicodollars == nil)
    #expect(admission.decisions == [BudgetDecision(budget: "run", kind: .wouldClamp)])
  }

  @Test func `a stream goes on with what is left, or is cut`() throws {
    let book = TestBook()
    try book.define(dollars("hard", 100) { $0.bound = .hard })
    let stream = try book.admit(call(1), BudgetsTests.need(40))
    #expect(book.extend(stream, to: used(30)) == .extended(hardPicodollars: 40, hardTokens: nil))
    #expect(book.extend(stream, to: used(70)) == .extended(hardPicodollars: 70, hardTokens: nil))
    _ = try book.admit(call(2), BudgetsTests.need(30))
    guard case .cut(let refusal, let events) = book.extend(stream, to: used(71)) else {
      Issue.record("not cut")
      return
    }
    #expect(refusal.budget == "hard" && refusal.reserved == 100 && events.map(\.kind) == [.refusing])
    #expect(book.window("hard")?.reserved == 100 && book.readings().first?.decisions[.cut] == 1)
    _ = book.settle(stream, used(70))
    #expect(book.window("hard")?.reserved == 30 && book.window("hard")?.spent == 70)
  }

  @Test func `a stream under a budget that only expects is never cut`() throws {
    let book = TestBook()
    try book.define(dollars("soft", 100))
    let stream = try book.admit(call(1), BudgetsTests.need(40))
    #expect(book.extend(stream, to: used(1_000)) == .extended(hardPicodollars: nil, hardTokens: nil))
    #expect(book.window("soft")?.reserved == 40)
  }
}

extension BudgetDefinition {
  func hardClamping() -> BudgetDefinition {
    var definition = self
    definition.bound = .hard
    definition.clamps = true
    return definition
  }
}
