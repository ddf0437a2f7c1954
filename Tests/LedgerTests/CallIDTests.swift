import Metering
import Testing

@testable import Ledger

@Suite("Call ids")
struct CallIDTests {
  private let scratch = Scratch()
  private let clock = TestClock()

  @Test("grow with every call, and with the time")
  func grow() throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    let first = ledger.nextCallID()
    #expect(first.rawValue == CallIDSource.floor(at: .testStart))
    #expect(ledger.nextCallID().rawValue == first.rawValue + 1)
    clock.now = .testStart + 1
    #expect(ledger.nextCallID().rawValue == first.rawValue + 1000 << CallIDSource.sequenceBits)
    ledger.close()
  }

  @Test("grow also where the clock goes back, and over a restart, a kill and a call that left no row")
  func growOverRestarts() throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    let first = ledger.nextCallID()
    clock.now = .testStart + -86400
    let second = ledger.nextCallID()
    #expect(second > first)
    let killed = scratch.copyOfData()
    ledger.close()
    let next = try openLedger(scratch.data, clock: clock)
    #expect(next.nextCallID() > second)
    next.close()
    let afterKill = try openLedger(killed.data, clock: clock)
    #expect(afterKill.nextCallID() > second)
    afterKill.close()
  }

  @Test("follow the rows where the in-flight file is lost or tells an impossible number")
  func implausible() throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    let id = ledger.nextCallID()
    try ledger.put(.sample(id))
    ledger.close()
    var bytes = read(scratch.data + "/in-flight")
    withUnsafeBytes(of: Int64.max) {
      let start = SlotLayout.Header.greatestCallID
      bytes.replaceSubrange(start..<start + 8, with: $0)
    }
    write(bytes, to: scratch.data + "/in-flight")
    let next = try openLedger(scratch.data, clock: clock)
    #expect(next.nextCallID().rawValue == id.rawValue + 1)
    next.close()
  }

  @Test("do not trap at the end of time", arguments: [Int64.min, -1, 0, Int64.max])
  func endOfTime(microseconds: Int64) throws {
    clock.now = Timestamp(unixMicroseconds: microseconds)
    let ledger = try openLedger(scratch.data, clock: clock)
    #expect(ledger.nextCallID() < ledger.nextCallID())
    ledger.close()
  }
}
