import Metering
import Testing

@testable import Ledger

@Suite("A summary")
struct SummaryTests {
  private let scratch = Scratch()

  @Test(
    "equals the sums of the rows, by any dimensions, over any time, in any offset",
    arguments: [UInt64(11), 12, 13, 14])
  func model(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    let ledger = try openLedger(scratch.data, slots: 2048)
    var all: [CallRecord] = []
    for number in 1...300 {
      let start = Timestamp.testStart + Int64.random(in: -200_000...200_000, using: &generator)
      all.append(.random(CallID(rawValue: Int64(number)), startedAt: start, using: &generator))
    }
    for record in all { try ledger.put(record) }
    for _ in 0..<25 {
      let dimensions = SummaryDimension.allCases.filter { _ in Int.random(in: 0..<4, using: &generator) == 0 }
      let from = Bool.random(using: &generator) ? all.randomElement(using: &generator)?.startedAt : nil
      let to = Bool.random(using: &generator) ? all.randomElement(using: &generator)?.startedAt : nil
      let offset = [0, 3600, -18000, 19800, 20700, -12600].randomElement(using: &generator) ?? 0
      let rows = try await ledger.summary(by: dimensions, from: from, to: to, utcOffsetSeconds: offset)
      let expected = SummaryModel(dimensions: dimensions, from: from, to: to, utcOffsetSeconds: Int64(offset)).rows(
        of: all)
      #expect(rows == expected, "seed \(seed): \(dimensions) from \(String(describing: from)) offset \(offset)")
    }
    ledger.close()
  }

  @Test("adds costs beyond what a sum of 64 bits holds: 9.22 million USD")
  func largeSums() async throws {
    let ledger = try openLedger(scratch.data)
    for number in 1...5 {
      var record = CallRecord.sample(CallID(rawValue: Int64(number)))
      record.costPicodollars = .max
      try ledger.put(record)
    }
    let expected = Int128(Int64.max) * 5
    let byHour = try await ledger.summary(by: [.agent], from: nil, to: nil, utcOffsetSeconds: 0)
    let byRow = try await ledger.summary(by: [.run], from: nil, to: nil, utcOffsetSeconds: 0)
    #expect(byHour.map(\.costPicodollars) == [expected])
    #expect(byRow.map(\.costPicodollars) == [expected])
    #expect(byHour.first?.costBySource == [.provider: expected])
    ledger.close()
  }

  @Test("keeps counts that would overflow at the largest number, and the ledger goes on")
  func hostileCounts() async throws {
    let ledger = try openLedger(scratch.data)
    for number in 1...4 {
      var record = CallRecord.sample(CallID(rawValue: Int64(number)))
      record.usage[.output] = .max - 1
      try ledger.put(record)
      _ = try await ledger.allCalls()
    }
    let rows = try await ledger.summary(by: [], from: nil, to: nil, utcOffsetSeconds: 0)
    #expect(rows.map { $0.usage[.output] } == [.max])
    #expect(rows.map { $0.usage[.input] } == [4000])
    #expect(ledger.health.isAvailable)
    ledger.close()
  }

  @Test("reports a subscription's cost apart")
  func subscription() async throws {
    let ledger = try openLedger(scratch.data)
    var record = CallRecord.sample(CallID(rawValue: 1))
    record.billing = .subscription
    record.costPicodollars = 7
    try ledger.put(record)
    let row = try #require(try await ledger.summary(by: [.billing], from: nil, to: nil, utcOffsetSeconds: 0).first)
    #expect(row.key == ["subscription"])
    #expect(row.costPicodollars == 0)
    #expect(row.subscriptionPicodollars == 7)
    #expect(row.costBySource.isEmpty)
    ledger.close()
  }

  @Test("puts a call into its local day, whole and half hours off UTC")
  func localDays() async throws {
    let ledger = try openLedger(scratch.data, clock: TestClock(Timestamp(unixMicroseconds: 0)))
    // 23:40, 00:10 and 18:45 UTC.
    for (number, seconds) in [(1, 85200), (2, 87000), (3, 67500)] as [(Int64, Int64)] {
      try ledger.put(.sample(CallID(rawValue: number), startedAt: Timestamp(unixMicroseconds: 0) + seconds))
    }
    func days(_ offset: Int) async throws -> [String?: Int64] {
      let rows = try await ledger.summary(by: [.day], from: nil, to: nil, utcOffsetSeconds: offset)
      return Dictionary(uniqueKeysWithValues: rows.map { ($0.key[0], $0.calls) })
    }
    #expect(try await days(0) == ["1970-01-01": 2, "1970-01-02": 1])
    #expect(try await days(3600) == ["1970-01-01": 1, "1970-01-02": 2])
    #expect(try await days(-3600) == ["1970-01-01": 3])
    #expect(try await days(19800) == ["1970-01-02": 3])
    #expect(try await days(900) == ["1970-01-01": 2, "1970-01-02": 1])
    #expect(try await days(1200) == ["1970-01-01": 1, "1970-01-02": 2])
    ledger.close()
  }

  @Test("names an hour with its offset")
  func hours() async throws {
    let ledger = try openLedger(scratch.data)
    try ledger.put(.sample(CallID(rawValue: 1)))
    for (offset, key) in [
      (0, "2026-11-23T05:00:00Z"), (7200, "2026-11-23T07:00:00+02:00"), (-20700, "2026-11-22T23:00:00-05:45"),
    ] {
      let rows = try await ledger.summary(by: [.hour], from: nil, to: nil, utcOffsetSeconds: offset)
      #expect(rows.map(\.key) == [[key]])
    }
    ledger.close()
  }

  @Test("by tool has a call in the row of each of its tools")
  func tools() async throws {
    let ledger = try openLedger(scratch.data)
    var record = CallRecord.sample(CallID(rawValue: 1))
    record.toolCalls = ["bash", "grep", "bash"].map { ToolCall(id: "t", name: $0) }
    try ledger.put(record)
    record.id = CallID(rawValue: 2)
    record.toolCalls = []
    try ledger.put(record)
    let rows = try await ledger.summary(by: [.tool], from: nil, to: nil, utcOffsetSeconds: 0)
    #expect(rows.map(\.key) == [["bash"], ["grep"], [nil]])
    #expect(rows.map(\.toolCalls) == [2, 1, 0])
    #expect(rows.map(\.calls) == [1, 1, 1])
    ledger.close()
  }

  @Test("of nothing is empty, and a question that makes no sense is refused with a sentence")
  func edges() async throws {
    let ledger = try openLedger(scratch.data)
    #expect(try await ledger.summary(by: [.agent], from: nil, to: nil, utcOffsetSeconds: 0).isEmpty)
    try ledger.put(.sample(CallID(rawValue: 1)))
    #expect(try await ledger.summary(by: [], from: .testStart, to: .testStart, utcOffsetSeconds: 0).isEmpty)
    await #expect(throws: LedgerError.self) {
      try await ledger.summary(by: [.day], from: nil, to: nil, utcOffsetSeconds: 64801)
    }
    await #expect(throws: LedgerError.self) {
      try await ledger.summary(by: [.agent, .agent], from: nil, to: nil, utcOffsetSeconds: 0)
    }
    ledger.close()
  }
}

/// The same summary, made the plainest way from all rows.
private struct SummaryModel {
  var dimensions: [SummaryDimension]
  var from: Timestamp?
  var to: Timestamp?
  var utcOffsetSeconds: Int64

  func rows(of calls: [CallRecord]) -> [SummaryRow] {
    var rows: [[String?]: SummaryRow] = [:]
    for call in calls where from.map({ $0 <= call.startedAt }) ?? true && to.map({ call.startedAt < $0 }) ?? true {
      let tools: [String?] = dimensions.contains(.tool) ? Array(Set(call.toolCalls.map(\.name))) : []
      for tool in tools.isEmpty ? [nil] : tools {
        let key = dimensions.map { value($0, call, tool) }
        rows[key, default: SummaryRow(key: key)].add(call, tool: tool)
      }
    }
    return rows.values.sorted { left, right in
      let pairs = zip(left.key, right.key)
      guard let (one, other) = pairs.first(where: { $0 != $1 }) else { return false }
      return one ?? "\u{10ffff}" < other ?? "\u{10ffff}"
    }
  }

  private func value(_ dimension: SummaryDimension, _ call: CallRecord, _ tool: String?) -> String? {
    switch dimension {
    case .agent: return call.agent
    case .workflow: return call.workflow
    case .model: return call.model
    case .provider: return call.provider
    case .run: return call.run
    case .key: return call.virtualKey
    case .team: return call.team
    case .project: return call.providerProject
    case .tool: return tool
    case .billing: return call.billing.rawValue
    case .day: return String(local(call).prefix(10))
    case .hour:
      let minutes = abs(utcOffsetSeconds) / 60
      let offset = "\(utcOffsetSeconds < 0 ? "-" : "+")\(padded(minutes / 60, to: 2)):\(padded(minutes % 60, to: 2))"
      return local(call) + (utcOffsetSeconds == 0 ? "Z" : offset)
    }
  }

  private func local(_ call: CallRecord) -> String {
    let seconds = floorDivide(call.startedAt.unixMicroseconds, by: 1_000_000) + utcOffsetSeconds
    let date = CivilDate(daysSince1970: floorDivide(seconds, by: 86400)).text
    return "\(date)T\(padded(floorDivide(seconds, by: 3600) - floorDivide(seconds, by: 86400) * 24, to: 2)):00:00"
  }
}

extension SummaryRow {
  fileprivate mutating func add(_ call: CallRecord, tool: String?) {
    calls += 1
    usage = usage + call.usage
    if call.billing == .subscription {
      subscriptionPicodollars += Int128(call.costPicodollars ?? 0)
    } else {
      costPicodollars += Int128(call.costPicodollars ?? 0)
      costBySource[call.usageSource, default: 0] += Int128(call.costPicodollars ?? 0)
      if call.costSource == .substituted { substitutedPicodollars += Int128(call.costPicodollars ?? 0) }
      if call.costSource == .reported {
        reportedPicodollars += Int128(call.costPicodollars ?? 0)
        reportedBookPicodollars += Int128(call.bookCostPicodollars ?? call.costPicodollars ?? 0)
      }
    }
    if call.costSource == .unpriced { unpricedCalls += 1 }
    if call.costSource == .partial { partialCalls += 1 }
    if call.costSource == .unmetered { unmeteredCalls += 1 }
    toolCalls += Int64(call.toolCalls.count { tool == nil || $0.name == tool })
    if [.clientError, .upstreamError, .timeout].contains(call.outcome) { errors += 1 }
  }
}
