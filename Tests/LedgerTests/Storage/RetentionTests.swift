import Metering
import Runs
import Testing

@testable import Ledger

@Suite("Retention")
struct RetentionTests {
  private let scratch = Scratch()
  private let clock = TestClock()
  private let day: Int64 = 86400

  @Test("deletes rows after their days, tools with them, and keeps the totals")
  func rows() async throws {
    let ledger = try openLedger(scratch.data, clock: clock, slots: 4096)
    for number in 1...1200 { try ledger.put(.sample(CallID(rawValue: Int64(number)))) }
    try ledger.put(.sample(CallID(rawValue: 5000), startedAt: .testStart + 60 * day))
    ledger.close()

    clock.now = .testStart + 91 * day
    let next = try openLedger(scratch.data, clock: clock)
    #expect(try await eventually { try await next.allCalls().map(\.id.rawValue) == [5000] })
    let total = try await next.summary(by: [.agent], from: nil, to: nil, utcOffsetSeconds: 0)
    #expect(total.map(\.calls) == [1201])
    let byTool = try await next.summary(by: [.tool], from: nil, to: nil, utcOffsetSeconds: 0)
    #expect(byTool.map(\.toolCalls) == [2])
    next.close()
    #expect(try number(in: scratch.data + "/ledger.sqlite", "SELECT count(DISTINCT call) FROM tool_calls") == 1)
  }

  @Test("deletes what was noticed of runs after the days of rows, also where there is no row")
  func events() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    for seconds in [0, 60 * day] {
      ledger.runs.note([
        RunEvent(Anomaly(.cut), run: "r", call: nil, agent: "a", workflow: "w", at: .testStart + seconds)
      ])
    }
    ledger.close()
    clock.now = .testStart + 91 * day
    let next = try openLedger(scratch.data, clock: clock)
    #expect(
      try await eventually {
        try await next.runs.events(RunEventFilter()).map(\.event.at) == [.testStart + 60 * day]
      })
    next.close()
  }

  @Test("answers days half an hour off UTC from the totals where the rows are gone")
  func expiredHalfHours() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    try ledger.put(.sample(CallID(rawValue: 1)))
    ledger.close()
    clock.now = .testStart + 100 * day
    let next = try openLedger(scratch.data, clock: clock)
    #expect(try await eventually { try await next.allCalls().isEmpty })
    let rows = try await next.summary(by: [.day], from: .testStart, to: .testStart + 1, utcOffsetSeconds: 19800)
    #expect(rows.map(\.calls) == [1])
    next.close()
  }

  @Test("deletes totals after their months")
  func totals() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    for month in 0..<3 as Range<Int64> {
      try ledger.put(.sample(CallID(rawValue: month + 1), startedAt: .testStart + month * 31 * day))
    }
    ledger.close()
    clock.now = .testStart + 31 * 25 * day
    let next = try openLedger(scratch.data, clock: clock)
    #expect(
      try await eventually {
        try await next.summary(by: [], from: nil, to: nil, utcOffsetSeconds: 0).map(\.calls) == [2]
      })
    next.close()
  }

  @Test("does not delete by a clock that has jumped")
  func jump() {
    let hour: Int64 = 3600
    let watch = ClockWatch(now: .testStart, monotonicNanoseconds: 5_000_000_000)
    #expect(watch.isTrusted(now: .testStart + 7 * hour, monotonicNanoseconds: (5 + 7 * hour) * 1_000_000_000))
    #expect(!watch.isTrusted(now: .testStart + 365 * day, monotonicNanoseconds: 6_000_000_000))
    #expect(!watch.isTrusted(now: .testStart + -2 * hour, monotonicNanoseconds: 6_000_000_000))
  }
}
