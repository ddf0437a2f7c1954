import Budgets
import Metering
import Testing

@Suite struct HoldTests {
  private func holding(_ limit: Int64 = 100) throws -> TestBook {
    let book = TestBook()
    try book.define(dollars("asks", limit) { $0.onExhausted = .hold })
    try book.spend(limit)
    return book
  }

  private func approval(_ amount: Int64, _ extent: HoldApproval.Extent, seconds: Int64 = 600) -> HoldApproval {
    HoldApproval(budget: "asks", amount: amount, until: noon.plus(seconds), extent: extent)
  }

  @Test func `a call that does not fit is held, and nothing is reserved for it`() throws {
    let book = try holding()
    let answer = book.reserve(call(1), need(10))
    #expect(answer.outcome.hold?.budget == "asks" && answer.events.map(\.kind) == [.holding])
    #expect(book.reservationCount == 0 && book.readings().first?.decisions[.hold] == 1)
  }

  @Test func `approval lets this call pass, and no other`() throws {
    let book = try holding()
    let admission = try #require(book.approve(call(1), need(10), approval(10, .call)).outcome.admission)
    #expect(book.reserve(call(2), need(1)).outcome.hold != nil)
    #expect(book.settle(admission.reservation, used(8))?.debits.map(\.amount) == [8])
    #expect(book.reserve(call(1), need(1)).outcome.hold != nil)
    #expect(book.window("asks")?.spent == 108)
  }

  @Test func `approval of a run lets its calls pass by the amount, and what is not used comes back`() throws {
    let book = try holding()
    let first = try #require(book.approve(call(1, run: "r"), need(30), approval(50, .run)).outcome.admission)
    let second = try book.admit(call(2, run: "r"), need(20))
    #expect(book.reserve(call(3, run: "r"), need(1)).outcome.hold != nil)
    _ = book.settle(first.reservation, used(5))
    _ = try book.admit(call(4, run: "r"), need(25))
    #expect(book.reserve(call(5, run: "r"), need(1)).outcome.hold != nil)
    #expect(book.reserve(call(6, run: "other"), need(1)).outcome.hold != nil)
    _ = book.settle(second, used(20))
    #expect(book.window("asks")?.spent == 125)
  }

  @Test func `approval of a run lets no call pass that another key names alike`() throws {
    let book = try holding()
    func call(_ id: Int64, of key: String?) -> BudgetCall {
      var call = BudgetsTests.call(id, run: "r")
      call.key = key
      return call
    }
    let first = try #require(book.approve(call(1, of: "anna"), need(10), approval(50, .run)).outcome.admission)
    for other in ["ben", nil] { #expect(book.reserve(call(2, of: other), need(1)).outcome.hold != nil) }
    _ = try book.admit(call(3, of: "anna"), need(40))
    _ = book.settle(first.reservation, used(5))
    #expect(book.reserve(call(4, of: "ben"), need(1)).outcome.hold != nil)
    _ = try book.admit(call(5, of: "anna"), need(5))
  }

  @Test func `approval ends with its time, and one that is too small changes nothing`() throws {
    let book = try holding()
    #expect(book.approve(call(1, run: "r"), need(30), approval(29, .run)).outcome.hold != nil)
    _ = try book.admit(call(2, run: "r"), need(29), at: noon.plus(599))
    _ = book.approve(call(3, run: "s"), need(30), approval(30, .run))
    #expect(book.reserve(call(4, run: "s"), need(1), at: noon.plus(600)).outcome.hold != nil)
  }

  @Test func `approval of one budget does not pass another`() throws {
    let book = try holding()
    try book.define(dollars("denies", 5))
    #expect(book.approve(call(1), need(10), approval(10, .call)).outcome.refusal?.budget == "denies")
  }

  @Test func `a held call of a hard budget may be extended within its approval`() throws {
    let book = TestBook()
    try book.define(
      dollars("asks", 100) {
        $0.onExhausted = .hold; $0.bound = .hard
      })
    try book.spend(100)
    let stream = try #require(book.approve(call(1), need(10), approval(15, .call)).outcome.admission).reservation
    #expect(book.extend(stream, to: used(15)) == .extended(hardPicodollars: 15, hardTokens: nil))
    guard case .cut = book.extend(stream, to: used(16)) else {
      Issue.record("not cut")
      return
    }
  }
}
