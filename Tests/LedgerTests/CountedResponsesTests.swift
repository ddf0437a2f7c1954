import Metering
import Testing

@testable import Ledger

@Suite("Which responses have been counted")
struct CountedResponsesTests {
  private let scratch = Scratch()

  @Test("is known from the settlement on, by provider, for calls with usage only")
  func known() throws {
    let ledger = try openLedger(scratch.data)
    try ledger.put(.sample(CallID(rawValue: 1)))
    var without = CallRecord.sample(CallID(rawValue: 2))
    without.usageSource = .none
    try ledger.put(without)
    #expect(!ledger.countOnce(provider: "anthropic", responseID: "msg_1"))
    #expect(ledger.countOnce(provider: "openai", responseID: "msg_1"))
    #expect(ledger.countOnce(provider: "anthropic", responseID: "msg_2"))
    ledger.close()
  }

  @Test("is known after a restart")
  func afterRestart() throws {
    let ledger = try openLedger(scratch.data)
    for id in 1...20 { try ledger.put(.sample(CallID(rawValue: Int64(id)))) }
    ledger.close()
    let next = try openLedger(scratch.data)
    for id in 1...20 { #expect(!next.countOnce(provider: "anthropic", responseID: "msg_\(id)")) }
    #expect(next.countOnce(provider: "anthropic", responseID: "msg_21"))
    next.close()
  }

  @Test("is remembered of the newest 65,536")
  func bounded() {
    let counted = CountedResponses()
    for id in 0..<CountedResponses.idsMax + 10 { counted.insert(provider: "p", responseID: "\(id)") }
    #expect(!counted.insert(provider: "p", responseID: "10"))
    #expect(!counted.insert(provider: "p", responseID: "\(CountedResponses.idsMax + 9)"))
    #expect(counted.insert(provider: "p", responseID: "9"))
  }
}
