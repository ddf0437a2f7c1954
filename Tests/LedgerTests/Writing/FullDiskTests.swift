import GRDBSQLite
import Glibc
import Logging
import Metering
import Testing

@testable import Ledger

/// A small file system in memory, as long as the value lives. Needs root.
private final class SmallDisk: Sendable {
  private let scratch = Scratch()
  let path: String
  static let isPossible = geteuid() == 0 && SmallDisk(megabytes: 1) != nil

  init?(megabytes: Int) {
    path = scratch.path + "/disk"
    mkdir(path, 0o700)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else { return nil }
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  func remountReadOnly(_ isReadOnly: Bool) -> Bool {
    mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT) | (isReadOnly ? UInt(MS_RDONLY) : 0), nil) == 0
  }

  /// Takes all space that is left.
  func fill() { write([UInt8](repeating: 1, count: 64 << 20), to: path + "/filler") }
  func makeRoom() { unlink(path + "/filler") }
}

@Suite("A full or read-only disk", .enabled(if: SmallDisk.isPossible, "mounting a tmpfs needs root: NOT TESTED HERE"))
struct FullDiskTests {
  @Test("refuses calls with a sentence, keeps what has ended, and goes on by itself when there is room")
  func full() async throws {
    let disk = try #require(SmallDisk(megabytes: 8))
    let log = LogBook()
    let ledger = try openLedger(disk.path + "/data", slots: 512, logger: log.logger)
    for number in 1...20 { try ledger.put(.sample(CallID(rawValue: Int64(number)))) }
    _ = try await ledger.allCalls()
    disk.fill()
    var number: Int64 = 20
    while ledger.health.isAvailable, number < 400 {
      number += 1
      if let ticket = try? ledger.admit(.sample(CallID(rawValue: number))) {
        ledger.settle(ticket, as: .sample(CallID(rawValue: number)))
      }
      usleep(500)
    }
    let reason = try #require(ledger.health.reason)
    #expect(reason.contains("the disk is full"))
    #expect(reason.contains(disk.path))
    #expect(throws: AdmissionRefusal.ledgerUnavailable(reason: reason)) {
      ledger.void(try ledger.admit(.sample(CallID(rawValue: 9999))))
    }
    // Reads do not wait for a disk that is full.
    let committed = try await ledger.allCalls().count
    #expect(committed >= 20)
    #expect(ledger.inFlight == ledger.queueDepth)
    let waiting = ledger.queueDepth
    #expect(log.texts(.error).count == 1)

    disk.makeRoom()
    #expect(await eventually { ledger.health.isAvailable })
    #expect(try await ledger.allCalls().count == committed + waiting)
    #expect(ledger.queueDepth == 0)
    #expect(log.texts(.notice).count == 1)
    try ledger.put(.sample(CallID(rawValue: 10000)))
    #expect(try await ledger.call(CallID(rawValue: 10000)) != nil)
    ledger.close()
    let verdict = try withDatabase(disk.path + "/data/ledger.sqlite") { connection in
      let check = try PreparedStatement(connection, "PRAGMA integrity_check")
      return try check.step() ? check.text(0) : nil
    }
    #expect(verdict == "ok")
  }

  @Test("loses nothing when the process is killed meanwhile")
  func killedWhileFull() async throws {
    let disk = try #require(SmallDisk(megabytes: 8))
    let ledger = try openLedger(disk.path + "/data", slots: 512)
    disk.fill()
    var ended: Set<Int64> = []
    for number in 1...400 as ClosedRange<Int64> where ledger.health.isAvailable {
      guard let ticket = try? ledger.admit(.sample(CallID(rawValue: number))) else { continue }
      ledger.settle(ticket, as: .sample(CallID(rawValue: number)))
      ended.insert(number)
      usleep(500)
    }
    #expect(await eventually { !ledger.health.isAvailable })
    let killed = Scratch()
    mkdir(killed.data, 0o700)
    for name in names(in: disk.path + "/data") {
      write(read("\(disk.path)/data/\(name)"), to: "\(killed.data)/\(name)")
    }
    let next = try openLedger(killed.data)
    let calls = try await next.allCalls()
    #expect(Set(calls.map(\.id.rawValue)) == ended)
    #expect(calls.count == ended.count)
    #expect(calls.allSatisfy { $0.usageSource == .provider })
    next.close()
    disk.makeRoom()
    ledger.close()
  }

  @Test("is noticed before it is full, without a call that comes to harm")
  func reserve() async throws {
    let disk = try #require(SmallDisk(megabytes: 8))
    let ledger = try openLedger(disk.path + "/data") { $0.diskReserveBytes = 1 << 20 }
    #expect(ledger.health.isAvailable)
    disk.fill()
    #expect(await eventually { !ledger.health.isAvailable })
    #expect(ledger.health.reason?.contains("the reserve is 1048576") == true)
    disk.makeRoom()
    #expect(await eventually { ledger.health.isAvailable })
    ledger.close()
  }

  @Test("refuses to start where there is no room for the in-flight file")
  func noRoomAtStart() throws {
    let disk = try #require(SmallDisk(megabytes: 2))
    let error = #expect(throws: LedgerError.self) { try openLedger(disk.path + "/data", slots: 8192) }
    #expect(error?.description.contains("free some space") == true)
    #expect(!names(in: disk.path + "/data").contains { $0.hasPrefix("in-flight") })
  }

  @Test("refuses to start where it is read-only, and says so")
  func readOnlyAtStart() throws {
    let disk = try #require(SmallDisk(megabytes: 8))
    try openLedger(disk.path + "/data").close()
    try #require(disk.remountReadOnly(true))
    let error = #expect(throws: LedgerError.self) { try openLedger(disk.path + "/data") }
    #expect(error?.description.contains("must be writable") == true, "\(error?.description ?? "")")
    try #require(disk.remountReadOnly(false))
    try openLedger(disk.path + "/data").close()
  }
}
