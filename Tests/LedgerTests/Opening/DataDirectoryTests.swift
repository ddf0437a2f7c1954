import Glibc
import Logging
import Metering
import Testing

@testable import Ledger

@Suite("The data directory")
struct DataDirectoryTests {
  private let scratch = Scratch()
  private let log = LogBook()

  @Test("is made with mode 0700, its files with 0600")
  func made() throws {
    let ledger = try openLedger(scratch.data)
    #expect(permissions(of: scratch.data) == 0o700)
    for name in names(in: scratch.data) { #expect(permissions(of: "\(scratch.data)/\(name)") == 0o600, "\(name)") }
    ledger.close()
  }

  @Test("is tightened to 0700 with a warning where it is open to others")
  func tightened() throws {
    mkdir(scratch.data, 0o755)
    chmod(scratch.data, 0o755)
    try openLedger(scratch.data, logger: log.logger).close()
    #expect(permissions(of: scratch.data) == 0o700)
    #expect(log.texts(.warning).contains { $0.contains("0700") && $0.contains("mode_before=755") })
  }

  @Test("is refused while another holds it, and free again afterwards")
  func held() throws {
    let ledger = try openLedger(scratch.data)
    #expect(throws: LedgerError.heldByAnotherProcess(directory: scratch.data, processID: Int(getpid()))) {
      try openLedger(scratch.data)
    }
    #expect(throws: LedgerError.heldByAnotherProcess(directory: scratch.data, processID: Int(getpid()))) {
      try LedgerReader(directory: scratch.data, logger: log.logger)
    }
    ledger.close()
  }

  @Test("is given back when the ledger ends")
  func givenBack() throws {
    do { try openLedger(scratch.data).close() }
    try openLedger(scratch.data).close()
  }

  @Test("that is a file, or has no parent, is refused with a sentence that says so")
  func notADirectory() throws {
    write([], to: scratch.data)
    let file = #expect(throws: LedgerError.self) { try openLedger(scratch.data) }
    #expect(file?.description.contains("is not a directory") == true)
    let orphan = #expect(throws: LedgerError.self) { try openLedger(scratch.path + "/a/b") }
    #expect(orphan?.description.contains("make its parent directory first") == true)
  }

  @Test("without a ledger is refused by the reader, and left as it is")
  func noLedger() throws {
    #expect(throws: LedgerError.noLedger(directory: scratch.data)) {
      try LedgerReader(directory: scratch.data, logger: log.logger)
    }
    #expect(names(in: scratch.path).isEmpty)
  }

  @Test("says in its configuration what is out of range")
  func configuration() throws {
    let error = #expect(throws: LedgerError.self) { try openLedger(scratch.data, slots: 0) }
    #expect(error?.description == "ledger configuration: inFlightMax is 0: give a number from 1 to 65536")
  }
}
