import Glibc
import Metering
import Testing

@testable import Ledger

@Suite("The in-flight file")
struct InFlightFileTests {
  private let scratch = Scratch()
  private var path: String { scratch.path + "/in-flight" }

  private func open(slots: Int) throws -> SlotFile {
    let previous = try InFlightContents.read(path: path)
    return try InFlightFile(path: path, slotCount: slots).open(previous: previous, greatestCallID: 9)
  }

  @Test("is as long as its slots from the beginning, and readable by nobody else")
  func preallocated() throws {
    let file = try open(slots: 3)
    var status = stat()
    stat(path, &status)
    #expect(status.st_size == SlotLayout.fileBytes(slots: 3))
    #expect(Int(status.st_blocks) * 512 >= SlotLayout.fileBytes(slots: 3))
    #expect(permissions(of: path) == 0o600)
    #expect(file.slotCount == 3)
  }

  @Test("shows another process what is in flight, and the greatest id")
  func contents() throws {
    let table = SlotTable(file: try open(slots: 3))
    let first = try #require(table.claim(.sample(CallID(rawValue: 1))))
    let second = try #require(table.claim(.sample(CallID(rawValue: 2))))
    table.file.markSent(slot: second)
    table.release(first)
    let contents = try #require(try InFlightContents.read(path: path))
    #expect(contents.isWhole)
    #expect(contents.greatestCallID == 9)
    #expect(contents.calls.map(\.admission.id.rawValue) == [2])
    #expect(contents.calls.map(\.wasSent) == [true])
  }

  @Test("gives out each slot once, until it is given back")
  func claims() throws {
    let table = SlotTable(file: try open(slots: 3))
    let slots = (1...3).compactMap { table.claim(.sample(CallID(rawValue: $0))) }
    #expect(Set(slots).count == 3)
    #expect(table.claim(.sample(CallID(rawValue: 4))) == nil)
    table.release([slots[0], slots[2]])
    #expect(table.used == 1)
    #expect(table.claim(.sample(CallID(rawValue: 5))) != nil)
  }

  @Test("does not mark a call as sent that has taken over the slot")
  func lateSentMark() throws {
    let table = SlotTable(file: try open(slots: 1))
    let slot = try #require(table.claim(.sample(CallID(rawValue: 1))))
    table.release(slot)
    _ = table.claim(.sample(CallID(rawValue: 2)))
    table.file.markSent(slot: slot, ifHeldBy: CallID(rawValue: 1))
    #expect(try InFlightContents.read(path: path)?.calls.first?.wasSent == false)
    table.file.markSent(slot: slot, ifHeldBy: CallID(rawValue: 2))
    #expect(try InFlightContents.read(path: path)?.calls.first?.wasSent == true)
  }

  @Test("starts its next life empty, also with another number of slots", arguments: [3, 2, 5])
  func nextLife(slots: Int) throws {
    _ = SlotTable(file: try open(slots: 3)).claim(.sample(CallID(rawValue: 1)))
    _ = try open(slots: slots)
    let contents = try #require(try InFlightContents.read(path: path))
    #expect(contents.slots == Array(repeating: .free, count: slots))
  }

  @Test("is read as far as it goes where it is cut off at any byte, and never traps")
  func truncated() throws {
    let table = SlotTable(file: try open(slots: 2))
    for id in 1...2 { _ = table.claim(.sample(CallID(rawValue: Int64(id)))) }
    let whole = read(path)
    for length in stride(from: 0, through: whole.count, by: 7) {
      let contents = try whole.prefix(length).withUnsafeBytes { try InFlightContents($0, path: path) }
      #expect(contents.calls.count == max(0, length - SlotLayout.headerBytes) / SlotLayout.slotBytes)
      #expect(contents.isWhole == (length == whole.count))
    }
  }

  @Test("gives up its calls also where its header is damaged, and is kept aside then")
  func damagedHeader() throws {
    _ = SlotTable(file: try open(slots: 2)).claim(.sample(CallID(rawValue: 1)))
    let whole = read(path)
    for position in 0..<40 where position < 20 || position >= 24 {
      var bytes = whole
      bytes[position] ^= 0x5a
      if let contents = try? bytes.withUnsafeBytes({ try InFlightContents($0, path: path) }) {
        #expect(contents.calls.count == 1)
        #expect(!contents.isWhole || position >= 32)
      } else {
        Issue.record("byte \(position) made the file unreadable")
      }
    }
    var bytes = whole
    bytes[0] = 0
    write(bytes, to: path)
    _ = try open(slots: 2)
    #expect(read(path + ".damaged") == bytes)
    #expect(try InFlightContents.read(path: path)?.isWhole == true)
  }

  @Test("of a newer format is refused")
  func newerFormat() throws {
    _ = try open(slots: 1)
    var bytes = read(path)
    bytes[SlotLayout.Header.version] = 3
    let checksum = bytes.withUnsafeBytes { InFlightContents.headerChecksum($0) }
    withUnsafeBytes(of: checksum) { bytes.replaceSubrange(24..<32, with: $0) }
    write(bytes, to: path)
    #expect(throws: LedgerError.newerFormat(file: path, version: 3, supported: 2)) { try open(slots: 1) }
  }
}
