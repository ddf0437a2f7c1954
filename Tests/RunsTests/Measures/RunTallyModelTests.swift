import Dialects
import Metering
import Runs
import Testing

@Suite("Random runs")
struct RunTallyModelTests {
  /// What a naive reader of the whole log makes of a run.
  struct Log {
    struct Span { var start: Int64, end: Int64? }
    var models: [Span] = []
    var tools: [UInt64: Span] = [:]
    var results = 0
    var end: Int64 = 0

    /// Looks at every millisecond.
    var split: (model: Int64, tool: Int64, idle: Int64) {
      var split: (model: Int64, tool: Int64, idle: Int64) = (0, 0, 0)
      func covers(_ span: Span, _ time: Int64) -> Bool { span.start <= time && time < span.end ?? end }
      for time in 0..<end {
        if models.contains(where: { covers($0, time) }) {
          split.model += 1
        } else if tools.values.contains(where: { covers($0, time) }) {
          split.tool += 1
        } else {
          split.idle += 1
        }
      }
      return split
    }
  }

  @Test("split their time and count their tools as a reader of the whole log does", arguments: UInt64(0)..<60)
  func agree(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var tally = RunTally(startsAt: Timestamp(unixMicroseconds: 0))
    var log = Log()
    var now: Int64 = 0
    var flights: [(call: CallID, span: Int, node: UInt64)] = []
    // What each reply asked for, by its agent: answered together.
    var waiting: [(node: UInt64, ids: [UInt64])] = []
    var lastID: UInt64 = 0
    var lastCall: Int64 = 0
    var old: [ToolResultFacts] = []
    var calls = 0
    for _ in 0..<60 {
      now += Int64.random(in: 0...20, using: &random)
      let time = Timestamp(unixMicroseconds: now * 1_000)
      if Bool.random(using: &random) || flights.isEmpty {
        lastCall += 1
        var results: [ToolResultFacts] = []
        var node = UInt64.random(in: 1...3, using: &random)
        if !waiting.isEmpty, Bool.random(using: &random) {
          let answered = waiting.remove(at: Int.random(in: 0..<waiting.count, using: &random))
          node = answered.node
          results = answered.ids.map { ToolResultFacts(call: Fingerprint(bits: $0)) }
          for id in answered.ids { log.tools[id]?.end = now }
          log.results += results.count
        }
        // Some clients send again what was answered long ago.
        let resent = old.isEmpty || Bool.random(using: &random) ? [] : Array(old.suffix(3))
        old += results
        tally.begin(
          RunRequest(call: CallID(rawValue: lastCall), node: Fingerprint(bits: node), results: results + resent),
          at: time)
        log.models.append(Log.Span(start: now, end: nil))
        flights.append((CallID(rawValue: lastCall), log.models.count - 1, node))
      } else {
        let flight = flights.remove(at: Int.random(in: 0..<flights.count, using: &random))
        var ids: [UInt64] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) {
          lastID += 1
          ids.append(lastID)
          log.tools[lastID] = Log.Span(start: now, end: nil)
        }
        calls += ids.count
        if !ids.isEmpty { waiting.append((flight.node, ids)) }
        let tools = ids.map {
          RunToolCall(id: Fingerprint(bits: $0), tool: "t\($0 % 5)", name: Fingerprint(bits: $0 % 5), arguments: $0)
        }
        tally.end(RunReply(toolCalls: tools), of: flight.call, at: time)
        log.models[flight.span].end = now
      }
      log.end = now
    }
    let split = log.split
    // The log begins at 0, the run with its first call.
    let start = tally.clock.startedAt.unixMicroseconds / 1_000
    #expect(tally.clock.modelMicroseconds == split.model * 1_000, "seed \(seed)")
    #expect(tally.clock.toolMicroseconds == split.tool * 1_000, "seed \(seed)")
    #expect(tally.clock.idleMicroseconds == (split.idle - start) * 1_000, "seed \(seed)")
    #expect(tally.totals.toolResults == Int64(log.results), "seed \(seed)")
    #expect(tally.totals.toolCalls == Int64(calls), "seed \(seed)")
    #expect(tally.criticalPathMicroseconds <= tally.clock.wallMicroseconds, "seed \(seed)")
  }
}
