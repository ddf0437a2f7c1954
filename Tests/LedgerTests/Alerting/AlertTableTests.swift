import Metering
import Testing

@testable import Ledger

@Suite("Alerts in the ledger")
struct AlertTableTests {
  private let scratch = Scratch()

  private func state(_ key: String, revision: Int64 = 1) -> AlertState {
    AlertState(key: key, revision: revision, alert: nil, isFiring: true, expiresAt: .testStart, document: "{}")
  }

  private func alert(_ id: String, isFiring: Bool = true) -> Alert {
    Alert(
      id: id, dedupKey: "d/\(id)", rule: .unpriced, severity: .warning, isFiring: isFiring, startedAt: .testStart,
      resolvedAt: isFiring ? nil : .testStart, summary: "s", document: #"{"a":1}"#)
  }

  private func message(_ sequence: Int64, alert: String = "a", body: String = "{}") -> OutboxMessage {
    OutboxMessage(
      id: "m\(sequence)", sequence: sequence, receiver: "ops", alert: alert, format: .slack, createdAt: .testStart,
      body: body)
  }

  private func ended(_ message: OutboxMessage, _ state: MessageState = .delivered) -> OutboxMessage {
    var message = message
    message.state = state
    message.attempts = 3
    message.step = 2
    message.finishedAt = .testStart
    message.lastOutcome = "status 200"
    return message
  }

  @Test("are not written over by older news of them")
  func older() async throws {
    let ledger = try openLedger(scratch.data)
    var changes = AlertChanges()
    for news in [message(1), ended(message(1)), message(1)] {
      changes.messages = [news]
      try await ledger.alerts.commit(changes, limits: AlertLimits())
    }
    #expect(try await ledger.alerts.message("m1") == ended(message(1)))
  }

  @Test("are there soon, though nobody waits for them")
  func soon() async throws {
    let ledger = try openLedger(scratch.data)
    ledger.alerts.commitSoon(state("x", revision: 2))
    ledger.alerts.commitSoon(state("x", revision: 1))
    // The writer takes jobs in their order.
    try await ledger.alerts.commit(AlertChanges(), limits: AlertLimits())
    #expect(try await ledger.alerts.contents().states == [state("x", revision: 2)])
  }

  @Test("are there again after a restart, with their messages")
  func restart() async throws {
    let ledger = try openLedger(scratch.data)
    var changes = AlertChanges()
    changes.states = [state("x"), state("y")]
    changes.alerts = [alert("a"), alert("b", isFiring: false)]
    changes.messages = [message(1), message(2), ended(message(3))]
    try await ledger.alerts.commit(changes, limits: AlertLimits())
    var more = AlertChanges()
    more.forgotten = ["y"]
    more.messages = [ended(message(2), .dropped)]
    try await ledger.alerts.commit(more, limits: AlertLimits())
    ledger.close()
    let again = try openLedger(scratch.data)
    let contents = try await again.alerts.contents()
    #expect(contents.states == [state("x")])
    #expect(contents.alerts == [alert("a")])
    #expect(contents.messages == [message(1)] && contents.greatestSequence == 3)
    let listed = try await again.alerts.list(AlertFilter())
    #expect(listed.map(\.alert.id) == ["b", "a"])
    #expect(listed.last?.messages.map(\.state) == [.waiting, .dropped, .delivered])
    #expect(try await again.alerts.message("m3") == ended(message(3)))
    #expect(try await again.alerts.message("m9") == nil)
    #expect(try await again.alerts.droppedMessages(of: "ops") == [ended(message(2), .dropped)])
    again.close()
  }

  @Test("are listed by state and rule, in pages")
  func listing() async throws {
    let ledger = try openLedger(scratch.data)
    var changes = AlertChanges()
    for number in 0..<7 { changes.alerts.append(alert("a\(number)", isFiring: number % 2 == 0)) }
    try await ledger.alerts.commit(changes, limits: AlertLimits())
    var filter = AlertFilter()
    filter.isFiring = true
    filter.limit = 3
    let page = try await ledger.alerts.list(filter)
    #expect(page.map(\.alert.id) == ["a6", "a4", "a2"])
    filter.before = page.last?.number
    #expect(try await ledger.alerts.list(filter).map(\.alert.id) == ["a0"])
    filter = AlertFilter()
    filter.rule = .ledgerFailing
    #expect(try await ledger.alerts.list(filter).isEmpty)
    ledger.close()
  }

  @Test("are written with the row of the call that brought them about, and an older state never replaces a newer one")
  func withTheCall() async throws {
    let ledger = try openLedger(scratch.data)
    var changes = AlertChanges()
    changes.states = [state("old", revision: 9)]
    try await ledger.alerts.commit(changes, limits: AlertLimits())
    let id = CallID(rawValue: 5)
    ledger.settle(
      try ledger.admit(.sample(id)), as: .sample(id), alerts: [state("new", revision: 10), state("old", revision: 8)])
    #expect(try await ledger.allCalls().count == 1)
    let states = try await ledger.alerts.contents().states
    #expect(states.sorted { $0.key < $1.key } == [state("new", revision: 10), state("old", revision: 9)])
    ledger.close()
  }

  @Test("are bounded: what is delivered goes first, the oldest first, and what waits stays")
  func bounded() async throws {
    let ledger = try openLedger(scratch.data)
    var limits = AlertLimits()
    limits.messagesMax = 4
    limits.bytesMax = 100
    limits.alertsMax = 2
    var changes = AlertChanges()
    changes.messages = [
      ended(message(1)), message(2), ended(message(3)), message(4), ended(message(5)), ended(message(6)),
    ]
    changes.alerts = (0..<5).map { alert("a\($0)", isFiring: $0 == 0) }
    try await ledger.alerts.commit(changes, limits: limits)
    func sequences() async throws -> [Int64] {
      var sequences: [Int64] = []
      for number: Int64 in 1...9 {
        if try await ledger.alerts.message("m\(number)") != nil { sequences.append(number) }
      }
      return sequences
    }
    #expect(try await sequences() == [2, 4, 5, 6])
    #expect(try await ledger.alerts.list(AlertFilter()).map(\.alert.id) == ["a4", "a3", "a0"])
    changes = AlertChanges()
    changes.messages = [message(7, body: String(repeating: "x", count: 97))]
    try await ledger.alerts.commit(changes, limits: limits)
    #expect(try await sequences() == [2, 4, 7])
    ledger.close()
  }

  @Test("that are over are kept for their time")
  func retention() async throws {
    let clock = TestClock()
    let ledger = try openLedger(scratch.data, clock: clock)
    var changes = AlertChanges()
    changes.alerts = [alert("a"), alert("b", isFiring: false)]
    changes.messages = [message(1), ended(message(2))]
    try await ledger.alerts.commit(changes, limits: AlertLimits())
    clock.now = .testStart + 31 * 86_400
    changes = AlertChanges()
    changes.alerts = [alert("c")]
    try await ledger.alerts.commit(changes, limits: AlertLimits())
    #expect(try await ledger.alerts.list(AlertFilter()).map(\.alert.id) == ["c", "a"])
    #expect(try await ledger.alerts.message("m1") != nil)
    #expect(try await ledger.alerts.message("m2") == nil)
    ledger.close()
  }
}
