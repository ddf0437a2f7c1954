import ArgumentParser
import Gateway
import Glibc
import Logging
import Observability
import Upstream

/// `tollgate serve`: the proxy and its control plane, until a signal.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Forward and meter what agents send.",
    discussion: """
      Everything is optional: without a configuration the proxy listens on 127.0.0.1:4100, the control plane on
      127.0.0.1:4101, and known providers work with the agents' own keys.

        tollgate serve
        tollgate serve --config tollgate.yaml
        tollgate serve --upstream local=http://10.0.0.5:8000

      SIGTERM and Ctrl-C let calls in flight end, for limits.drain_timeout at most; a second one ends them at once.
      """)

  @OptionGroup var options: ConfigurationOptions

  func run() async throws {
    var configuration = try options.load()
    let descriptors = ProcessLimits.prepare()
    let sink = LogSink(style: configuration.log.style)
    defer { sink.flush(timeoutMilliseconds: 1_000) }
    let logger = configuration.log.logger(writingTo: sink)
    logger.info(
      "starting", metadata: ["version": "\(Version.current)", "libcurl": "\(UpstreamClient.libcurlVersion)"])
    if let connections = ProcessLimits.connections(within: descriptors),
      connections < configuration.limits.gateway.connectionsMax
    {
      logger.log(
        level: connections < 1_024 ? .warning : .info,
        "the system's limit of open files allows fewer connections than limits.connections: raise it (ulimit -n)",
        metadata: ["open_files": "\(descriptors)", "connections": "\(connections)"])
      configuration.limits.gateway.connectionsMax = connections
    }
    for problem in configuration.traces.environmentProblems {
      logger.warning("there are no traces", metadata: ["reason": "\(problem)"])
    }
    let dataDirectory = configuration.dataDirectory
    let startup = Startup(configuration.listen) { addresses in
      StandardStream.output.write(Banner(addresses, dataDirectory: dataDirectory).text)
    }
    do {
      let services = try Services(configuration, logger: logger, onControlListening: startup.controlListens)
      let isDone = try await SecondSignal.cancelling {
        try await services.run { startup.dataPlaneListens(port: services.gateway.port) }
      }
      if !isDone { logger.warning("calls in flight were ended by a second signal") }
    } catch {
      throw CommandFailure(serving: error, configuration: configuration)
    }
  }
}

/// What the process asks of the system before it opens its first socket.
enum ProcessLimits {
  /// Descriptors for the ledger, the control plane, the threads and the pool of upstream connections.
  private static let reservedDescriptors = 64

  /// How many connections of agents there can be, each with one upstream; nil where files are not limited.
  static func connections(within descriptors: Int) -> Int? {
    descriptors == .max ? nil : max(8, (descriptors - reservedDescriptors) / 2)
  }

  /// - Returns: how many files the process can open.
  @discardableResult
  static func prepare() -> Int {
    // A stream takes two descriptors, so the usual soft limit of 1,024 would be 500 streams.
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      limit.rlim_cur = limit.rlim_max
      _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    // A peer that has gone is a failed write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    return limit.rlim_cur == 0 ? .max : Int(clamping: limit.rlim_cur)
  }
}
