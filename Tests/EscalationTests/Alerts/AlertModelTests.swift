import Ledger
import Metering
import Testing

@testable import Escalation

/// A model of what is promised: for each condition, whether it holds, and whether its present spell was told.
@Suite("Alerts, at random")
struct AlertModelTests {
  private struct Known {
    var holds = false
    var isTold = false
  }

  @Test(
    "What holds is told once in each spell, its end after it, and a restart at any moment changes nothing",
    arguments: 1...20)
  func model(seed: UInt64) {
    var random = SeededRandom((seed, 77))
    var board = AlertBoard.sample(seed: seed)
    var rows: [String: AlertState] = [:]
    var open: [String: Alert] = [:]
    var known: [String: Known] = [:]
    var now = Timestamp.start
    for step in 0..<3000 {
      now = now + Int64.random(in: 0...3_000_000, using: &random)
      let provider = "p\(Int.random(in: 0..<6, using: &random))"
      let condition = AlertCondition.failing(provider)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4:
        board.fire(condition, now: now)
        known[provider, default: Known()].holds = true
      case 4..<6:
        board.resolve(condition.key, now: now)
        known[provider, default: Known()].holds = false
      case 6 where step % 5 == 0:
        board = AlertBoard.sample(seed: seed &+ UInt64(step))
        #expect(board.restore(Array(rows.values), alerts: Array(open.values), now: now) == 0)
      default: break
      }
      for notice in board.advance(now: now) {
        let subject = notice.group.subject
        let before = known[subject] ?? Known()
        #expect(before.isTold != notice.isFiring, "seed \(seed), step \(step): \(subject) told twice")
        #expect(before.holds == notice.isFiring, "seed \(seed), step \(step): \(subject) does not stand so")
        known[subject, default: Known()].isTold = notice.isFiring
        open[notice.alert] = notice.isFiring ? notice.row : nil
      }
      let (states, forgotten) = board.takeChanges()
      for state in states { rows[state.key] = state }
      for key in forgotten { rows[key] = nil }
    }
    for notice in board.run(from: now, seconds: 200) {
      known[notice.group.subject, default: Known()].isTold = notice.isFiring
    }
    for (provider, state) in known { #expect(state.holds == state.isTold, "seed \(seed): \(provider)") }
  }
}
