import Budgets
import Dialects
import Metering
import Testing

@testable import Runs

@Suite("A run that a restart interrupts")
struct KeptRunTests {
  private func kept(_ change: (inout KeptRun) -> Void) -> KeptRun {
    var kept = KeptRun(
      Play.run, key: "k", call: Play.call(0), startedAt: Timestamp(unixMicroseconds: 0),
      lastAt: Timestamp(unixMicroseconds: 50_000_000))
    change(&kept)
    return kept
  }

  private func played(
    _ limits: [GuardrailLimit], denied: [BudgetPattern] = [], _ change: (inout KeptRun) -> Void
  ) throws -> Play {
    var definition = GuardrailDefinition(name: "g", limits: limits, action: .deny)
    definition.toolsDenied = denied
    let play = try Play([definition])
    play.wait(seconds: 60)
    play.monitor.restore(kept(change), in: Play.slot)
    return play
  }

  @Test("goes on from what was counted of it")
  func totals() throws {
    let play = try played([GuardrailLimit(.llmCalls, 7)]) { $0.totals.llmCalls = 5 }
    #expect((0..<4).map { _ in play.ask().answer.passes } == [true, true, false, false])
    #expect(play.tally?.clock.wallMicroseconds == 60_000_000)
  }

  @Test(
    "is stopped by each limit where it would have been",
    arguments: [
      (GuardrailLimit(.toolCalls, 3), 1), (GuardrailLimit(.fanout, 3), 1), (GuardrailLimit(.cost, 1_000), 1),
      (GuardrailLimit(.wallTime, 59_000_000), 1), (GuardrailLimit(.wallTime, 61_000_000), 0),
    ])
  func limits(limit: GuardrailLimit, refused: Int) throws {
    let play = try played([limit]) {
      $0.totals.toolCalls = 4
      $0.totals.width = 4
      $0.totals.costPicodollars = 1_000
    }
    #expect((play.ask().answer.passes ? 0 : 1) == refused)
  }

  @Test("keeps what a person released, and what people were told")
  func guardrails() throws {
    let told = Timestamp(unixMicroseconds: 55_000_000)
    let play = try played([GuardrailLimit(.llmCalls, 2), GuardrailLimit(.toolCalls, 1)]) {
      $0.totals.llmCalls = 3
      $0.totals.toolCalls = 9
      $0.guardrails = [
        KeptGuardrail(guardrail: "g", kind: .llmCalls, granted: 2, lastToldAt: told),
        KeptGuardrail(
          guardrail: "g", kind: .toolCalls, releasedUntil: Timestamp(unixMicroseconds: 3_600_000_000)),
        KeptGuardrail(guardrail: "gone", kind: .llmCalls, granted: 9),
      ]
    }
    #expect(play.ask().answer.passes)
    let trips = play.ask().answer.trips
    #expect(trips.map(\.limit) == [4])
    #expect(trips.map(\.isNews) == [false])
  }

  @Test("is stopped on for a tool that may not be called")
  func forbiddenTools() throws {
    func play(_ tool: String) throws -> Play {
      try played([], denied: [BudgetPattern("rm*")]) {
        var measures = ToolMeasures()
        measures.calls = 2
        $0.tools = [(name: tool, measures: measures)]
      }
    }
    let refused = try #require(try play("rm_all").ask().answer.refusal)
    #expect(refused.tool == "rm_all")
    #expect(refused.value == 2)
    let other = try play("read")
    #expect(other.ask().answer.passes)
    #expect(other.tally?.toolsByName.map(\.measures.calls) == [2])
  }

  @Test("ends as unknown where nothing of it was seen since, with what was counted before")
  func end() throws {
    let play = try played([GuardrailLimit(.llmCalls, 99)]) {
      $0.totals.llmCalls = 5
      $0.totals.modelWorkMicroseconds = 20_000_000
    }
    let end = try #require(play.close())
    #expect(end.outcome == .unknown)
    #expect(end.tally.totals.llmCalls == 5)
    #expect(end.tally.clock.wallMicroseconds == 50_000_000)
    #expect(end.tally.clock.modelMicroseconds == 20_000_000)
    let seen = try played([GuardrailLimit(.llmCalls, 99)]) { $0.totals.llmCalls = 5 }
    seen.reply(seen.ask().call)
    #expect(seen.close()?.outcome == .ok)
  }

  @Test("is left as it is where it is known already")
  func known() throws {
    let play = try Play()
    _ = play.ask()
    play.monitor.restore(kept { $0.totals.llmCalls = 5 }, in: Play.slot)
    #expect(play.tally?.totals.llmCalls == 1)
  }
}
