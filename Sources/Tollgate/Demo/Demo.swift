import Gateway
import Logging
import Metering
import NIOCore
import Observability
import ServiceLifecycle
import UnixSignals
import Upstream

/// One demo: everything is started, the agents work for a while, everything is stopped, and the ledger is read.
struct Demo: Sendable {
  var listen: ListenAddress
  var control: ListenAddress
  var dataDirectory: String
  var seconds: Int
  var seed: UInt64
  var group: any EventLoopGroup

  /// How many of a thousand calls the simulated endpoint fails.
  private static let errorsPerThousand = 30
  private static let pace = TimeSpan(milliseconds: 8)

  /// - Returns: what the agents cost, by agent, workflow and model.
  func run() async throws -> Report {
    let began = WallClock.now()
    let options = SimulatedEndpoint.Options(seed: seed, errorsPerThousand: Self.errorsPerThousand)
    let endpoint = try await SimulatedEndpointServer.start(
      SimulatedEndpoint(options: options, now: WallClock.now), address: ListenAddress(host: "127.0.0.1", port: 0),
      pace: Self.pace, group: group)
    let configuration = try configuration(endpoint: endpoint.address)
    let sink = LogSink(style: configuration.log.style)
    defer { sink.flush(timeoutMilliseconds: 1000) }
    do {
      let report = try await serve(configuration, began: began, logger: configuration.log.logger(writingTo: sink))
      await endpoint.stop()
      return report
    } catch {
      throw CommandFailure(serving: error, configuration: configuration)
    }
  }

  private func configuration(endpoint: ListenAddress) throws -> Configuration {
    var configuration = Configuration()
    configuration.listen.dataPlane = listen
    configuration.listen.control = control
    configuration.dataDirectory = dataDirectory
    configuration.names.agents = [ResearcherAgent.name, CoderAgent.name, NightJobAgent.name]
    configuration.names.workflows = [ResearcherAgent.workflow, CoderAgent.workflow]
    configuration.log.level = .warning
    let origin = UpstreamOrigin(scheme: .http, host: endpoint.host, port: endpoint.port, basePath: "")
    for name in ["openai", "anthropic"] {
      configuration.providers.providers[name] = ProviderConfiguration(origin: origin)
    }
    return try configuration.checked(origin: "command line")
  }

  /// Serves until the agents have worked long enough, or a signal comes; then asks for the report, and stops.
  private func serve(_ configuration: Configuration, began: Timestamp, logger: Logger) async throws -> Report {
    let (listening, listens) = AsyncStream.makeStream(of: Startup.Addresses.self)
    let startup = Startup(configuration.listen) { listens.yield($0) }
    let services = try Services(configuration, logger: logger, onControlListening: startup.controlListens)
    // A group of its own around the services, so that they can be told to stop without a signal.
    let proxy = ServiceGroup(services: [DemoProxy(services: services, startup: startup)], logger: logger)
    return try await withThrowingTaskGroup(of: Report?.self) { tasks in
      tasks.addTask {
        try await proxy.run()
        return nil
      }
      tasks.addTask {
        var report: Report?
        for await addresses in listening.prefix(1) {
          await work(addresses)
          let source = ReportSource(
            control: ControlPlaneURL(address: addresses.control), dataDirectory: dataDirectory, group: group)
          report = try await source.report(
            by: [.agent, .workflow, .model],
            period: ReportPeriod(from: began, to: WallClock.now(), timeZone: .utc))
        }
        await proxy.triggerGracefulShutdown()
        return report
      }
      // Where the proxy ends first, there was an error, which is thrown here.
      var report: Report?
      while let result = try await tasks.next() { report = result ?? report }
      guard let report else { throw CommandFailure("the proxy ended before the demo did") }
      return report
    }
  }

  private func work(_ addresses: Startup.Addresses) async {
    StandardStream.output.write(introduction(addresses))
    let traffic = DemoTraffic(proxy: addresses.dataPlane, seed: seed, group: group)
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await traffic.run() }
      tasks.addTask { try? await Task.sleep(for: .seconds(seconds)) }
      tasks.addTask {
        for await _ in await UnixSignalsSequence(trapping: [.sigint, .sigterm]) { return }
      }
      await tasks.next()
      tasks.cancelAll()
    }
  }

  private func introduction(_ addresses: Startup.Addresses) -> String {
    """
    Three agents work through http://\(addresses.dataPlane) for \(seconds) s; Ctrl-C ends it sooner. Nothing leaves this machine.

      \(ResearcherAgent.name)   one question after the other, claude-sonnet-4-5, thinking, tools, a cached prompt
      \(CoderAgent.name)        two sessions at once, gpt-5-mini, tools in parallel
      \(NightJobAgent.name)    the same question again and again, gpt-4o-mini; nobody named its workflow

    Meanwhile, in another terminal:
      curl -s http://\(addresses.control)/metrics | grep -e tollgate_cost -e tollgate_tokens
      tollgate report --control http://\(addresses.control)


    """
  }
}

/// The proxy as one service of the demo.
private struct DemoProxy: Service {
  let services: Services
  let startup: Startup

  func run() async throws {
    try await services.run(until: []) { startup.dataPlaneListens(port: services.gateway.port) }
  }
}
