public import Escalation
internal import Hummingbird
internal import HummingbirdCore
public import Ledger
public import Logging
public import Metering
public import NIOCore
public import Observability
public import ServiceLifecycle

/// The control plane: health, metrics and the API, on a port of its own.
public struct ControlServer: Service {
  private let configuration: ControlConfiguration
  private let responder: ControlResponder
  private let logger: Logger
  private let eventLoopGroup: (any EventLoopGroup)?
  private let onListening: @Sendable (SocketAddress) -> Void

  /// A server that listens once it is run.
  ///
  /// - Parameters:
  ///   - runs: what is asked of runs, and done to them.
  ///   - budgets: what is asked of budgets, and changed in them.
  ///   - tokens: those that open it.
  ///   - holds: calls that wait for a person.
  ///   - version: Tollgate's own.
  ///   - eventLoopGroup: shared with the data plane; nil takes the process's.
  ///   - price: what a call costs by the price book of today, for calls that are priced again.
  ///   - readiness: asked at each `/readyz`; must return at once.
  ///   - onListening: told the address once connections are taken, which is how a port of 0 becomes known.
  public init(
    _ configuration: ControlConfiguration, ledger: Ledger, runs: ControlRuns, budgets: ControlBudgets,
    holds: ControlHolds,
    escalation: Escalation,
    metrics: MetricsRegistry, tokens: ControlTokens, version: String,
    logger: Logger, eventLoopGroup: (any EventLoopGroup)? = nil,
    now: @escaping @Sendable () -> Timestamp = WallClock.now,
    onListening: @escaping @Sendable (SocketAddress) -> Void = { _ in },
    price: @escaping @Sendable (CallRecord) -> SecondCharge,
    readiness: @escaping @Sendable () -> Readiness
  ) {
    let endpoints = ControlEndpoints(
      queries: ControlQueries(ledger, runs: runs, budgets: budgets, holds: holds, escalation: escalation, price: price),
      metrics: metrics, readiness: readiness,
      version: version, now: now)
    self.init(
      configuration, endpoints: endpoints, tokens: tokens, logger: logger, eventLoopGroup: eventLoopGroup,
      onListening: onListening)
  }

  init(
    _ configuration: ControlConfiguration, endpoints: ControlEndpoints, tokens: ControlTokens, logger: Logger,
    eventLoopGroup: (any EventLoopGroup)?, onListening: @escaping @Sendable (SocketAddress) -> Void
  ) {
    let guardian = RequestGuard(
      listenHost: configuration.host, allowedHosts: configuration.allowedHosts,
      trustsLoopback: configuration.trustsLoopback, tokens: tokens)
    self.configuration = configuration
    self.logger = logger
    self.eventLoopGroup = eventLoopGroup
    self.onListening = onListening
    responder = ControlResponder(
      guardian: guardian, endpoints: endpoints, configuration: configuration, logger: logger,
      failures: LogThrottle(intervalMilliseconds: 10_000))
  }

  /// Serves until the task is cancelled or the service group shuts down; then lets answers end that were begun.
  public func run() async throws {
    let address = BindAddress.hostname(configuration.host, port: configuration.port)
    // Hummingbird logs each start and stop of its own, which says nothing that Tollgate does not say.
    var frameworkLogger = logger
    frameworkLogger.logLevel = max(logger.logLevel, .warning)
    let application = Application(
      responder: responder, server: server,
      configuration: ApplicationConfiguration(
        address: address,
        availableConnectionsDelegate: MaximumAvailableConnections(configuration.connectionsMax, logger: frameworkLogger)
      ),
      onServerRunning: { channel in if let address = channel.localAddress { onListening(address) } },
      eventLoopGroupProvider: eventLoopGroup.map { .shared($0) } ?? .singleton, logger: frameworkLogger)
    try await application.run()
  }

  private var server: HTTPServerBuilder {
    let channelConfiguration = channelConfiguration
    let context = configuration.tls
    return HTTPServerBuilder { responder in
      let plain = HTTP1Channel(responder: responder, configuration: channelConfiguration)
      guard let context else { return plain }
      return SecuredChannel(base: plain, context: context)
    }
  }

  private var channelConfiguration: HTTP1Channel.Configuration {
    let seconds = configuration.requestHeadTimeoutSeconds
    return HTTP1Channel.Configuration(
      additionalChannelHandlers: [FirstRequestDeadline(seconds: seconds)],
      idleTimeout: .seconds(configuration.idleTimeoutSeconds),
      httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
        maxHeaderFieldSize: configuration.headerBytesMax, maxHeaderListSize: configuration.headerBytesMax))
  }
}
