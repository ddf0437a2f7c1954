import Budgets
import Escalation
import Foundation
import Glibc
import Ledger
import Logging
import Metering
import NIOCore
import Observability
import Synchronization

@testable import Control

/// An answer as it came over the wire.
struct Reply {
  var status: Int
  var headers: [String: String]
  var body: String

  /// The body as JSON objects and arrays.
  var json: Any? { try? JSONSerialization.jsonObject(with: Data(body.utf8)) }
  /// A member of a body that is an object.
  subscript(name: String) -> Any? { (json as? [String: Any])?[name] }
}

/// What the ledger is asked in tests: what it was asked for, and what it says.
final class CannedLedger: Sendable {
  struct Asked {
    var filters: [CallFilter] = []
    var summaries: [(by: [SummaryDimension], range: TimeRange)] = []
    var adjustments: [AdjustmentFilter] = []
    var corrections: [Correction] = []
    var repricings: [RepriceQuery] = []
    var budgets: [BudgetDefinition] = []
    var removals: [String] = []
    var raises: [BudgetRaise] = []
    var questions: [BudgetQuestion] = []
    var alerts: [AlertFilter] = []
    var redeliveries: [Redelivery] = []
  }
  struct Broken: Error {}

  let asked = Mutex(Asked())
  let records: [CallRecord]
  let rows: [SummaryRow]
  let isBroken: Bool

  init(records: [CallRecord] = [], rows: [SummaryRow] = [], isBroken: Bool = false) {
    self.records = records
    self.rows = rows
    self.isBroken = isBroken
  }

  var queries: ControlQueries {
    ControlQueries(
      calls: { filter in
        self.asked.withLock { $0.filters.append(filter) }
        if self.isBroken { throw Broken() }
        return Array(self.records.prefix(filter.limit))
      },
      call: { id in
        if self.isBroken { throw Broken() }
        return self.records.first { $0.id == id }
      },
      summary: { dimensions, range in
        self.asked.withLock { $0.summaries.append((dimensions, range)) }
        if self.isBroken { throw Broken() }
        return self.rows
      },
      runs: ControlRuns(
        page: { _ in [] }, detail: { _ in nil }, toolsOfCall: { _ in [] }, eventsOfCall: { _ in [] },
        events: { _ in [] }, reliability: { ReliabilityReport(query: $0, rows: []) }, end: { _, _ in false },
        release: { _, _, _ in false }),
      books: books,
      credentials: credentials,
      budgets: budgets, alerts: alerts, holds: noHolds)
  }

  /// One budget, and changes that are asked for and not made.
  var budgets: ControlBudgets {
    ControlBudgets(
      definitions: { [exampleBudget().definition] },
      states: { name in [exampleBudget()].filter { name == nil || $0.definition.name == name } },
      set: { name, _, make in
        let known = exampleBudget().definition.name == name ? exampleBudget().definition : nil
        let definition = try make(known)
        self.asked.withLock { $0.budgets.append(definition) }
        return known
      },
      remove: { name, _ in self.asked.withLock { $0.removals.append(name) } },
      raise: { _, raise, _, _ in self.asked.withLock { $0.raises.append(raise) } },
      explain: { question in
        self.asked.withLock { $0.questions.append(question) }
        return exampleExplanation()
      },
      simulate: { definitions, range in
        self.asked.withLock { $0.budgets += definitions }
        let start = range.from ?? Timestamp(unixMicroseconds: 0)
        return BudgetSimulationAnswer(from: start, to: start, calls: 0, rows: [])
      })
  }

  private var alerts: ControlAlerts {
    ControlAlerts(
      list: { filter in
        self.asked.withLock { $0.alerts.append(filter) }
        return Array([exampleAlert()].prefix(filter.limit))
      },
      receivers: { [exampleReceiver()] },
      test: { name in
        guard name == "ops" else { throw ReceiverError.unknownReceiver(name, known: ["ops"]) }
        return .rejected(status: 302)
      },
      redeliver: { what in
        self.asked.withLock { $0.redeliveries.append(what) }
        return 3
      })
  }

  /// Nothing here asks for them: those tests have a ledger.
  private var credentials: ControlCredentials {
    ControlCredentials(
      snapshot: { AccessSnapshot(keys: [], tokens: []) }, audit: { _ in [] }, createKey: { _, _, _ in throw Broken() },
      rotateKey: { _, _, _ in throw Broken() }, revokeKey: { _, _ in throw Broken() },
      createToken: { _, _, _ in throw Broken() }, revokeToken: { _, _ in throw Broken() })
  }

  private var books: ControlBooks {
    ControlBooks(
      adjustments: { filter in
        self.asked.withLock { $0.adjustments.append(filter) }
        if self.isBroken { throw Broken() }
        return Array([exampleAdjustment()].prefix(filter.limit))
      },
      adjustmentsOfCalls: { _ in [:] },
      book: { correction, _ in
        self.asked.withLock { $0.corrections.append(correction) }
        if self.isBroken { throw LedgerError.booking("there is no call x") }
        return exampleAdjustment()
      },
      reprice: { query, _ in
        self.asked.withLock { $0.repricings.append(query) }
        var page = RepricePage()
        page.examined = 5
        page.repriced = 2
        page.deltaPicodollars = 3
        page.unknown = [RepricePage.UnknownModel(provider: "p", model: "m", calls: 1)]
        page.next = query.after == nil ? RepriceCursor("12.34") : nil
        return page
      },
      repriceCount: { _ in 10 })
  }
}

/// A control plane that listens on a free port of the loopback while `body` runs.
func withControl(
  _ ledger: CannedLedger, metrics: MetricsRegistry = MetricsRegistry(),
  _ body: @escaping @Sendable (_ port: Int) async throws -> Void
) async throws {
  try await withControl(ledger.queries, metrics: metrics, body)
}

/// The same, with other queries.
func withControl(
  _ queries: ControlQueries = CannedLedger().queries, metrics: MetricsRegistry = MetricsRegistry(),
  readiness: @escaping @Sendable () -> Readiness = { .ready },
  configure: (inout ControlConfiguration) -> Void = { _ in },
  _ body: @escaping @Sendable (_ port: Int) async throws -> Void
) async throws {
  var configuration = ControlConfiguration()
  configuration.port = 0
  configure(&configuration)
  let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
  let endpoints = ControlEndpoints(
    queries: queries, metrics: metrics, readiness: readiness, version: "1.2.3<&\"",
    now: { Timestamp(unixMicroseconds: 1_800_000_000_000_000) })
  let tokens = ControlTokens()
  tokens.setOwner(Secret(testToken))
  let server = ControlServer(
    configuration, endpoints: endpoints, tokens: tokens,
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    eventLoopGroup: nil
  ) { address in
    continuation.yield(address.port ?? 0)
    continuation.finish()
  }
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await server.run() }
    var iterator = ports.makeAsyncIterator()
    if let port = await iterator.next() { try await body(port) }
    group.cancelAll()
  }
}

/// No call waits for a person.
let noHolds = ControlHolds(
  recent: { [] }, kept: { _ in [] }, keptHold: { _ in nil },
  decide: { _, _, _, _ in throw HoldDecisionError.unknown })

let testToken = String(repeating: "5f", count: 32)

/// Sends one request and reads the answer until the server closes the connection.
func send(
  _ target: String, port: Int, method: String = "GET", host: String? = nil, headers: [(String, String)] = [],
  body: String = ""
) async throws -> Reply {
  var text = "\(method) \(target) HTTP/1.1\r\nhost: \(host ?? "127.0.0.1:\(port)")\r\nconnection: close\r\n"
  for (name, value) in headers { text += "\(name): \(value)\r\n" }
  if !body.isEmpty { text += "content-length: \(body.utf8.count)\r\n" }
  return try await sendRaw(text + "\r\n" + body, port: port)
}

/// Blocking sockets on a thread of its own: those of the cooperative pool are the server's, and few.
func sendRaw(_ text: String, port: Int) async throws -> Reply {
  let bytes: [UInt8] = await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: exchange(Array(text.utf8), port: port)) }
  }
  return parsed(bytes)
}

private func exchange(_ bytes: [UInt8], port: Int) -> [UInt8] {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = in_port_t(UInt16(port).bigEndian)
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  let connected = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  guard connected == 0 else { return [] }
  var sent = 0
  while sent < bytes.count {
    let count = bytes[sent...].withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    guard count > 0 else { break }
    sent += count
  }
  var answer: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else { return answer }
    answer += chunk[..<count]
  }
}

private func parsed(_ bytes: [UInt8]) -> Reply {
  let text = String(decoding: bytes, as: UTF8.self)
  guard let end = text.range(of: "\r\n\r\n") else { return Reply(status: 0, headers: [:], body: text) }
  let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
  var headers: [String: String] = [:]
  for line in lines.dropFirst() {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { continue }
    headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
  }
  let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  return Reply(status: status, headers: headers, body: String(text[end.upperBound...]))
}
