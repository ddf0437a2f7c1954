import Budgets
import Metering
import Testing

@Suite struct ReserveTests {
  @Test func `what is reserved is settled once, and what was not used returns`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    let reservation = try book.admit(call(), need(60))
    #expect(book.window("all")?.reserved == 60)
    let settlement = try #require(book.settle(reservation, used(50)))
    let midnight = Timestamp(unixMicroseconds: noon.unixMicroseconds - 43_200_000_000)
    #expect(
      settlement.debits == [BudgetDebit(budget: "all", scope: "all", windowStart: midnight, unit: .usd, amount: 50)])
    #expect(book.window("all")?.reserved == 0 && book.window("all")?.spent == 50)
    #expect(book.settle(reservation, used(50)) == nil)
    #expect(book.void(reservation) == nil && book.expire(reservation) == nil)
    #expect(book.extend(reservation, to: used(90)) == .ended)
    #expect(book.window("all")?.spent == 50)
  }

  @Test func `runs of two keys with one name are two, and neither uses up what the other may spend`() throws {
    let book = TestBook()
    try book.define(
      dollars("run", 100) {
        $0.each = .run
        $0.period = .total
      })
    var (mine, theirs) = (call(1, run: "r7"), call(2, run: "r7"))
    (mine.key, theirs.key) = ("good", "other")
    _ = book.settle(try book.admit(theirs, need(100)), used(100))
    theirs.id = CallID(rawValue: 3)
    #expect(book.reserve(theirs, need(1)).outcome.refusal?.scope == "run=r7 key=other")
    _ = try book.admit(mine, need(100))
    _ = try book.admit(call(4, run: "r7"), need(100))
  }

  @Test func `an id of no reservation, or of one whose place has another now, ends nothing`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    let first = try book.admit(call(), need(10))
    _ = book.void(first)
    let second = try book.admit(call(2), need(10))
    #expect(first != second && book.settle(first, used(1)) == nil)
    for stranger: Int64 in [-1, 0, 77, .max, .min] {
      #expect(book.settle(ReservationID(rawValue: stranger), used(1)) == nil)
    }
    #expect(book.reservationCount == 1)
  }

  @Test func `a void call costs nothing, and an expired one what was expected of it`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100) { $0.bound = .hard })
    let estimate = CallNeed(expected: used(7), boundPicodollars: 40, boundTokens: 9)
    #expect(book.void(try book.admit(call(), estimate))?.debits == [])
    #expect(book.expire(try book.admit(call(), estimate))?.debits.map(\.amount) == [7])
    #expect(book.window("all")?.spent == 7 && book.window("all")?.reserved == 0)
  }

  @Test func `a call is reserved in every budget or in none`() throws {
    let book = TestBook()
    try book.define(dollars("wide", 100))
    try book.define(dollars("narrow", 20) { $0.each = .agent })
    #expect(book.reserve(call(), need(30)).outcome.refusal?.budget == "narrow")
    #expect(book.window("wide")?.reserved == 0 && book.reservationCount == 0)
    _ = try book.admit(call(), need(20))
    #expect(book.window("wide")?.reserved == 20 && book.window("narrow")?.reserved == 20)
  }

  @Test func `a refusal says all that a person needs`() throws {
    let book = TestBook()
    try book.define(dollars("flows", 100) { $0.each = .workflow })
    try book.spend(70)
    _ = try book.admit(call(2), need(20))
    let refusal = try #require(book.reserve(call(3), need(40)).outcome.refusal)
    #expect(refusal.reason == .exhausted && refusal.budget == "flows" && refusal.scope == "workflow=nightly")
    #expect((refusal.limit, refusal.spent, refusal.reserved, refusal.need) == (100, 70, 20, 40))
    #expect(refusal.resetsAt == noon.plus(43_200))
    #expect(book.reserve(call(4), need(101)).outcome.refusal?.resetsAt == nil)
  }

  @Test func `of several budgets one that denies comes before one that holds, and that before one that makes wait`()
    throws
  {
    let book = TestBook()
    try book.define(dollars("1-waits", 100))
    try book.define(dollars("2-holds", 60) { $0.onExhausted = .hold })
    try book.define(dollars("3-warns", 1) { $0.onExhausted = .warn })
    _ = try book.admit(call(), need(55))
    #expect(book.reserve(call(2), need(46)).outcome.wait?.budget == "1-waits")
    #expect(book.reserve(call(3), need(61)).outcome.hold?.budget == "2-holds")
    try book.define(dollars("4-denies", 50))
    #expect(book.reserve(call(4), need(61)).outcome.refusal?.budget == "4-denies")
  }

  @Test func `a budget that warns lets pass, and says so`() throws {
    let book = TestBook()
    try book.define(dollars("soft", 10) { $0.onExhausted = .warn })
    let answer = book.reserve(call(), need(30))
    #expect(answer.outcome.admission?.decisions.map(\.kind) == [.warn])
    #expect(answer.events.map(\.kind) == [.warning])
    #expect(book.readings().first?.decisions[.warn] == 1)
  }

  @Test func `a hard budget refuses what nothing bounds, with a reason of its own`() throws {
    let book = TestBook()
    try book.define(dollars("hard", 100) { $0.bound = .hard })
    let unbounded = CallNeed(expected: used(1))
    #expect(book.reserve(call(), unbounded).outcome.refusal?.reason == .unbounded)
  }

  @Test func `what costs nothing passes when nothing is left`() throws {
    let book = TestBook()
    try book.define(dollars("all", 10))
    try book.spend(10)
    #expect(book.reserve(call(), need(1)).outcome.refusal != nil)
    #expect(book.reserve(call(), need(0)).outcome.admission != nil)
  }

  @Test func `every unit counts what it is named for`() throws {
    for (unit, expected) in [(BudgetUnit.usd, 5), (.tokens, 70), (.calls, 1), (.toolCalls, 3)] as [(BudgetUnit, Int64)]
    {
      let book = TestBook()
      try book.define(BudgetDefinition(name: "b", limit: BudgetLimit(unit: unit, amount: 100)))
      let reservation = try book.admit(call(), need(5, tokens: 70))
      let amounts = CallAmounts(picodollars: 5, tokens: 70, toolCalls: 3)
      #expect(book.settle(reservation, amounts)?.debits.map(\.amount) == [expected], "\(unit)")
    }
  }

  @Test func `a subscription is outside dollars unless asked, and inside all else`() throws {
    let book = TestBook()
    try book.define(dollars("outside", 1))
    try book.define(dollars("inside", 100) { $0.countsSubscriptions = true })
    try book.define(BudgetDefinition(name: "tokens", limit: BudgetLimit(unit: .tokens, amount: 100)))
    let reservation = try book.admit(call(billing: .subscription), need(5, tokens: 7))
    #expect(book.settle(reservation, used(5))?.debits.map(\.budget).sorted() == ["inside", "tokens"])
  }

  @Test func `a call without budgets is reserved and ends like any other`() throws {
    let book = TestBook()
    let reservation = try book.admit(call(), need(5))
    #expect(book.settle(reservation, used(5))?.debits == [])
    #expect(book.settle(reservation, used(5)) == nil)
  }

  @Test func `what was reserved beyond all range is given back whole`() throws {
    let book = TestBook()
    try book.define(
      dollars("watched", 100) {
        $0.bound = .hard
        $0.mode = .observe
      })
    let reservations = try (1...6).map { try book.admit(call($0), need(.max)) }
    #expect(book.window("watched")?.reserved == .max)
    for (index, reservation) in reservations.enumerated() {
      #expect(book.settle(reservation, used(1)) != nil)
      #expect(book.window("watched")?.reserved == (index < 5 ? .max : 0))
    }
  }

  @Test func `where nobody says what a call used, no less is charged than was reserved for it`() throws {
    let book = TestBook()
    try book.define(dollars("hard", 1_000) { $0.bound = .hard })
    try book.define(dollars("expected", 1_000))
    try book.define(BudgetDefinition(name: "tools", limit: BudgetLimit(unit: .toolCalls, amount: 100)))
    let estimate = CallNeed(expected: used(20), boundPicodollars: 60, boundTokens: 9)
    func charged(_ picodollars: Int64, _ certainty: UsageCertainty) throws -> [Int64] {
      let settlement = book.settle(try book.admit(call(), estimate), used(picodollars), certainty: certainty)
      let debits = try #require(settlement).debits
      return ["hard", "expected", "tools"].map { name in debits.first { $0.budget == name }?.amount ?? 0 }
    }
    #expect(try charged(5, .whole) == [5, 5, 0])
    #expect(try charged(5, .partial) == [60, 5, 0])
    #expect(try charged(5, .none) == [60, 20, 0])
    #expect(try charged(70, .none) == [70, 70, 0])
    let reserve = CallReserve(bound: used(60), expected: used(20))
    let debits = book.charge(call(), used(5), reserve: reserve, startedAt: noon).debits
    #expect(Dictionary(uniqueKeysWithValues: debits.map { ($0.budget, $0.amount) }) == ["hard": 60, "expected": 20])
  }

  @Test func `a call counts in the budgets that its key names, whatever they match`() throws {
    let book = TestBook()
    try book.define(dollars("ci", 100) { $0.match.workflow = ["ci"] })
    try book.define(dollars("team-a", 100) { $0.match.team = ["a"] })
    try book.define(dollars("team-b", 100) { $0.match.team = ["b"] })
    var bound = call()
    bound.key = "k"
    #expect(book.settle(try book.admit(bound, need(5)), used(5))?.debits == [])
    bound.keyBudgets = ["ci", "*-b"]
    #expect(book.settle(try book.admit(bound, need(5)), used(5))?.debits.map(\.budget).sorted() == ["ci", "team-b"])
    #expect(book.charge(bound, used(5), startedAt: noon).debits.map(\.budget).sorted() == ["ci", "team-b"])
    // One that it names and that matches takes it once.
    bound.workflow = "ci"
    #expect(book.settle(try book.admit(bound, need(5)), used(5))?.debits.map(\.budget).sorted() == ["ci", "team-b"])
  }

  @Test func `amounts at the end of the range neither trap nor pass a limit`() throws {
    let book = TestBook()
    try book.define(dollars("all", .max) { $0.bound = .hard })
    _ = try book.admit(call(), need(.max))
    #expect(book.reserve(call(2), need(1)).outcome.wait != nil)
    #expect(
      book.reserve(call(3), CallNeed(expected: CallAmounts(picodollars: .min, tokens: .min)))
        .outcome.refusal?.reason == .unbounded)
    #expect(book.charge(call(4), used(.max), startedAt: noon).debits.map(\.amount) == [.max])
    #expect(book.reserve(call(5), need(1)).outcome.refusal?.reason == .exhausted)
  }
}
