import Budgets
import Metering
import Testing

@Suite struct ChangeTests {
  private let midnight = noon.plus(-43_200)

  private func debit(_ amount: Int64, _ budget: String = "all", scope: String = "all", start: Timestamp) -> BudgetDebit
  {
    BudgetDebit(budget: budget, scope: scope, windowStart: start, unit: .usd, amount: amount)
  }

  @Test func `a budget that changes keeps what was spent and reserved`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    try book.spend(40)
    let running = try book.admit(call(2), need(30))
    try book.define(dollars("all", 60) { $0.bound = .hard })
    #expect(book.reserve(call(3), need(21)).outcome.refusal?.reason == .exhausted)
    #expect(book.reserve(call(4), need(20)).outcome.wait != nil)
    _ = book.settle(running, used(10))
    #expect((book.window("all")?.spent, book.window("all")?.limit) == (50, 60))
  }

  @Test func `a higher limit lets those pass who wait`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    _ = try book.admit(call(1), need(90))
    let wait = try #require(book.reserve(call(2), need(50)).outcome.wait)
    #expect(try book.define(dollars("all", 140)).released.map(\.waiter) == [wait.waiter])
  }

  @Test func `a budget that counts something else begins anew, and calls in flight end where they began`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    let running = try book.admit(call(1), need(90))
    let wait = try #require(book.reserve(call(2), need(50)).outcome.wait)
    let changes = try book.define(dollars("all", 100) { $0.period = .month })
    #expect(changes.released.map(\.waiter) == [wait.waiter])
    #expect(book.settle(running, used(90))?.debits == [debit(90, start: midnight)])
    #expect((book.window("all")?.spent, book.window("all")?.reserved) == (0, 50))
  }

  @Test func `a budget that is removed lets all pass, and comes back with what was spent`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100))
    try book.spend(80)
    let running = try book.admit(call(2), need(20))
    let wait = try #require(book.reserve(call(3), need(10)).outcome.wait)
    #expect(try book.remove("all").released.map(\.waiter) == [wait.waiter])
    #expect(book.readings() == [])
    _ = try book.admit(call(4), need(1_000))
    #expect(book.settle(running, used(15))?.debits == [debit(15, start: midnight)])
    try book.define(dollars("all", 100))
    #expect(book.window("all")?.spent == 95)
    #expect(throws: BudgetDefinitionError.noSuchBudget("none")) { _ = try book.remove("none") }
  }

  @Test func `budgets that come and go leave nothing behind`() throws {
    let book = TestBook()
    for index in 0..<2_000 {
      try book.define(dollars("b\(index)", 100))
      try book.spend(1, call(Int64(index)))
      _ = try book.remove("b\(index)")
    }
    #expect(book.reservationCount == 0 && book.definitions == [])
    try book.define(dollars("b1999", 100))
    #expect(book.window("b1999")?.spent == 1)
  }

  @Test func `a raise holds for its time and its scope, and adds up`() throws {
    let book = TestBook()
    try book.define(dollars("flows", 100) { $0.each = .workflow })
    try book.raise("flows", BudgetRaise(amount: 50, until: noon.plus(600), reason: "r", scope: "workflow=nightly"))
    try book.raise("flows", BudgetRaise(amount: 7, until: noon.plus(900), reason: "s"))
    #expect(book.reserve(call(1), need(158)).outcome.refusal?.limit == 157)
    #expect(book.reserve(call(2, workflow: "other"), need(158)).outcome.refusal?.limit == 107)
    #expect(book.reserve(call(3), need(158), at: noon.plus(600)).outcome.refusal?.limit == 107)
    #expect(book.reserve(call(4), need(158), at: noon.plus(900)).outcome.refusal?.limit == 100)
    let bad = BudgetRaise(amount: 0, until: noon.plus(1), reason: "")
    #expect(throws: BudgetDefinitionError.amountNotPositive(budget: "flows")) { _ = try book.raise("flows", bad) }
  }

  @Test func `a run that is raised by its name is raised for every key, and by its scope for one`() throws {
    let book = TestBook()
    try book.define(
      dollars("runs", 100) {
        $0.each = .run
        $0.period = .total
      })
    func limit(_ id: Int64, _ run: String, key: String?) -> Int64? {
      var asked = call(id)
      (asked.run, asked.key) = (run, key)
      return book.reserve(asked, need(1_000)).outcome.refusal?.limit
    }
    try book.raise("runs", BudgetRaise(amount: 50, until: noon.plus(600), reason: "r", scope: "run=42"))
    try book.raise("runs", BudgetRaise(amount: 7, until: noon.plus(600), reason: "r", scope: "run=42 key=prod"))
    #expect(limit(1, "42", key: "prod") == 157 && limit(2, "42", key: "dev") == 150 && limit(3, "42", key: nil) == 150)
    #expect(limit(4, "421", key: "prod") == 100 && limit(5, "4", key: nil) == 100)
  }

  @Test func `what the ledger knows is set, not added`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100) { $0.alerts = [BudgetAlert(.spent(partsPerMillion: 500_000))] })
    #expect(book.restore(debit(60, start: midnight))?.events == [])
    #expect(book.restore(debit(60, start: midnight)) != nil)
    try book.spend(5)
    #expect(book.restore(debit(70, start: midnight)) != nil)
    #expect(book.window("all")?.spent == 75)
    #expect(book.restore(debit(60, start: noon)) == nil)
    #expect(book.restore(debit(60, "none", start: midnight)) == nil)
    #expect(book.restore(debit(60, scope: "workflow=x", start: midnight)) == nil)
  }

  @Test func `what is restored of windows that are over brings no scope back`() throws {
    let book = TestBook()
    try book.define(dollars("flows", 100) { $0.each = .workflow })
    try book.define(
      dollars("rolling", 100) {
        $0.each = .workflow
        $0.period = .rolling(seconds: 3_600)
      })
    let yesterday = Timestamp(unixMicroseconds: midnight.unixMicroseconds - 86_400_000_000)
    #expect(book.restore(debit(60, "flows", scope: "workflow=old", start: yesterday)) == nil)
    #expect(book.restore(debit(60, "rolling", scope: "workflow=old", start: yesterday)) == nil)
    #expect(book.readings().map(\.windows) == [[], []])
    #expect(book.restore(debit(60, "rolling", scope: "workflow=new", start: noon.plus(-3_600))) != nil)
    #expect(book.window("rolling")?.spent == 60)
  }

  @Test func `what is restored to a new budget is told`() throws {
    let book = TestBook()
    try book.define(dollars("all", 100) { $0.alerts = [BudgetAlert(.spent(partsPerMillion: 500_000))] })
    let changes = book.restore(debit(60, start: midnight), tells: true)
    #expect(changes?.events.map(\.kind) == [.threshold(partsPerMillion: 500_000)])
  }

  @Test func `a book restored from its debits decides as the one before`() throws {
    let book = TestBook()
    let copy = TestBook()
    for other in [book, copy] {
      try other.define(dollars("flows", 100) { $0.each = .workflow })
      try other.define(dollars("rolling", 500) { $0.period = .rolling(seconds: 7_200) })
      try other.define(
        dollars("runs", 90) {
          $0.each = .run; $0.period = .total
        })
    }
    var sums: [BudgetDebit: Int64] = [:]
    for id in 0..<60 as Range<Int64> {
      let names = call(id, workflow: "w\(id % 4)", run: "r\(id % 7)")
      for debit in try book.spend(id % 5, names, at: noon.plus(id * 30)).debits {
        var key = debit
        key.amount = 0
        sums[key, default: 0] += debit.amount
      }
    }
    let end = noon.plus(1_800)
    for (var debit, sum) in sums {
      debit.amount = sum
      #expect(copy.restore(debit, at: end) != nil)
    }
    for (one, other) in zip(book.readings(at: end), copy.readings(at: end)) {
      #expect(one.windows.map(\.scope) == other.windows.map(\.scope))
      #expect(one.windows.map(\.spent) == other.windows.map(\.spent))
    }
  }

  @Test func `a call that was recovered is charged to the windows of its start`() throws {
    let book = TestBook()
    try book.define(dollars("day", 100))
    try book.define(dollars("hour", 100) { $0.period = .hour })
    let settlement = book.charge(call(), used(9), startedAt: noon.plus(-60))
    #expect(Set(settlement.debits) == [debit(9, "day", start: midnight), debit(9, "hour", start: noon.plus(-3_600))])
    #expect((book.window("day")?.spent, book.window("hour")?.spent) == (9, 0))
  }
}
