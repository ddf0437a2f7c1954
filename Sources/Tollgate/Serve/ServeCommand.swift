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
    let configuration = try options.load()
    ProcessLimits.prepare()
    let sink = LogSink(style: configuration.log.style)
    defer { sink.flush(timeoutMilliseconds: 1_000) }
    let logger = configuration.log.logger(writingTo: sink)
    logger.info(
      "starting", metadata: ["version": "\(Version.current)", "libcurl": "\(UpstreamClient.libcurlVersion)"])
    let startup = Startup(configuration.listen) { addresses in
      StandardStream.output.write(Banner(addresses, dataDirectory: configuration.dataDirectory).text)
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
  static func prepare() {
    // A stream takes two descriptors, so the usual soft limit of 1,024 would be 500 streams.
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      limit.rlim_cur = limit.rlim_max
      _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    // A peer that has gone is a failed write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
  }
}
