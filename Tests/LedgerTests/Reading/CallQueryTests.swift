import Metering
import Testing

@testable import Ledger

@Suite("Listing calls")
struct CallQueryTests {
  private let scratch = Scratch()

  @Test("by any filter finds what a look through all rows finds", arguments: [UInt64(1), 2, 3])
  func filters(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    let ledger = try openLedger(scratch.data, slots: 512)
    var all: [CallRecord] = []
    for number in 1...200 {
      let id = CallID(rawValue: Int64(number))
      let record = CallRecord.random(
        id, startedAt: .testStart + Int64.random(in: 0...100, using: &generator), using: &generator)
      all.insert(record, at: 0)
      try ledger.put(record)
    }
    for sample in all.prefix(40) {
      var filter = CallFilter()
      if Bool.random(using: &generator) { filter.agent = sample.agent }
      if Bool.random(using: &generator) { filter.workflow = sample.workflow }
      if Bool.random(using: &generator) { filter.run = sample.run }
      if Bool.random(using: &generator) { filter.model = sample.model }
      if Bool.random(using: &generator) { filter.provider = sample.provider }
      if Bool.random(using: &generator) { filter.outcome = sample.outcome }
      if Bool.random(using: &generator) { filter.from = sample.startedAt }
      if Bool.random(using: &generator) { filter.to = sample.startedAt + 20 }
      if Bool.random(using: &generator) { filter.before = CallID(rawValue: sample.id.rawValue + 1) }
      filter.limit = Int.random(in: 1...50, using: &generator)
      let expected = all.filter { filter.admits($0) }.prefix(filter.limit)
      #expect(try await ledger.calls(filter) == Array(expected), "seed \(seed)")
    }
    ledger.close()
  }

  @Test("by pages, each begun at the last id of the one before, shows every call once")
  func pages() async throws {
    let ledger = try openLedger(scratch.data)
    for number in 1...25 { try ledger.put(.sample(CallID(rawValue: Int64(number)))) }
    var filter = CallFilter()
    filter.limit = 10
    var pages: [[Int64]] = []
    while case let page = try await ledger.calls(filter), let last = page.last {
      pages.append(page.map(\.id.rawValue))
      filter.before = last.id
    }
    #expect(pages.map(\.count) == [10, 10, 5])
    #expect(pages.flatMap { $0 } == Array((1...25).reversed()))
    ledger.close()
  }

  @Test("by the provider's response id finds the call")
  func responseID() async throws {
    let ledger = try openLedger(scratch.data)
    for number in 1...5 { try ledger.put(.sample(CallID(rawValue: Int64(number)))) }
    #expect(try await ledger.allCalls { $0.providerResponseID = "msg_3" }.map(\.id.rawValue) == [3])
    #expect(try await ledger.allCalls { $0.providerResponseID = "msg_9" }.isEmpty)
    ledger.close()
  }

  @Test("takes a limit out of range as the nearest inside", arguments: [(-5, 1), (0, 1), (5000, 3)])
  func limits(asked: Int, given: Int) async throws {
    let ledger = try openLedger(scratch.data)
    for number in 1...3 { try ledger.put(.sample(CallID(rawValue: Int64(number)))) }
    #expect(try await ledger.allCalls { $0.limit = asked }.count == given)
    ledger.close()
  }
}

extension CallFilter {
  /// The same filter, in the plainest way.
  fileprivate func admits(_ call: CallRecord) -> Bool {
    agent.map { $0 == call.agent } ?? true && workflow.map { $0 == call.workflow } ?? true
      && run.map { $0 == call.run } ?? true && model.map { $0 == call.model } ?? true
      && provider.map { $0 == call.provider } ?? true && outcome.map { $0 == call.outcome } ?? true
      && from.map { $0 <= call.startedAt } ?? true && to.map { call.startedAt < $0 } ?? true
      && before.map { call.id < $0 } ?? true
  }
}
