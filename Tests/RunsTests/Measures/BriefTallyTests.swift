import Budgets
import Dialects
import Metering
import Testing

@testable import Runs

@Suite("Runs that are kept briefly")
struct BriefTallyTests {
  private static func ask(_ number: Int64, _ conversation: [UInt64], parent: UInt64? = nil) -> RunRequest {
    var request = RunRequest(
      call: CallID(rawValue: number), node: Fingerprint(bits: 1), parent: parent.map { Fingerprint(bits: $0) },
      depth: parent == nil ? 0 : 1, conversation: conversation.last.map { Fingerprint(bits: $0) })
    request.beginnings = conversation.dropLast().map { Fingerprint(bits: $0) }
    return request
  }

  private static let tool = RunToolCall(
    id: Fingerprint(bits: 8), tool: "f", name: Fingerprint(bits: 9), arguments: 10)

  private static func at(_ microseconds: Int64) -> Timestamp { Timestamp(unixMicroseconds: microseconds) }

  @Test("are those of one agent and one conversation, with no tools and nothing in flight")
  func conditions() {
    var tally = RunTally(startsAt: Self.at(5))
    #expect(BriefTally(tally) != nil)
    tally.begin(Self.ask(1, [7]), at: Self.at(5))
    #expect(BriefTally(tally) == nil)
    tally.end(RunReply(), of: CallID(rawValue: 1), at: Self.at(9))
    #expect(BriefTally(tally)?.tally == tally)
    #expect(BriefTally(tally)?.isOfOneCall == true)

    var second = tally
    second.begin(Self.ask(2, [7, 8]), at: Self.at(20))
    second.end(RunReply(), of: CallID(rawValue: 2), at: Self.at(30))
    #expect(BriefTally(second) == nil)

    var withTool = tally
    withTool.begin(Self.ask(2, []), at: Self.at(20))
    withTool.end(RunReply(toolCalls: [Self.tool]), of: CallID(rawValue: 2), at: Self.at(30))
    #expect(BriefTally(withTool) == nil)

    var otherAgent = tally
    var request = Self.ask(2, [])
    request.node = Fingerprint(bits: 2)
    otherAgent.begin(request, at: Self.at(20))
    otherAgent.end(RunReply(), of: CallID(rawValue: 2), at: Self.at(30))
    #expect(BriefTally(otherAgent) == nil)
  }

  @Test("go on as if they had been kept whole, whatever comes")
  func goOn() {
    let briefs = (UInt64(0)..<200).reduce(0) { $0 + Self.play(seed: $1) }
    #expect(briefs > 300)
  }

  /// - Returns: how often the run was brief.
  private static func play(seed: UInt64) -> Int {
    var random = SeededRandom(seed: seed)
    var monitor = RunMonitor()
    let slot = RunSlot(place: 3, generation: 1)
    var whole: RunTally?
    var flights: [BudgetCall] = []
    var (now, number, briefs) = (Int64(0), Int64(0), 0)
    for _ in 0..<40 {
      now += Int64.random(in: 0...1_000_000, using: &random)
      if flights.isEmpty || Int.random(in: 0..<4, using: &random) == 0 {
        number += 1
        let call = BudgetCall(id: CallID(rawValue: number), agent: "a", workflow: "w", run: "r", provider: "p")
        let words = (0..<UInt64.random(in: 0...2, using: &random)).map { $0 + 1 }
        var request = ask(number, words, parent: Bool.random(using: &random) ? 4 : nil)
        request.retry = Int64.random(in: 0...1, using: &random)
        if whole == nil { whole = RunTally(startsAt: Self.at(now)) }
        whole?.begin(request, at: Self.at(now))
        _ = monitor.admit(request, call, in: slot, at: Self.at(now))
        flights.append(call)
      } else if let call = flights.popLast() {
        if Int.random(in: 0..<8, using: &random) == 0 {
          _ = whole?.cancel(call.id, RunAdmission(), at: Self.at(now))
          monitor.cancel(call, RunAdmission(), in: slot, because: .aborted, at: Self.at(now))
          continue
        }
        let asks = Int.random(in: 0..<12, using: &random) == 0
        var reply = RunReply(toolCalls: asks ? [Self.tool] : [])
        reply.tokens = Int64.random(in: 0...9, using: &random)
        reply.costPicodollars = reply.tokens * 1_000
        _ = whole?.end(reply, of: call.id, at: Self.at(now))
        _ = monitor.end(call, in: slot, reply, at: Self.at(now))
      }
      #expect(monitor.tally(of: slot) == whole, "seed \(seed)")
      if let whole, let brief = BriefTally(whole) {
        briefs += 1
        #expect(brief.tally == whole, "seed \(seed)")
      }
    }
    let end = monitor.close(slot)
    #expect(end?.tally == whole && monitor.count == 0 && monitor.bytes == 0, "seed \(seed)")
    return briefs
  }
}
