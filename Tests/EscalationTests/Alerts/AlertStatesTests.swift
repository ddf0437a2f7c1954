import Ledger
import Metering
import Testing

@testable import Escalation

/// Against a dictionary that is gone through for each question.
@Suite("States of alerts, at random")
struct AlertStatesTests {
  @Test("What is counted, looked at and forgotten first is what going through all of them finds", arguments: 1...5)
  func model(seed: UInt64) {
    var random = SeededRandom((seed, 3))
    var states = AlertStates()
    var known: [AlertKey: AlertBoard.State] = [:]
    var looks: [AlertKey: Timestamp] = [:]
    var revision: Int64 = 0
    for step: Int64 in 0..<20_000 {
      let key = AlertCondition.threshold("s\(Int.random(in: 0..<200, using: &random))").key
      switch Int.random(in: 0..<8, using: &random) {
      case 0..<4:
        revision += 1
        var state = states[key] ?? AlertBoard.State(condition: .threshold(key.member))
        state.revision = revision
        state.alert = Bool.random(using: &random) ? "alt" : nil
        state.isFiring = state.isPending || Bool.random(using: &random)
        states.put(state, key)
        known[key] = state
        let due = state.isFiring ? Timestamp.dayEnd : .dayEnd + AlertBoard.rememberedMicroseconds
        looks[key] = min(looks[key] ?? due, due)
      case 4:
        let time = Timestamp.at(step + Int64.random(in: 0..<300, using: &random))
        states.look(at: key, time)
        if known[key] != nil { looks[key] = time }
      case 5:
        states.remove(key)
        known[key] = nil
        looks[key] = nil
      case 6:
        let candidates = known.filter { !$0.value.isPending }.sorted { left, right in
          if left.value.isFiring != right.value.isFiring { return right.value.isFiring }
          return left.value.revision < right.value.revision
        }
        #expect(states.removeOldest()?.key == candidates.first?.key, "seed \(seed), step \(step)")
        if let key = candidates.first?.key {
          known[key] = nil
          looks[key] = nil
        }
      default:
        let due = looks.filter { $0.value <= .at(step) }
        #expect(Set(states.takeDue(.at(step), max: 1_000)) == Set(due.keys), "seed \(seed), step \(step)")
        for key in due.keys { looks[key] = nil }
      }
      #expect(states.count == known.count && states.firingCount == known.values.count { $0.isFiring })
    }
  }

  @Test("What is outdated does not pile up")
  func outdated() throws {
    var states = AlertStates()
    let key = AlertCondition.threshold().key
    for revision: Int64 in 1...200_000 {
      var state = AlertBoard.State(condition: .threshold())
      state.revision = revision
      state.alert = "alt"
      states.put(state, key)
    }
    #expect(states.notedCount <= 3 * 4 * AlertBoard.statesMax + 3)
    #expect(states.removeOldest()?.state.revision == 200_000 && states.removeOldest() == nil)
  }
}
