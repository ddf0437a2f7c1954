import Glibc
import Logging
import Metering
import Testing

@testable import Ledger

@Suite("After kill -9")
struct RecoveryTests {
  private let scratch = Scratch()

  @Test("every call that was in flight has a row, with what was known by then")
  func inFlight() async throws {
    let ledger = try openLedger(scratch.data)
    let unsent = try ledger.admit(.sample(ledger.nextCallID()))
    let sent = try ledger.admit(.sample(ledger.nextCallID()))
    sent.sentMark.set()
    let streaming = try ledger.admit(.sample(ledger.nextCallID()))
    streaming.markSent()
    var usage = Usage()
    usage[.output] = 12
    streaming.store(usage: usage, outputTextBytes: 48, model: "m", responseID: "msg_9", status: 200)

    let killed = scratch.copyOfData()
    let next = try openLedger(killed.data)
    let calls = try await next.allCalls()
    #expect(calls.map(\.id) == [streaming.id, sent.id, unsent.id])
    #expect(calls.map(\.error) == ["sent", "sent", "not_sent"])
    #expect(calls.map { $0.usage[.output] } == [12, 0, 0])
    #expect(calls.first?.providerResponseID == "msg_9")
    #expect(calls.allSatisfy { $0.usageSource == .recovered })
    #expect(next.inFlight == 0)
    next.close()
    ledger.void(unsent)
    ledger.void(sent)
    ledger.void(streaming)
  }

  @Test("a call that had been committed but not freed is only freed")
  func committedNotFreed() async throws {
    let ledger = try openLedger(scratch.data)
    let ticket = try ledger.admit(.sample(ledger.nextCallID()))
    let id = ticket.id
    let slotsBefore = read(scratch.data + "/in-flight")
    ledger.settle(ticket, as: .sample(id))
    #expect(try await ledger.call(id) != nil)
    let killed = scratch.copyOfData()
    write(slotsBefore, to: killed.data + "/in-flight")

    let next = try openLedger(killed.data)
    #expect(try await next.allCalls() == [.sample(id)])
    #expect(try await next.summary(by: [], from: nil, to: nil, utcOffsetSeconds: 0).map(\.calls) == [1])
    next.close()
    #expect(try InFlightContents.read(path: killed.data + "/in-flight")?.calls.isEmpty == true)
    ledger.close()
  }

  @Test("a call that had been settled but not committed keeps what it was settled as")
  func settledNotCommitted() async throws {
    let ledger = try openLedger(scratch.data)
    let ticket = try ledger.admit(.sample(ledger.nextCallID()))
    let id = ticket.id
    ledger.settle(ticket, as: .sample(id))
    let settled = read(scratch.data + "/in-flight")
    ledger.close()
    // The slot as it was between the settlement and the freeing, with a database that has no row of it.
    var slot = settled
    slot[SlotLayout.offset(slot: 0) + SlotLayout.state] = 1
    withUnsafeBytes(of: id.rawValue) {
      slot.replaceSubrange(SlotLayout.offset(slot: 0) + SlotLayout.callID..<SlotLayout.offset(slot: 0) + 24, with: $0)
    }
    let killed = Scratch()
    mkdir(killed.data, 0o700)
    write(slot, to: killed.data + "/in-flight")

    let next = try openLedger(killed.data)
    let call = try #require(try await next.call(id))
    let sample = CallRecord.sample(id)
    #expect(call.usage == sample.usage)
    #expect(call.usageSource == .provider)
    #expect(call.costPicodollars == sample.costPicodollars)
    #expect(call.costSource == sample.costSource)
    #expect(call.outcome == .ok)
    #expect(call.status == 200)
    #expect(call.providerResponseID == sample.providerResponseID)
    next.close()
  }

  @Test("twice in a row, nothing is counted twice")
  func twice() async throws {
    let ledger = try openLedger(scratch.data)
    let ticket = try ledger.admit(.sample(ledger.nextCallID()))
    let once = scratch.copyOfData()
    let slots = read(once.data + "/in-flight")
    try openLedger(once.data).close()
    write(slots, to: once.data + "/in-flight")
    let next = try openLedger(once.data)
    #expect(try await next.allCalls().count == 1)
    next.close()
    ledger.void(ticket)
  }

  @Test("a damaged slot costs its own call and no other, and says so")
  func damagedSlot() async throws {
    let ledger = try openLedger(scratch.data)
    let tickets = (ledger.nextCallID(), ledger.nextCallID())
    let first = try ledger.admit(.sample(tickets.0))
    let second = try ledger.admit(.sample(tickets.1))
    let killed = scratch.copyOfData()
    var bytes = read(killed.data + "/in-flight")
    bytes[SlotLayout.offset(slot: 0) + SlotLayout.strings + 5] ^= 0xff
    write(bytes, to: killed.data + "/in-flight")
    let log = LogBook()
    let next = try openLedger(killed.data, logger: log.logger)
    #expect(try await next.allCalls().map(\.id) == [tickets.1])
    #expect(log.texts(.error).contains { $0.contains("damaged_slots=1") })
    #expect(names(in: killed.data).contains("in-flight.damaged"))
    next.close()
    ledger.void(first)
    ledger.void(second)
  }

  @Test("the reader shows what is committed, counts what is not settled, and changes nothing")
  func reader() async throws {
    let ledger = try openLedger(scratch.data)
    try ledger.put(.sample(ledger.nextCallID()))
    let ticket = try ledger.admit(.sample(ledger.nextCallID()))
    #expect(try await ledger.allCalls().count == 1)
    let killed = scratch.copyOfData()
    let before = ["in-flight", "ledger.sqlite", "ledger.sqlite-wal"].map { read("\(killed.data)/\($0)") }
    do {
      let reader = try LedgerReader(directory: killed.data, logger: LogBook().logger)
      #expect(reader.unsettledCalls == 1)
      #expect(try await reader.calls(CallFilter()).count == 1)
      #expect(try await reader.summary(by: [.agent], from: nil, to: nil, utcOffsetSeconds: 0).count == 1)
      reader.close()
      await #expect(throws: LedgerError.closed) { try await reader.calls(CallFilter()) }
    }
    #expect(["in-flight", "ledger.sqlite", "ledger.sqlite-wal"].map { read("\(killed.data)/\($0)") } == before)
    let next = try openLedger(killed.data)
    #expect(try await next.allCalls().count == 2)
    next.close()
    ledger.void(ticket)
  }

  @Test("a log that is cut off at any page leaves the commits up to there, and never a part of one")
  func truncatedLog() async throws {
    let ledger = try openLedger(scratch.data)
    for number in 1...5 {
      try ledger.put(.sample(CallID(rawValue: Int64(number))))
      _ = try await ledger.allCalls()
    }
    let killed = scratch.copyOfData()
    ledger.close()
    let log = read(killed.data + "/ledger.sqlite-wal")
    for length in stride(from: 0, through: log.count, by: 1031) {
      let cut = killed.copyOfData()
      write(Array(log.prefix(length)), to: cut.data + "/ledger.sqlite-wal")
      unlink(cut.data + "/ledger.sqlite-shm")
      let next = try openLedger(cut.data)
      let calls = try await next.allCalls().map(\.id.rawValue)
      #expect(calls == Array((0..<Int64(calls.count)).map { $0 + 1 }.reversed()), "cut at \(length)")
      let total = try await next.summary(by: [], from: nil, to: nil, utcOffsetSeconds: 0).first?.calls ?? 0
      #expect(total == Int64(calls.count), "cut at \(length)")
      next.close()
    }
  }
}
