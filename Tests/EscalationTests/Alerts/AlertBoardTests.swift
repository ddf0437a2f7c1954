import Ledger
import Metering
import Testing

@testable import Escalation

@Suite("Alerts")
struct AlertBoardTests {
  @Test("A condition is told once, however often it is reported")
  func once() {
    var board = AlertBoard.sample()
    #expect(board.fire(.threshold(), now: .start) != nil)
    for _ in 0..<1000 { #expect(board.fire(.threshold(), now: .start) == nil) }
    let notices = board.run(seconds: 600)
    #expect(notices.count == 1)
    #expect(notices.first?.isFiring == true && notices.first?.at == .at(2))
    #expect(notices.first?.receivers == ["ops"] && notices.first?.conditions == [.threshold()])
  }

  @Test(
    "Scopes of one budget that cross together are told in one alert; those after it a minute later, in the same alert")
  func grouping() {
    var board = AlertBoard.sample()
    for scope in 0..<30 { board.fire(.threshold("workflow=w\(scope)"), now: .at(Int64(scope) / 20)) }
    let first = board.run(seconds: 30)
    #expect(first.count == 1)
    #expect(first.first?.conditions.count == AlertNotice.conditionsListedMax && first.first?.othersCount == 10)
    #expect(first.first?.holdingCount == 30)
    board.fire(.threshold("workflow=late"), now: .at(31))
    let second = board.run(from: .at(31), seconds: 120)
    #expect(second.count == 1)
    #expect(second.first?.at == .at(62) && second.first?.alert == first.first?.alert)
    #expect(second.first?.conditions == [.threshold("workflow=late")] && second.first?.holdingCount == 31)
  }

  @Test("Thresholds, budgets, windows and rules are alerts of their own")
  func apart() {
    var board = AlertBoard.sample()
    var others: [AlertCondition] = [.threshold(), .threshold(threshold: 500_000), .failing(), .failing("groq")]
    for change: @Sendable (inout BudgetFacts) -> Void in [{ $0.budget = "b" }, { $0.windowStart = .dayEnd }] {
      var facts = BudgetFacts.sample()
      change(&facts)
      others.append(
        AlertCondition(rule: .budgetThreshold, severity: .warning, facts: .budget(facts), receivers: []))
    }
    others.append(
      AlertCondition(rule: .budgetRefusing, severity: .error, facts: .budget(.sample(threshold: nil)), receivers: []))
    for condition in others { board.fire(condition, now: .start) }
    let notices = board.run(seconds: 5)
    #expect(notices.count == others.count)
    #expect(Set(notices.map(\.group.dedupKey)).count == others.count)
    #expect(Set(notices.map(\.alert)).count == others.count)
  }

  @Test("Its end is told once every condition is over, with the alert's own id")
  func end() {
    var board = AlertBoard.sample()
    board.fire(.threshold("a"), now: .start)
    board.fire(.threshold("b"), now: .start)
    let told = board.run(seconds: 10)
    board.resolve(AlertCondition.threshold("a").key, now: .at(10))
    #expect(board.run(from: .at(10), seconds: 20).isEmpty)
    board.resolve(AlertCondition.threshold("b").key, now: .at(30))
    board.resolve(AlertCondition.threshold("b").key, now: .at(30))
    let over = board.run(from: .at(30), seconds: 600)
    #expect(over.map(\.isFiring) == [false] && over.map(\.at) == [.at(32)])
    #expect(over.map(\.alert) == told.map(\.alert) && over.first?.group.dedupKey == told.first?.group.dedupKey)
    #expect(over.first?.conditions.count == 2 && over.first?.receivers == ["ops"])
    #expect(over.first?.startedAt == .at(2))
  }

  @Test("The end of its window ends a condition")
  func windowEnd() {
    var board = AlertBoard.sample()
    board.fire(.threshold(), now: .start)
    _ = board.run(seconds: 5)
    let over = board.run(from: .dayEnd + -1_000_000, seconds: 5)
    #expect(over.map(\.isFiring) == [false] && over.map(\.at) == [.dayEnd + 2_000_000])
    #expect(board.fire(.threshold(), now: .dayEnd) == nil, "its window is over")
    _ = board.run(from: .dayEnd + 3_600_000_000, seconds: 1)
    #expect(board.states.isEmpty && board.groups.isEmpty && board.nextDue == nil)
  }

  @Test("Within a window it is told once though it ends and comes back, unless its limit has changed")
  func comesBack() {
    var board = AlertBoard.sample()
    board.fire(.threshold(), now: .start)
    _ = board.run(seconds: 5)
    board.resolve(AlertCondition.threshold().key, now: .at(10))
    #expect(board.run(from: .at(10), seconds: 5).count == 1)
    #expect(board.fire(.threshold(), now: .at(20)) == nil)
    #expect(board.run(from: .at(20), seconds: 5).isEmpty)
    #expect(board.fire(.threshold(limitUSD: 300), now: .at(30)) != nil)
    #expect(board.run(from: .at(30), seconds: 5).map(\.isFiring) == [true])
  }

  @Test("Without a window each time is told, as an alert of its own with the same deduplication key")
  func again() {
    var board = AlertBoard.sample()
    var notices: [AlertNotice] = []
    for round: Int64 in 0..<3 {
      board.fire(.failing(), now: .at(round * 600))
      notices += board.run(from: .at(round * 600), seconds: 100)
      board.resolve(AlertCondition.failing().key, now: .at(round * 600 + 300))
      notices += board.run(from: .at(round * 600 + 300), seconds: 100)
    }
    #expect(notices.map(\.isFiring) == [true, false, true, false, true, false])
    #expect(Set(notices.map(\.alert)).count == 3 && Set(notices.map(\.group.dedupKey)).count == 1)
    #expect(board.states.isEmpty)
  }

  @Test("What is over before it is told is told to nobody")
  func tooShort() {
    var board = AlertBoard.sample()
    board.fire(.failing(), now: .start)
    board.resolve(AlertCondition.failing().key, now: .at(1))
    #expect(board.run(seconds: 100).isEmpty)
    #expect(board.states.isEmpty && board.groups.isEmpty)
    #expect(board.takeChanges().forgotten == [AlertCondition.failing().key.text])
  }

  @Test("A restart tells nothing twice and forgets nothing: what is pending, what holds, what is over")
  func restart() throws {
    var board = AlertBoard.sample()
    board.fire(.threshold("told"), now: .start)
    board.fire(.failing(), now: .start)
    board.fire(.threshold("over", threshold: 500_000), now: .start)
    let told = board.run(seconds: 5)
    board.resolve(AlertCondition.threshold("over", threshold: 500_000).key, now: .at(6))
    let over = board.run(from: .at(6), seconds: 5)
    let row = board.fire(.threshold("pending"), now: .at(12))
    let pending = try #require(row)
    var rows: [String: AlertState] = [:]
    for row in board.takeChanges().states { rows[row.key] = row }
    #expect(rows[pending.key] == pending)

    var next = AlertBoard.sample(seed: 9)
    let open = (told + over).map(\.row).reduce(into: [String: Alert]()) { $0[$1.id] = $1 }.values.filter(\.isFiring)
    #expect(next.restore(Array(rows.values), alerts: Array(open), now: .at(20)) == 0)
    #expect(next.fire(.threshold("told"), now: .at(20)) == nil)
    #expect(next.fire(.failing(), now: .at(20)) == nil)
    #expect(next.fire(.threshold("over", threshold: 500_000), now: .at(20)) == nil)
    let later = next.run(from: .at(20), seconds: 200)
    #expect(later.map { $0.conditions } == [[.threshold("pending")]])
    #expect(
      later.first?.alert
        == told.first { $0.group.rule == .budgetThreshold && $0.group.thresholdPartsPerMillion == 800_000 }?.alert)
    next.resolve(AlertCondition.failing().key, now: .at(300))
    #expect(
      next.run(from: .at(300), seconds: 5).map(\.alert)
        == told.filter { $0.group.rule == .upstreamFailing }.map(\.alert))
  }

  @Test("What is reported before the ledger's states are read is not told twice")
  func reportedEarly() {
    var board = AlertBoard.sample()
    board.fire(.failing(), now: .start)
    let told = board.run(seconds: 5)
    let rows = board.takeChanges().states
    var next = AlertBoard.sample(seed: 9)
    next.fire(.failing(), now: .at(10))
    #expect(next.restore(rows, alerts: told.map(\.row), now: .at(11)) == 0)
    #expect(next.run(from: .at(11), seconds: 200).isEmpty)
    next.resolve(AlertCondition.failing().key, now: .at(300))
    #expect(next.run(from: .at(300), seconds: 5).map(\.alert) == told.map(\.alert))
  }

  @Test("States are bounded: what ended first goes first, then what was told first; what nobody was told yet stays")
  func bounded() {
    var board = AlertBoard.sample()
    for scope in 0..<AlertBoard.statesMax { board.fire(.threshold("s\(scope)"), now: .start) }
    #expect(board.fire(.threshold("one too many"), now: .start) == nil && board.forgottenCount == 1)
    _ = board.run(seconds: 3)
    board.resolve(AlertCondition.threshold("s5000").key, now: .at(4))
    _ = board.takeChanges()
    board.fire(.threshold("new"), now: .at(5))
    #expect(board.states.count == AlertBoard.statesMax && board.forgottenCount == 1)
    #expect(board.states[AlertCondition.threshold("s5000").key] == nil)
    board.fire(.threshold("newer"), now: .at(5))
    #expect(board.states.count == AlertBoard.statesMax && board.forgottenCount == 2)
    #expect(board.firingCount == AlertBoard.statesMax)
    #expect(board.isFiring(AlertCondition.threshold("new").key))
    #expect(board.takeChanges().forgotten.count == 2)
  }

  @Test("A midnight that ends thousands at once is done in steps, and one alert tells their end")
  func midnight() {
    var board = AlertBoard.sample()
    let count = 3 * AlertBoard.looksMax
    for scope in 0..<count { board.fire(.threshold("s\(scope)"), now: .start) }
    _ = board.run(seconds: 3)
    #expect(board.advance(now: .dayEnd).isEmpty && board.firingCount == count - AlertBoard.looksMax)
    let over = board.run(from: .dayEnd, seconds: 10)
    #expect(over.map(\.isFiring) == [false] && board.firingCount == 0)
    #expect((over.first?.conditions.count ?? 0) + (over.first?.othersCount ?? 0) == count)
  }

  @Test("An alert of which every condition was forgotten is over")
  func forgottenAlert() {
    var board = AlertBoard.sample()
    board.fire(.threshold("first", threshold: 500_000), now: .start)
    let told = board.run(seconds: 3)
    for scope in 1..<AlertBoard.statesMax { board.fire(.threshold("s\(scope)"), now: .at(4)) }
    board.fire(.threshold("one more"), now: .at(4))
    let over = board.run(from: .at(4), seconds: 3).filter { !$0.isFiring }
    #expect(over.map(\.alert) == told.map(\.alert))
    #expect(over.map(\.receivers) == told.map(\.receivers) && told.first?.receivers.isEmpty == false)
  }

  @Test("A deduplication key fits PagerDuty's 255 bytes and stays unique")
  func dedupKey() {
    let long = String(repeating: "ü", count: 300)
    let keys = ["a", "b"].map { AlertGroup(rule: .budgetThreshold, subject: long + $0).dedupKey }
    #expect(keys.allSatisfy { $0.utf8.count <= 255 } && keys[0] != keys[1])
    #expect(
      AlertCondition.threshold().key.group.dedupKey == "tollgate/budget_threshold/workflows/800000/1795392000")
  }
}
