import Glibc
import Logging
import Metering
import Synchronization
import Testing

@testable import Ledger

@Suite("The ledger")
struct LedgerTests {
  private let scratch = Scratch()

  @Test("gives back a row with every field as it was settled, also after a restart")
  func roundTrip() async throws {
    let ledger = try openLedger(scratch.data)
    let full = CallRecord.sample(ledger.nextCallID())
    let plain = CallRecord(
      id: ledger.nextCallID(), startedAt: .testStart + 1, provider: "p", method: "GET", path: "/", agent: "",
      workflow: "w")
    try ledger.put(full)
    try ledger.put(plain)
    #expect(try await ledger.call(full.id) == full)
    #expect(try await ledger.call(plain.id) == plain)
    #expect(try await ledger.call(CallID(rawValue: 1)) == nil)
    ledger.close()
    let next = try openLedger(scratch.data)
    #expect(try await next.allCalls() == [plain, full])
    next.close()
  }

  @Test("settles under the ticket's id, whatever the record says")
  func ticketsID() async throws {
    let ledger = try openLedger(scratch.data)
    let ticket = try ledger.admit(.sample(CallID(rawValue: 5)))
    ledger.settle(ticket, as: .sample(CallID(rawValue: 6)))
    #expect(try await ledger.allCalls().map(\.id.rawValue) == [5])
    ledger.close()
  }

  @Test("has no row of a call that was voided")
  func voided() async throws {
    let ledger = try openLedger(scratch.data)
    ledger.void(try ledger.admit(.sample(ledger.nextCallID())))
    #expect(ledger.inFlight == 0)
    #expect(try await ledger.allCalls().isEmpty)
    ledger.close()
  }

  @Test("refuses one call more than it has slots, and admits it once one has ended")
  func tooMany() throws {
    let ledger = try openLedger(scratch.data, slots: 1)
    let ticket = try ledger.admit(.sample(ledger.nextCallID()))
    #expect(throws: AdmissionRefusal.tooManyInFlight(limit: 1)) {
      ledger.void(try ledger.admit(.sample(ledger.nextCallID())))
    }
    ledger.void(ticket)
    ledger.void(try ledger.admit(.sample(ledger.nextCallID())))
    ledger.close()
  }

  @Test("frees a slot after the commit, not before a row is there")
  func slotsAreFreed() async throws {
    let ledger = try openLedger(scratch.data, slots: 4)
    for _ in 1...100 {
      let id = ledger.nextCallID()
      #expect(await eventually { ledger.inFlight < 4 })
      try ledger.put(.sample(id))
    }
    #expect(try await ledger.allCalls().count == 100)
    #expect(await eventually { ledger.inFlight == 0 && ledger.queueDepth == 0 })
    ledger.close()
  }

  @Test("admits nothing once it is closed, and a late end is kept for the next start")
  func closed() async throws {
    let log = LogBook()
    let ledger = try openLedger(scratch.data, logger: log.logger)
    let ticket = try ledger.admit(.sample(ledger.nextCallID()))
    let late = ticket.id
    ledger.close()
    ledger.close()
    #expect(throws: AdmissionRefusal.closing) { ledger.void(try ledger.admit(.sample(ledger.nextCallID()))) }
    #expect(ledger.health == LedgerHealth(isAvailable: false, reason: "the ledger is closing"))
    ledger.settle(ticket, as: .sample(late))
    #expect(log.texts(.error).contains { $0.contains("settled at the next start") })
    await #expect(throws: LedgerError.closed) { try await ledger.calls(CallFilter()) }
  }

  @Test("settles a ticket that was dropped by what its slot holds, counts it and logs it")
  func dropped() async throws {
    let log = LogBook()
    let faults = Mutex<[LedgerFault]>([])
    let observer = LedgerObserver(failed: { fault in faults.withLock { $0.append(fault) } })
    let ledger = try openLedger(scratch.data, logger: log.logger, observer: observer)
    let id = ledger.nextCallID()
    do {
      let ticket = try ledger.admit(.sample(id))
      ticket.markSent()
    }
    let call = try #require(try await ledger.call(id))
    #expect(call.usageSource == .recovered)
    #expect(call.error == "sent")
    #expect(await eventually { ledger.inFlight == 0 })
    #expect(faults.withLock { $0 } == [.ticketDropped])
    #expect(ledger.errors == 1)
    #expect(log.texts(.error).contains { $0.contains("neither settled nor voided") })
    ledger.close()
  }

  @Test("keeps the first row of an id that is settled twice, and says so")
  func duplicate() async throws {
    let log = LogBook()
    let ledger = try openLedger(scratch.data, logger: log.logger)
    var second = CallRecord.sample(CallID(rawValue: 5))
    second.agent = "other"
    try ledger.put(.sample(CallID(rawValue: 5)))
    try ledger.put(second)
    #expect(try await ledger.allCalls() == [.sample(CallID(rawValue: 5))])
    #expect(try await ledger.summary(by: [], from: nil, to: nil, utcOffsetSeconds: 0).map(\.calls) == [1])
    // The writer reports behind its commit, so it has done so once it is closed.
    ledger.close()
    #expect(ledger.errors == 1)
    #expect(log.texts(.error).contains { $0.contains("has a row already") })
  }

  @Test("tells its observer of commits")
  func observed() async throws {
    let reported = Counter()
    let ledger = try openLedger(
      scratch.data,
      observer: LedgerObserver(committed: { count, nanoseconds in
        reported.add(rows: count, nanoseconds: nanoseconds)
      }))
    for _ in 1...10 { try ledger.put(.sample(ledger.nextCallID())) }
    _ = try await ledger.allCalls()
    ledger.close()
    #expect(reported.rows == 10)
    #expect(reported.nanoseconds > 0)
  }

  @Test("shows a reader every row that was queued before, from many threads at once")
  func readsSeeWhatWasQueued() async throws {
    let ledger = try openLedger(scratch.data, slots: 4096)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<50 {
            let id = ledger.nextCallID()
            try ledger.put(.sample(id))
            #expect(try await ledger.call(id)?.id == id)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await ledger.allCalls().count == 400)
    ledger.close()
  }

  @Test("leaves usage out that is too large to keep, and keeps the row")
  func usageRawTooLarge() async throws {
    let ledger = try openLedger(scratch.data)
    var record = CallRecord.sample(CallID(rawValue: 1))
    record.usageRaw = String(repeating: "x", count: RowWriter.usageRawBytesMax)
    try ledger.put(record)
    record.usageRaw?.append("x")
    record.id = CallID(rawValue: 2)
    try ledger.put(record)
    #expect(try await ledger.allCalls().map { $0.usageRaw?.utf8.count } == [nil, RowWriter.usageRawBytesMax])
    ledger.close()
  }

  @Test("stores names that are hostile as they are: quotes, zero bytes, empty, longer than are given a number")
  func hostileNames() async throws {
    let ledger = try openLedger(scratch.data)
    let names = ["'; DROP TABLE calls; --", "a\0b", "", String(repeating: "n", count: 100_000), "\u{1F4B8}\u{301}"]
    for name in names {
      var record = CallRecord.sample(ledger.nextCallID())
      record.agent = name
      record.run = name
      record.toolCalls = [ToolCall(id: name, name: name)]
      try ledger.put(record)
      #expect(try await ledger.allCalls { $0.agent = name } == [record])
      #expect(try await ledger.allCalls { $0.run = name } == [record])
    }
    let rows = try await ledger.summary(by: [.agent], from: nil, to: nil, utcOffsetSeconds: 0)
    #expect(rows.map { $0.key.first } == names.sorted().map(Optional.some))
    ledger.close()
  }
}

private final class Counter: Sendable {
  private let totals = Mutex((rows: 0, nanoseconds: Int64(0)))
  var rows: Int { totals.withLock { $0.rows } }
  var nanoseconds: Int64 { totals.withLock { $0.nanoseconds } }

  func add(rows: Int, nanoseconds: Int64) {
    totals.withLock {
      $0.rows += rows
      $0.nanoseconds += nanoseconds
    }
  }
}
