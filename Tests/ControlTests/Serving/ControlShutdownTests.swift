import Logging
import Metering
import NIOCore
import Observability
import ServiceLifecycle
import Testing

@testable import Control

@Suite struct ControlShutdownTests {
  @Test("The server ends when its service group does, and takes no more connections")
  func graceful() async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    var configuration = ControlConfiguration()
    configuration.port = 0
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let endpoints = ControlEndpoints(
      queries: CannedLedger().queries, metrics: MetricsRegistry(), readiness: { .ready }, version: "1",
      now: { Timestamp(unixMicroseconds: 0) })
    let server = ControlServer(
      configuration, endpoints: endpoints, tokens: ControlTokens(), logger: logger, eventLoopGroup: nil
    ) { continuation.yield($0.port ?? 0) }
    let group = ServiceGroup(services: [server], logger: logger)
    async let ended: Void = group.run()
    var iterator = ports.makeAsyncIterator()
    let port = try #require(await iterator.next())
    let alive = try await send("/healthz", port: port)
    #expect(alive.status == 200)
    await group.triggerGracefulShutdown()
    try await ended
    let after = try await send("/healthz", port: port)
    #expect(after.status == 0)
  }
}
