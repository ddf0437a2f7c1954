import Metering
import Testing

@testable import Ledger

@Suite("Hourly totals")
struct RollupTests {
  private let scratch = Scratch()

  @Test("of names that peers choose are bounded an hour: the rest is one total, and no cost is lost")
  func folded() throws {
    try openLedger(scratch.data).close()
    let limit = 50
    try withDatabase(scratch.data + "/ledger.sqlite") { connection in
      func add(_ numbers: Range<Int>, hour: Int64) throws {
        // A writer of its own each time, as after a restart.
        let names = try Names(connection)
        let writer = try RollupWriter(connection, names: names, totalsPerHourMax: limit)
        for number in numbers {
          var record = CallRecord.sample(CallID(rawValue: Int64(number)), startedAt: .testStart + hour * 3600)
          record.agent = "agent-\(number)"
          record.costPicodollars = 1
          try writer.add(record)
        }
        try writer.flush()
      }
      try add(0..<30, hour: 0)
      try add(20..<200, hour: 0)
      try add(0..<10, hour: 1)
      let start = Timestamp.testStart.hour
      func count(_ what: String, hour: Int64) throws -> Int64? {
        try queryInt64(connection, "SELECT \(what) FROM rollups WHERE hour = \(start + hour)")
      }
      #expect(try count("count(*)", hour: 0) == Int64(limit + 1))
      #expect(try count("sum(calls)", hour: 0) == 210)
      #expect(try count("sum(cost_low)", hour: 0) == 210)
      #expect(try count("count(*)", hour: 1) == 10)
      let other = try queryInt64(connection, "SELECT id FROM names WHERE name = 'other'")
      #expect(
        try queryInt64(
          connection, "SELECT calls FROM rollups WHERE agent = \(other ?? 0) AND model = agent AND workflow = agent")
          == 150)
    }
  }

  @Test("keep what is booked for a call in the total that has the call")
  func foldedAdjustment() async throws {
    let ledger = try openLedger(scratch.data, slots: 8192)
    for number in 1...RollupHours.totalsPerHourMax + 3 {
      var record = CallRecord.sample(CallID(rawValue: Int64(number)))
      record.agent = "agent-\(number)"
      record.costPicodollars = 1
      record.toolCalls = []
      try ledger.put(record)
    }
    let last = CallID(rawValue: Int64(RollupHours.totalsPerHourMax + 3))
    _ = try await ledger.books.book(Correction(target: .call(last), deltaPicodollars: 5, reason: "r", who: "w"))
    let rows = try await ledger.summary(by: [.agent], from: nil, to: nil, utcOffsetSeconds: 0)
    #expect(rows.count == RollupHours.totalsPerHourMax + 1)
    #expect(rows.first { $0.key == ["other"] }?.costPicodollars == 8)
    let byRow = try await ledger.summary(by: [.agent, .run], from: nil, to: nil, utcOffsetSeconds: 0)
    #expect(byRow.first { $0.key.first == "agent-\(last.rawValue)" }?.costPicodollars == 6, "rows keep every name")
    ledger.close()
  }

  @Test("are exact over negative and huge amounts alike", arguments: [UInt64(1), 2, 3])
  func splitSums(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var sum = SplitSum()
    var expected: Int128 = 0
    for _ in 0..<10_000 {
      let amount = Int64.random(in: .min ... .max, using: &generator)
      sum.add(amount)
      expected += Int128(amount)
      let wide = Int128(Int64.random(in: .min ... .max, using: &generator)) << 20
      sum.add(SplitSum(wide))
      expected += wide
    }
    #expect(sum.picodollars == expected, "seed \(seed)")
  }
}
