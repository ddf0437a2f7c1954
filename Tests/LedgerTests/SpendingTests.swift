import Budgets
import Metering
import Testing

@testable import Ledger

@Suite("What calls took of budgets")
struct SpendingTests {
  private let scratch = Scratch()

  private func debit(_ scope: String = "all", _ amount: Int64 = 5) -> BudgetDebit {
    BudgetDebit(
      budget: "a", scope: scope, windowStart: Timestamp(unixMicroseconds: 0), unit: .usd, amount: amount)
  }

  @Test("is kept with what it is a sum of, and whether the budget was out of force for a time")
  func interrupted() async throws {
    let ledger = try openLedger(scratch.data)
    try await ledger.spending.replace("a", basis: "x", with: [debit()])
    try await ledger.spending.replace("b", basis: "y", with: [])
    #expect(try await ledger.spending.kept().interrupted.isEmpty)
    for _ in 0..<2 { try await ledger.spending.inForce(["b"]) }
    let kept = try await ledger.spending.kept()
    #expect(kept.debits == ["a": [debit()]] && kept.bases == ["a": "x", "b": "y"] && kept.interrupted == ["a"])
    try await ledger.spending.inForce(["a", "b"])
    #expect(try await ledger.spending.kept().interrupted == ["a"], "nobody has counted what was spent meanwhile")
    try await ledger.spending.replace("a", basis: "x", with: [debit()])
    #expect(try await ledger.spending.kept().interrupted.isEmpty)
    ledger.close()
  }

  @Test("is read of those runs that were used last, as many as a budget can know, and of everything else")
  func runs() async throws {
    let clock = TestClock()
    let ledger = try openLedger(scratch.data, clock: clock)
    let flows = (0...BudgetBook.scopesMax).map { debit("workflow=\($0)") }
    try await ledger.spending.replace("a", basis: "x", with: flows + [debit("run=old")])
    clock.now = clock.now + 7_200
    let runs = (0..<BudgetBook.scopesMax).map { debit("run=\($0)") }
    try await ledger.spending.complete("a", basis: "x", with: runs)
    let kept = try await ledger.spending.kept().debits["a"] ?? []
    #expect(Set(kept) == Set(flows + runs))
    #expect(try await ledger.spending.survey(of: "a", since: clock.now) { _ in 0 }.kept.count == kept.count)
    ledger.close()
  }

  @Test("is forgotten of runs and windows that nobody goes on with, and never of what counts for ever")
  func expiry() async throws {
    let clock = TestClock()
    let window = BudgetDebit(budget: "a", scope: "all", windowStart: .testStart, unit: .usd, amount: 5)
    let ledger = try openLedger(scratch.data, clock: clock)
    try await ledger.spending.replace("a", basis: "x", with: [debit(), debit("run=r"), window])
    ledger.close()
    for (days, left) in [(89, [debit(), debit("run=r"), window]), (91, [debit(), window]), (401, [debit()])] {
      clock.now = .testStart + Int64(days) * 86_400
      let next = try openLedger(scratch.data, clock: clock)
      #expect(Set(try await next.spending.kept().debits["a"] ?? []) == Set(left), "\(days) days")
      next.close()
    }
  }

  @Test("is surveyed from an instant on, with the budgets that a key names")
  func survey() async throws {
    let clock = TestClock()
    let ledger = try openLedger(scratch.data, clock: clock)
    var grant = KeyGrant()
    grant.budgets = ["ci", "team-*"]
    _ = try await ledger.credentials.createKey("k", grant, by: "anna")
    for key in [nil, "k", "other"] {
      clock.now = clock.now + 600
      var record = CallRecord.sample(ledger.nextCallID(), startedAt: clock.now)
      record.virtualKey = key
      record.error = "connect_failed"
      try ledger.put(record)
    }
    let found = try await ledger.spending.survey(of: "a", since: .testStart + 1_200) { forEach in
      var calls: [SpentCall] = []
      try forEach { calls.append($0) }
      return calls
    }.sum
    #expect(found.map(\.call.key) == ["k", "other"])
    #expect(found.map(\.call.keyBudgets) == [["ci", "team-*"], []])
    #expect(found.first?.path == "/v1/messages" && found.first?.method == "POST")
    #expect(found.first?.dialect == "anthropic" && found.first?.error == "connect_failed")
    ledger.close()
  }
}
