import Foundation
import Logging
import Metering
import NIOPosix
import Observability
import Synchronization
import Testing
import Upstream

@testable import Escalation
@testable import Ledger

@Suite("Alerts of the process before")
struct RestoreTests {
  private let key = AlertCondition.failing().key

  @Test(
    "Nothing is told before they are read, however often that fails: what was told is not told again",
    .timeLimit(.minutes(1)))
  func readLate() async throws {
    let bench = try Bench()
    defer { bench.end() }
    let before = bench.escalation()
    before.fire(.failing())
    before.tell(.at(5))
    await before.save()
    let told = try #require(try await bench.ledger.alerts.contents().alerts.first)

    try await bench.rename("alert_states", to: "hidden")
    let next = bench.escalation()
    next.fire(.failing())
    bench.clock.set(.at(60))
    let running = Task { try await next.run() }
    while !bench.log.contains("cannot be read yet") { try await Task.sleep(for: .milliseconds(5)) }
    try await bench.rename("hidden", to: "alert_states")
    while next.state.withLock({ $0.board.states[key]?.alert }) == nil { try await Task.sleep(for: .milliseconds(5)) }
    running.cancel()
    try await running.value
    #expect(next.state.withLock { $0.board.states[key]?.alert } == told.id)
    #expect(try await bench.ledger.alerts.contents().alerts.map(\.id) == [told.id])
  }

  @Test("Where they cannot be read at all, what is told from memory has numbers that the ledger takes")
  func neverRead() async throws {
    let bench = try Bench()
    defer { bench.end() }
    var changes = AlertChanges()
    changes.messages = [.sample(7)]
    changes.states = [
      AlertState(
        key: key.text, revision: 9, alert: nil, isFiring: true, expiresAt: nil,
        document: StoredCondition.document(.failing(), limitTold: nil))
    ]
    try await bench.ledger.alerts.commit(changes, limits: AlertLimits())
    let next = bench.escalation()
    next.beginAnew()
    let state = try #require(next.fire(.failing()))
    #expect(state.revision > 9)
    next.tell(.at(5))
    #expect(next.state.withLock { $0.sequence } > 7)
    await next.save()
    #expect(try await bench.ledger.alerts.contents().states.map(\.revision).allSatisfy { $0 > 9 })
  }
}

/// A ledger whose tables can be taken away, and processes of alerts on it.
private struct Bench {
  final class Clock: Sendable {
    private let time = Mutex(Timestamp.at(0))
    var now: Timestamp { time.withLock { $0 } }
    func set(_ now: Timestamp) { time.withLock { $0 = now } }
  }

  final class Log: Sendable {
    private let texts = Mutex<[String]>([])
    func add(_ text: String) { texts.withLock { $0.append(text) } }
    func contains(_ text: String) -> Bool { texts.withLock { $0.contains { $0.contains(text) } } }
  }

  private struct Handler: LogHandler {
    let log: Log
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { log.add("\(event.message)") }
  }

  let clock = Clock()
  let log = Log()
  let ledger: Ledger
  private let logger: Logger
  private let directory = FileManager.default.temporaryDirectory.appendingPathComponent("alerts-\(UUID().uuidString)")
    .path
  private let upstream: UpstreamClient

  init() throws {
    let (clock, log) = (self.clock, self.log)
    logger = Logger(label: "test") { _ in Handler(log: log) }
    ledger = try Ledger(
      configuration: LedgerConfiguration(directory: directory), logger: logger, now: { clock.now },
      recover: { call in
        RecoveredRow(
          CallRecord(
            id: call.admission.id, startedAt: call.admission.startedAt, provider: "p", method: "POST", path: "/",
            agent: "a", workflow: "w"))
      })
    upstream = try UpstreamClient(configuration: UpstreamClient.Configuration())
  }

  func end() {
    upstream.shutDown()
    ledger.close()
    try? FileManager.default.removeItem(atPath: directory)
  }

  func escalation() -> Escalation {
    Escalation(
      receivers: [], routing: AlertRouting(everyone: []),
      environment: Escalation.Environment(
        ledger: ledger.alerts, upstream: upstream, eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
        version: "test", logger: logger, now: { [clock] in clock.now }, traffic: { [] }, ledgerOutage: { nil }),
      metrics: MetricsRegistry(), seed: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
  }

  func rename(_ table: String, to name: String) async throws {
    try await ledger.alerts.perform { try execute($0.connection, "ALTER TABLE \(table) RENAME TO \(name)") }
  }
}
