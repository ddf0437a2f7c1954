import Budgets
import Metering
import Testing

@Suite struct EventTests {
  private let half = BudgetAlert(.spent(partsPerMillion: 500_000), receivers: ["slack"])
  private let most = BudgetAlert(.spent(partsPerMillion: 800_000), receivers: ["pager", "slack"])

  @Test func `a threshold of what is settled is told once for each scope and window`() throws {
    let book = TestBook()
    try book.define(
      dollars("flows", 100) {
        $0.each = .workflow; $0.alerts = [half, most]
      })
    let waiting = try book.admit(call(1), need(90))
    #expect(try book.spend(9).changes.events == [])
    _ = book.void(waiting)
    let event = try #require(try book.spend(41).changes.events.first)
    #expect(event.kind == .threshold(partsPerMillion: 500_000) && !event.isResolved && event.receivers == ["slack"])
    #expect((event.scope, event.limit, event.spent) == ("workflow=nightly", 100, 50))
    #expect(try book.spend(1).changes.events == [])
    #expect(try book.spend(29).changes.events.map(\.receivers) == [["pager", "slack"]])
    #expect(try book.spend(80, call(workflow: "other")).changes.events.count == 2)
  }

  @Test func `the first wait, clamp, hold and refusal of a window are told once`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100) { $0.alerts = [BudgetAlert(.refusing, receivers: ["pager"])] })
    _ = try book.admit(call(1), need(90))
    let first = book.reserve(call(2), need(20)).events
    #expect(first.map(\.kind) == [.waiting] && first.first?.receivers == ["pager"])
    #expect(book.reserve(call(3), need(20)).events == [])
    #expect(book.reserve(call(4), need(200)).events.map(\.kind) == [.refusing])
    #expect(book.reserve(call(5), need(200)).events == [])
  }

  @Test func `what a call used above its reservation is posted, counted and told`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    let settlement = try #require(book.settle(try book.admit(call(1), need(10)), used(130)))
    #expect(settlement.debits.map(\.amount) == [130])
    #expect(settlement.changes.events.map(\.kind) == [.overrun(amount: 120)])
    let reading = try #require(book.readings().first)
    #expect((reading.overruns.calls, reading.overruns.amount) == (1, 120))
    #expect((reading.windows.first?.spent, reading.windows.first?.usedPartsPerMillion) == (130, 1_300_000))
  }

  @Test func `an overrun within the limit is counted, and told only where the reservation was a bound`() throws {
    let book = TestBook()
    try book.define(dollars("soft", 100))
    try book.define(dollars("hard", 100) { $0.bound = .hard })
    let events = try #require(book.settle(try book.admit(call(1), need(10)), used(12))).changes.events
    #expect(events.map(\.kind) == [.overrun(amount: 2)] && events.map(\.budget) == ["hard"])
    #expect(book.readings().map(\.overruns.calls) == [1, 1])
  }

  @Test func `every state told ends with its window, also when no call comes`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100) { $0.alerts = [half] })
    try book.spend(100)
    _ = book.reserve(call(2), need(1))
    #expect(book.advance(to: noon.plus(43_199)).events == [])
    let events = book.advance(to: noon.plus(43_200)).events
    #expect(events.map(\.kind) == [.threshold(partsPerMillion: 500_000), .refusing])
    #expect(events.map(\.isResolved) == [true, true])
    #expect(book.advance(to: noon.plus(43_201)).events == [])
  }

  @Test func `raising the limit ends what it ends, and a later crossing is told anew`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100) { $0.alerts = [half] })
    try book.spend(60)
    _ = book.reserve(call(2), need(50))
    let raise = BudgetRaise(amount: 100, until: noon.plus(3_600), reason: "launch")
    let events = try book.raise("all", raise).events
    #expect(events.map(\.kind) == [.threshold(partsPerMillion: 500_000), .refusing])
    #expect(events.map(\.isResolved) == [true, true])
    #expect(try book.spend(40).changes.events.map(\.isResolved) == [false])
  }

  @Test func `a budget that observes decides, counts and changes nothing`() throws {
    let book = TestBook()
    try book.define(
      dollars("watch", 100) {
        $0.mode = .observe; $0.bound = .hard
      })
    try book.spend(100)
    let answer = book.reserve(call(2), need(500))
    #expect(answer.outcome.admission?.decisions == [BudgetDecision(budget: "watch", kind: .wouldDeny)])
    #expect(book.reserve(call(3), CallNeed(expected: used(1))).outcome.admission?.decisions.map(\.kind) == [.wouldDeny])
    let reading = try #require(book.readings().first)
    #expect((reading.decisions[.allow], reading.decisions[.wouldDeny], reading.decisions[.deny]) == (1, 2, 0))
    #expect(reading.lastMatchedAt == noon)
  }

  @Test func `a call is explained without being counted or reserved`() throws {
    let book = TestBook()
    try book.define(dollars("hard", 100) { $0.bound = .hard })
    try book.define(
      dollars("soft", 10) {
        $0.each = .run; $0.period = .total
      })
    let costly = CallNeed(expected: used(5), boundPicodollars: 120, boundTokens: 9)
    let explanations = book.explain(call(), costly)
    #expect(explanations.map(\.budget) == ["hard", "soft"])
    #expect(explanations.map(\.decision) == [.deny, .allow])
    #expect(explanations.map(\.expected) == [5, 5] && explanations.map(\.bound) == [120, 120])
    #expect(explanations.map(\.need) == [120, 5])
    #expect(book.readings().contains { $0.lastMatchedAt != nil || $0.decisions != DecisionCounts() } == false)
    #expect(book.readings().last?.windows == [])
  }
}
