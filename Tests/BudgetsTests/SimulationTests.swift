import Budgets
import Metering
import Testing

@Suite struct SimulationTests {
  private func settled(
    _ id: Int64, _ amount: Int64, at second: Int64, lasting: Int64 = 1, workflow: String = "nightly"
  ) -> SimulatedCall {
    SimulatedCall(
      call: call(id, workflow: workflow), used: used(amount), startedAt: noon.plus(second),
      endedAt: noon.plus(second + lasting))
  }

  private func run(_ definitions: [BudgetDefinition], _ calls: [SimulatedCall]) throws -> [SimulatedRefusals] {
    var simulation = try BudgetSimulation(definitions, from: noon)
    for call in calls { simulation.replay(call) }
    return simulation.finish()
  }

  @Test func `it says which calls would have been refused, when, and what that would have saved`() throws {
    let calls = (0..<10 as Range<Int64>).map { settled($0, 30, at: $0 * 10, workflow: $0 % 2 == 0 ? "a" : "b") }
    let rows = try run([dollars("flows", 100) { $0.each = .workflow }], calls)
    #expect(rows.map(\.scope) == ["workflow=a", "workflow=b"] && rows.map(\.workflow) == ["a", "b"])
    #expect(rows.map(\.refusals) == [2, 2])
    #expect(rows.map(\.firstRefusalAt) == [noon.plus(60), noon.plus(70)])
    #expect(rows.map(\.saved.picodollars) == [60, 60])
  }

  @Test func `a limit that is never reached has no row`() throws {
    #expect(try run([dollars("all", 100)], [settled(1, 50, at: 0), settled(2, 50, at: 10)]).isEmpty)
  }

  @Test func `calls that wait start later, and only those that wait in vain are refused`() throws {
    let calls = [
      settled(1, 60, at: 0, lasting: 10), settled(2, 40, at: 1, lasting: 10), settled(3, 10, at: 2, lasting: 1),
    ]
    // The third would pass the limit only with what the others have reserved; the first ends with less.
    let rows = try run([dollars("all", 109)], calls)
    #expect(rows.map(\.waits) == [1] && rows.map(\.refusals) == [1])
    let slow = [settled(1, 60, at: 0, lasting: 100), settled(2, 45, at: 1, lasting: 5)]
    let late = try run([dollars("all", 100)], slow)
    #expect(late.map(\.waitsInVain) == [1] && late.map(\.firstRefusalAt) == [noon.plus(31)])
  }

  @Test func `a budget that observes is taken as enforced, and one that holds as refusing`() throws {
    let rows = try run(
      [
        dollars("asks", 50) { $0.onExhausted = .hold },
        dollars("watches", 70) { $0.mode = .observe },
      ], [settled(1, 40, at: 0), settled(2, 40, at: 10), settled(3, 5, at: 20)])
    #expect(rows.map(\.budget) == ["watches"] && rows.map(\.refusals) == [1])
  }

  @Test func `thousands of calls that overlap end once each, and the same seed gives the same answer`() throws {
    func rows(seed: UInt64) throws -> [SimulatedRefusals] {
      var random = SeededGenerator(seed: seed)
      var second: Int64 = 0
      let calls = (0..<5_000 as Range<Int64>).map { id in
        second += Int64.random(in: 0...20, using: &random)
        return settled(
          id, .random(in: 0...50, using: &random), at: second, lasting: .random(in: 0...300, using: &random),
          workflow: "w\(id % 5)")
      }
      return try run(
        [
          dollars("all", 2_000) {
            $0.period = .hour; $0.bound = .hard
          }
        ], calls)
    }
    let first = try rows(seed: 3)
    #expect(first == (try rows(seed: 3)) && first.map(\.refusals).reduce(0, +) > 100)
  }
}
