import Metering
import Testing

@testable import Ledger

@Suite("Which responses have been counted")
struct CountedResponsesTests {
  private let scratch = Scratch()
  private let clock = TestClock()
  private var file: String { scratch.data + "/ledger.sqlite" }

  /// Downloads results: counts what is new among them, and settles the call with that.
  private func download(_ ids: some Sequence<Int>, _ call: Int64, into ledger: Ledger) throws -> Int {
    let digests = ids.compactMap { ledger.count(provider: "openai", responseID: "resp_\($0)") }
    var record = CallRecord.sample(CallID(rawValue: call))
    record.providerResponseID = nil
    ledger.settle(try ledger.admit(.sample(record.id)), as: record, counting: digests)
    return digests.count
  }

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

  @Test(
    "is left open by a call that was interrupted before anything was generated: a look at it later has what it used")
  func interrupted() throws {
    let ledger = try openLedger(scratch.data)
    for (id, output) in [(1, 0), (2, 5)] as [(Int64, Int64)] {
      var record = CallRecord.sample(CallID(rawValue: id))
      record.usageSource = .recovered
      record.usage = Usage()
      record.usage[.input] = 9
      record.usage[.output] = output
      try ledger.put(record)
    }
    #expect(ledger.countOnce(provider: "anthropic", responseID: "msg_1"))
    #expect(!ledger.countOnce(provider: "anthropic", responseID: "msg_2"))
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

  @Test(
    "stays so for a hundred thousand results, of which one download was cut half way and the next came after a restart")
  func batch() throws {
    let count = 100_000
    let ledger = try openLedger(scratch.data)
    #expect(try download(0..<count / 2, 1, into: ledger) == count / 2)
    ledger.close()
    let next = try openLedger(scratch.data)
    #expect(try download(0..<count, 2, into: next) == count / 2)
    #expect(try download(0..<count, 3, into: next) == 0)
    next.close()
    #expect(try number(in: file, "SELECT count(*) FROM counted_responses") == Int64(count))
  }

  @Test("is told to one of two downloads that run at the same time")
  func atOnce() async throws {
    let ledger = try openLedger(scratch.data)
    let counts = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask { (0..<5000).count { ledger.countOnce(provider: "p", responseID: "r\($0)") } }
      }
      return await group.reduce(0, +)
    }
    #expect(counts == 5000)
    ledger.close()
  }

  @Test("is not known where the row never came: what a killed process counted is counted when it is fetched again")
  func killedBeforeTheCommit() throws {
    let ledger = try openLedger(scratch.data)
    let ticket = try ledger.admit(.sample(CallID(rawValue: 1)))
    ticket.markSent()
    #expect(ledger.count(provider: "openai", responseID: "resp_1") != nil)
    let killed = scratch.copyOfData()
    ledger.void(ticket)
    ledger.close()
    let next = try openLedger(killed.data)
    #expect(next.count(provider: "openai", responseID: "resp_1") != nil)
    next.close()
  }

  @Test(
    "leaves no settlement in the slot, which has no room for the ids: a crash before the commit charges nothing for them"
  )
  func slotOfResults() throws {
    let directory = try DataDirectory(scratch.data, creating: true, logger: LogBook().logger)
    let file = try InFlightFile(path: directory.inFlightPath, slotCount: 2).open(previous: nil, greatestCallID: 0)
    let core = LedgerCore(
      file: file, configuration: LedgerConfiguration(directory: scratch.data), logger: LogBook().logger,
      observer: LedgerObserver())
    for (number, digests) in [(1, []), (2, [ResponseDigest(high: 1, low: 2)])] as [(Int64, [ResponseDigest])] {
      let ticket = try core.admit(.sample(CallID(rawValue: number)))
      core.settle(.sample(CallID(rawValue: number)), slot: ticket.resolve(), with: CallExtras(responses: digests))
    }
    let calls = try #require(try InFlightContents.read(path: directory.inFlightPath)).calls
    #expect(calls.map { $0.settlement != nil } == [true, false])
  }

  @Test("expires with the rows")
  func expires() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    #expect(try download(0..<3000, 1, into: ledger) == 3000)
    ledger.close()
    clock.now = .testStart + 91 * 86400
    let next = try openLedger(scratch.data, clock: clock)
    let isEmpty = await eventually {
      (try? number(in: file, "SELECT count(*) FROM counted_responses")) == 0
    }
    #expect(isEmpty)
    next.close()
  }

  @Test("is remembered of at least as many as promised, and of at most twice as many")
  func bounded() {
    let counted = CountedResponses(digester: ResponseDigester(low: 1, high: 2), responsesMin: 100)
    func insert(_ number: UInt64) -> Bool { counted.insert(ResponseDigest(high: 0, low: number)) }
    for number in 0..<1000 as Range<UInt64> { #expect(insert(number)) }
    for number in 900..<1000 as Range<UInt64> { #expect(!insert(number)) }
    #expect(insert(0))
  }

  @Test(
    "is told apart by SipHash-2-4-128, as OpenSSL computes it",
    arguments: [
      (0, 0xe6a8_25ba_047f_81a3, 0x9302_55c7_1472_f66d), (1, 0x44af_996b_d8c1_87da, 0x45fc_229b_1159_7634),
      (15, 0x11a8_b033_99e9_9354, 0xd9c3_cf97_0fec_087e),
    ] as [(Int, UInt64, UInt64)])
  func vectors(length: Int, low: UInt64, high: UInt64) {
    var hash = SipHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
    for byte in 0..<length { hash.combine(UInt8(byte)) }
    let digest = hash.finish()
    #expect(digest.low == low)
    #expect(digest.high == high)
  }
}
