import Budgets
import Metering
import Testing

@Suite struct WaitingTests {
  @Test func `contended is not exhausted: the call waits until others have ended`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    let first = try book.admit(call(1), need(90))
    let wait = try #require(book.reserve(call(2), need(50)).outcome.wait)
    #expect(wait.until == noon.plus(30) && wait.scope == "all" && book.readings().first?.waiting == 1)
    let changes = try #require(book.settle(first, used(10), at: noon.plus(1))).changes
    #expect(changes.released.map(\.waiter) == [wait.waiter])
    #expect(changes.released.first?.outcome.admission != nil)
    #expect(book.window("all")?.reserved == 50 && book.waiterCount == 0)
  }

  @Test func `who waits is served in order, and nobody who comes later passes`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    let first = try book.admit(call(1), need(60))
    let second = try book.admit(call(2), need(30))
    let big = try #require(book.reserve(call(3), need(80)).outcome.wait)
    let small = try #require(book.reserve(call(4), need(5)).outcome.wait)
    #expect(book.void(second)?.changes.released == [])
    #expect(book.reserve(call(5), need(1)).outcome.wait != nil)
    #expect(book.void(first)?.changes.released.prefix(2).map(\.waiter) == [big.waiter, small.waiter])
  }

  @Test func `a queue of one budget does not stop calls of another scope`() throws {
    let book = TestBook()
    try book.define(dollars("all", 1_000))
    try book.define(dollars("flows", 100) { $0.each = .workflow })
    _ = try book.admit(call(1, workflow: "a"), need(90))
    #expect(book.reserve(call(2, workflow: "a"), need(50)).outcome.wait?.budget == "flows")
    _ = try book.admit(call(3, workflow: "b"), need(100))
  }

  @Test func `after thirty seconds a call is told to come again`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    let first = try book.admit(call(1), need(90))
    let wait = try #require(book.reserve(call(2), need(50)).outcome.wait)
    #expect(book.advance(to: noon.plus(29)).released == [])
    let changes = book.advance(to: noon.plus(30))
    #expect(changes.released.map(\.waiter) == [wait.waiter])
    #expect(changes.released.first?.outcome.refusal?.reason == .contended(retryAfterSeconds: 5))
    #expect(changes.events.map(\.kind) == [.refusing])
    #expect(book.settle(first, used(1), at: noon.plus(31))?.changes.released == [])
  }

  @Test func `who waits behind one that gives up passes`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    _ = try book.admit(call(1), need(50))
    let big = try #require(book.reserve(call(2), need(80)).outcome.wait)
    let small = try #require(book.reserve(call(3), need(40), at: noon.plus(5)).outcome.wait)
    let released = book.advance(to: noon.plus(30)).released
    #expect(released.map(\.waiter) == [big.waiter, small.waiter])
    #expect(released.map { $0.outcome.admission != nil } == [false, true])
  }

  @Test func `a client that is gone leaves its place to those behind it`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    _ = try book.admit(call(1), need(50))
    let big = try #require(book.reserve(call(2), need(80)).outcome.wait)
    let small = try #require(book.reserve(call(3), need(40)).outcome.wait)
    #expect(book.abandon(big.waiter).released.map(\.waiter) == [small.waiter])
    #expect(book.abandon(big.waiter) == BudgetChanges() && book.waiterCount == 0)
  }

  @Test func `a call that waits is refused when what is settled leaves no room for it`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    let first = try book.admit(call(1), need(60))
    _ = try #require(book.reserve(call(2), need(50)).outcome.wait)
    let released = try #require(book.settle(first, used(60))).changes.released
    #expect(released.first?.outcome.refusal?.reason == .exhausted)
  }

  @Test func `a call that waits for two budgets waits for one after the other`() throws {
    let book = TestBook()
    try book.define(dollars("agents", 100) { $0.each = .agent })
    try book.define(dollars("flows", 100) { $0.each = .workflow })
    let agent = try book.admit(call(1, agent: "a", workflow: "x"), need(90))
    let flow = try book.admit(call(2, agent: "b", workflow: "w"), need(90))
    let both = try #require(book.reserve(call(3, agent: "a", workflow: "w"), need(50)).outcome.wait)
    #expect(both.budget == "agents")
    #expect(book.void(agent)?.changes.released == [])
    let behind = try #require(book.reserve(call(4, agent: "c", workflow: "w"), need(10)).outcome.wait)
    #expect(book.void(flow)?.changes.released.map(\.waiter) == [both.waiter, behind.waiter])
  }

  @Test func `who waits when a window ends passes in the next`() throws {
    let book = TestBook()
    try book.define(dollars("hour", 100) { $0.period = .hour })
    let late = noon.plus(3_590)
    _ = try book.admit(call(1), need(90), at: late)
    let wait = try #require(book.reserve(call(2), need(50), at: late).outcome.wait)
    #expect(book.advance(to: noon.plus(3_599)).released == [])
    #expect(book.advance(to: noon.plus(3_600)).released.map(\.waiter) == [wait.waiter])
    #expect(book.window("hour", at: noon.plus(3_600))?.reserved == 50)
  }

  @Test func `calls that name no run leave nothing behind, however they end`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    try book.define(
      dollars("runs", 80) {
        $0.each = .run
        $0.period = .total
      })
    let first = try book.admit(call(1), need(60))
    #expect(book.reserve(call(2), need(50)).outcome.wait != nil)
    #expect(book.reserve(call(3), need(90)).outcome.refusal != nil)
    #expect(book.reserve(call(4), need(50)).outcome.wait != nil)
    let settlement = try #require(book.settle(first, used(60)))
    #expect(settlement.changes.released.map { $0.outcome.refusal?.budget } == ["all", "all"])
    // Nobody will ask again what was left of them, so that nothing of them is kept.
    #expect(settlement.debits.map(\.budget) == ["all"])
    #expect(book.charge(call(5), used(1), startedAt: noon).debits.map(\.budget) == ["all"])
    #expect(book.readings().last?.windows == [])
  }

  @Test func `a call that cannot wait is refused at once, and counts as refused`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    let first = try book.admit(call(1), need(90))
    let answer = book.reserve(call(2), need(50), canWait: false)
    #expect(answer.outcome.refusal?.reason == .contended(retryAfterSeconds: 5))
    #expect(answer.events.map(\.kind) == [.refusing] && book.waiterCount == 0)
    let decisions = book.readings().first?.decisions
    #expect(decisions?[.deny] == 1 && decisions?[.wait] == 0)
    #expect(book.settle(first, used(1))?.changes.released == [])
  }

  @Test func `only so many wait for one budget`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    _ = try book.admit(call(0), need(100))
    for id in 1...Int64(BudgetBook.waitersMax) { #expect(book.reserve(call(id), need(1)).outcome.wait != nil) }
    #expect(book.reserve(call(-1), need(1)).outcome.refusal?.reason == .contended(retryAfterSeconds: 5))
  }
}
