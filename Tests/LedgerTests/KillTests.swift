import Foundation
import Glibc
import Metering
import Synchronization
import Testing

@testable import Ledger

@Suite("kill -9 under load", .serialized)
struct KillTests {
  @Test("leaves one row of every call that was sent, over and over, in one data directory")
  func loop() async throws {
    let scratch = Scratch()
    let path = scratch.path
    for round in 1...8 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, round = round as Int] in
        try runUntilKilled(path, round: round)
      }
      let sent = sentCalls(path + "/sent")
      let ledger = try openLedger(path + "/data")
      var rows: [CallID] = []
      var filter = CallFilter()
      filter.limit = 1000
      while case let page = try await ledger.calls(filter), let last = page.last {
        rows += page.map(\.id)
        filter.before = last.id
      }
      #expect(Set(rows).count == rows.count, "a call has two rows after round \(round)")
      #expect(sent.subtracting(rows.map(\.rawValue)).isEmpty, "a call was lost in round \(round)")
      #expect(sent.count >= round, "round \(round) sent nothing")
      let total = try await ledger.summary(by: [], from: nil, to: nil, utcOffsetSeconds: 0).first?.calls ?? 0
      #expect(total == Int64(rows.count))
      ledger.close()
    }
  }
}

/// Admits, sends and settles calls until the process kills itself, after a number of calls that differs by round and at
/// whatever moment the thread happens to be.
@Sendable private func runUntilKilled(_ path: String, round: Int) throws {
  let ledger = try openLedger(path + "/data")
  let sent = open(path + "/sent", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
  let count = Counter()
  let thread = Thread {
    while true {
      count.value.add(1, ordering: .relaxed)
      let id = ledger.nextCallID()
      guard let ticket = try? ledger.admit(.sample(id)) else { continue }
      ticket.markSent()
      // What the upstream sees: from here on the call must have its row.
      withUnsafeBytes(of: id.rawValue) { _ = write(sent, $0.baseAddress, $0.count) }
      if id.rawValue % 7 == 0 {
        ticket.store(usage: Usage(), outputTextBytes: 1, model: nil, responseID: "r", status: 200)
      }
      ledger.settle(ticket, as: .sample(id))
    }
  }
  thread.start()
  while count.value.load(ordering: .relaxed) < 200 + round * 397 { usleep(100) }
  kill(getpid(), SIGKILL)
}

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}

private func sentCalls(_ path: String) -> Set<Int64> {
  let bytes = read(path)
  return bytes.withUnsafeBytes { bytes in
    Set(stride(from: 0, to: bytes.count - 7, by: 8).map { bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self) })
  }
}
