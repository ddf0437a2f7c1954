import Budgets
import Metering
import Testing

@Suite struct WindowTests {
  @Test func `a new window begins with nothing spent, and nothing is reset`() throws {
    let book = TestBook()
    try book.define(dollars("day", 100))
    try book.spend(100)
    #expect(book.reserve(call(), need(1), at: noon.plus(43_199)).outcome.refusal != nil)
    #expect(book.reserve(call(), need(1), at: noon.plus(43_200)).outcome.admission != nil)
    #expect(book.window("day", at: noon.plus(43_200))?.spent == 0)
  }

  @Test func `a reservation is settled into the window it was made in`() throws {
    let book = TestBook()
    try book.define(dollars("hour", 100) { $0.period = .hour })
    let late = try book.admit(call(), need(60), at: noon.plus(3_599))
    _ = try book.admit(call(2), need(100), at: noon.plus(3_601))
    let settlement = try #require(book.settle(late, used(60), at: noon.plus(3_700)))
    #expect(settlement.debits.map(\.windowStart) == [noon])
    #expect(book.window("hour", at: noon.plus(3_700))?.spent == 0)
    #expect(book.window("hour", at: noon.plus(3_700))?.reserved == 100)
  }

  @Test func `time that goes back does not leave the window that it had reached`() throws {
    let book = TestBook()
    try book.define(dollars("hour", 100) { $0.period = .hour })
    try book.spend(100)
    #expect(book.reserve(call(), need(1), at: noon.plus(-1)).outcome.refusal != nil)
  }

  @Test func `a total never ends and has the same key for ever`() throws {
    let book = TestBook()
    try book.define(dollars("total", 100) { $0.period = .total })
    let settlement = try book.spend(100)
    #expect(settlement.debits.first?.windowStart == Timestamp(unixMicroseconds: 0))
    let refusal = book.reserve(call(), need(1), at: noon.plus(1_000_000_000)).outcome.refusal
    #expect(refusal != nil && refusal?.resetsAt == nil)
  }

  @Test func `a rolling window never counts less than was used in its time`() throws {
    for seconds: Int64 in [1, 7, 59, 60, 61, 3_600, 86_400] {
      let book = TestBook()
      try book.define(dollars("rolling", 1_000_000) { $0.period = .rolling(seconds: seconds) })
      var random = SeededGenerator(seed: UInt64(seconds))
      var spending: [(time: Timestamp, amount: Int64)] = []
      var time = noon
      for id in 0..<400 as Range<Int64> {
        time = Timestamp(
          unixMicroseconds: time.unixMicroseconds + Int64.random(in: 0...(seconds * 50_000), using: &random))
        let amount = Int64.random(in: 1...9, using: &random)
        try book.spend(amount, call(id), at: time)
        spending.append((time, amount))
        func sum(since: Int64) -> Int64 {
          spending.reduce(0) { $0 + ($1.time.unixMicroseconds > since ? $1.amount : 0) }
        }
        let start = time.unixMicroseconds - seconds * 1_000_000
        let slack = ((seconds + 59) / 60 + (seconds + 59) / 60) * 1_000_000
        let spent = try #require(book.window("rolling", at: time)).spent
        #expect(spent >= sum(since: start) && spent <= sum(since: start - slack), "\(seconds) s")
      }
    }
  }

  @Test func `a rolling window says when a call fits again, and then it does`() throws {
    let book = TestBook()
    try book.define(dollars("rolling", 100) { $0.period = .rolling(seconds: 3_600) })
    try book.spend(60)
    try book.spend(40, call(2), at: noon.plus(600))
    let refusal = try #require(book.reserve(call(3), need(50), at: noon.plus(1_200)).outcome.refusal)
    let fits = try #require(refusal.resetsAt)
    #expect(fits >= noon.plus(3_600) && fits <= noon.plus(3_720))
    #expect(
      book.reserve(call(4), need(50), at: Timestamp(unixMicroseconds: fits.unixMicroseconds - 1)).outcome.refusal != nil
    )
    #expect(book.reserve(call(5), need(50), at: fits).outcome.admission != nil)
  }

  @Test func `a forecast is reckoned from the rate of the window so far`() throws {
    let book = TestBook()
    try book.define(dollars("day", 1_000) { $0.alerts = [BudgetAlert(.forecast, receivers: ["ops"])] })
    try book.spend(750)
    // 750 in twelve hours: the other 250 last four hours.
    #expect(book.window("day")?.exhaustionAt == noon.plus(14_400))
    let events = book.forecast()
    #expect(events.map(\.kind) == [.forecast(exhaustionAt: noon.plus(14_400))] && events[0].receivers == ["ops"])
    #expect(book.forecast(at: noon.plus(60)).isEmpty)
  }

  @Test func `there is no forecast where the window ends before, at its beginning, or when all is spent`() throws {
    let book = TestBook()
    try book.define(dollars("day", 1_000))
    try book.spend(400)
    #expect(book.window("day")?.exhaustionAt == nil)
    try book.spend(600)
    #expect(book.window("day")?.exhaustionAt == nil)
    let early = noon.plus(43_200 + 600)
    try book.spend(999, at: early)
    #expect(book.window("day", at: early)?.exhaustionAt == nil)
  }
}
