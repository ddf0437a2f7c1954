import GRDBSQLite
import Logging
import Metering
import Synchronization
import Testing

@testable import Ledger

@Suite("An outage")
struct OutageTests {
  private let log = LogBook()

  @Test("is logged when it begins, when its kind changes and when it ends, not each time it is tried")
  func loggedOnce() {
    let availability = Availability(logger: log.logger)
    let full = Outage.lowSpace(directory: "/data", availableBytes: 5, reserveBytes: 10)
    for _ in 1...5 { availability.fail(full) }
    #expect(log.texts(.error).count == 1)
    availability.fail(.readOnly(directory: "/data"))
    #expect(log.texts(.error).count == 2)
    availability.recover()
    availability.recover()
    #expect(log.texts(.notice).count == 1)
    #expect(availability.isAvailable)
  }

  @Test("of a failed sync ends with a restart only")
  func failedSync() {
    let availability = Availability(logger: log.logger)
    availability.fail(.syncFailed(directory: "/data", detail: "EIO"))
    availability.fail(.readOnly(directory: "/data"))
    availability.recover()
    #expect(!availability.isAvailable)
    #expect(availability.current?.fault == .syncFailed)
  }

  @Test(
    "says what failed, where, and what to do",
    arguments: [
      (SQLITE_FULL, LedgerFault.diskFull, Outage.End.itself, "free some space"),
      (SQLITE_READONLY | 1 << 8, .readOnly, .itself, "make it writable"),
      (SQLITE_BUSY, .busy, .itself, "end that program"),
      (SQLITE_IOERR | 3 << 8, .inputOutput, .itself, "check the disk"),
      (SQLITE_IOERR | 4 << 8, .syncFailed, .restart, "restart Tollgate"),
      (SQLITE_CORRUPT, .corrupt, .restart, "restore it"),
      (SQLITE_NOMEM, .other, .itself, "tried again"),
    ] as [(Int32, LedgerFault, Outage.End, String)])
  func sentences(code: Int32, fault: LedgerFault, end: Outage.End, advice: String) {
    let outage = Outage(SQLiteFailure(extendedCode: code, message: "m"), directory: "/data")
    #expect(outage.fault == fault)
    #expect(outage.end == end)
    #expect(outage.reason.contains("/data"))
    #expect(outage.reason.contains(advice))
  }

  @Test("is reported once where the log cannot be synced, and no further sync is tried")
  func syncFails() async throws {
    let reports = Mutex<[String]>([])
    // A device that takes writes and refuses to be synced.
    let sync = try LogSync(path: "/dev/null") { text in reports.withLock { $0.append(text) } }
    sync.start()
    sync.markDirty()
    #expect(await eventually { !reports.withLock { $0.isEmpty } })
    sync.markDirty()
    sync.stop()
    sync.stop()
    #expect(reports.withLock { $0.count } == 1)
  }
}
