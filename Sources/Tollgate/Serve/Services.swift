import Control
import Escalation
import Gateway
import Ledger
import Logging
import Metering
import NIOCore
import NIOPosix
import Observability
import ServiceLifecycle
import UnixSignals
import Upstream

/// Everything that serves: made from a configuration, run until a signal or the end of the task, taken down in order.
struct Services {
  let gateway: GatewayServer
  let control: ControlServer
  let ledger: Ledger
  let escalation: Escalation
  private let traces: TraceExporter?
  private let upstream: UpstreamClient
  private let eventLoops: MultiThreadedEventLoopGroup
  private let logger: Logger
  private let drainTimeoutMilliseconds: Int64
  private let priceBookReload: PriceBookReload?
  private let certificateReload: CertificateReload?
  private let runs: RunDesk
  private let runClosing: RunClosing
  private let budgets: BudgetDesk
  private let administration: BudgetAdministration
  private let inbox = HoldInbox()

  /// Opens the ledger, which settles what a dead process left, and makes the rest. No socket is open yet.
  ///
  /// - Parameter onControlListening: told the control plane's address once it listens.
  init(
    _ configuration: Configuration, logger: Logger,
    onControlListening: @escaping @Sendable (SocketAddress) -> Void = { _ in }
  ) throws {
    let book = try PriceBook.load(directory: configuration.priceBook)
    try configuration.check(book)
    let prices = CurrentPriceBook(book)
    let routing = try RoutingTable(
      providers: configuration.providerRoutes, defaultProvider: configuration.providers.defaultProvider)
    let registry = MetricsRegistry()
    Self.describeProcess(in: registry)
    let tracing = configuration.traces.export.map { Tracing($0, registry: registry) }
    let metrics = GatewayMetrics(
      registry: registry,
      calls: Self.callMetrics(configuration, registry: registry, routing: routing, prices: prices),
      traces: tracing?.recorder)
    let alerts = AlertEntrance()
    let page = configuration.listen.controlPage
    let holds = configuration.holds.desk(inbox: inbox) { alerts.take($0, page: page) }
    registry.holdsPending(of: holds)
    let register = try BudgetRegister(
      configuration.budgets, receivers: configuration.receivers.receivers.map(\.name), holds: holds, logger: logger,
      at: WallClock.now(), tell: alerts.take)
    budgets = register.desk
    registry.budgetMetrics(of: budgets, now: WallClock.now)
    let keys = VirtualKeys()
    let tokens = ControlTokens()
    ledger = try Self.openLedger(
      configuration, prices: prices, routing: routing, registry: registry, budgets: register,
      logger: logger,
      accessChanged: {
        keys.replace(with: $0.keys)
        tokens.replace(with: $0.tokens)
      })
    runs = RunDesk(configuration.runs, configuration.guardrails.guardrails, keptIn: ledger)
    registry.openRuns(of: runs)
    administration = BudgetAdministration(register: register, ledger: ledger, logger: logger, now: WallClock.now)
    // The ledger has made the data directory.
    tokens.setOwner(try ControlToken.load(directory: configuration.dataDirectory))
    priceBookReload = configuration.priceBook.map { directory in
      PriceBookReload(
        directory: directory, prices: prices, registry: registry, logger: logger, check: configuration.check)
    }
    upstream = try UpstreamClient(configuration: UpstreamClient.Configuration())
    eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
    traces = tracing?.exporter(upstream: upstream, eventLoop: eventLoops.next(), logger: logger)
    let escalation = Self.escalation(
      configuration, ledger: ledger, upstream: upstream, eventLoops: eventLoops, metrics: metrics, registry: registry,
      logger: logger)
    self.escalation = escalation
    alerts.open(to: escalation)
    runClosing = RunClosing(
      ledger: ledger, metrics: metrics.runs, traces: tracing?.recorder, escalation: escalation)
    var dataPlane = configuration.gateway
    var controlPlane = configuration.controlPlane
    let certificate = try configuration.listen.dataPlaneTLS.files.map { try ServerCertificate($0, path: "tls") }
    let controlCertificate = try configuration.listen.controlTLS.files.map {
      try ServerCertificate($0, path: "control.tls")
    }
    (dataPlane.tls, controlPlane.tls) = (certificate?.provider, controlCertificate?.provider)
    let certificates = [certificate, controlCertificate].compactMap(\.self)
    certificateReload =
      certificates.isEmpty
      ? nil : CertificateReload(certificates, registry: registry, logger: logger, now: WallClock.now)
    gateway = GatewayServer(
      context: GatewayContext(
        configuration: dataPlane, headRules: try configuration.headRules, routing: routing, ledger: ledger,
        keys: keys, upstream: upstream, prices: prices, runs: runs, budgets: budgets, metrics: metrics,
        logger: logger,
        wallClock: WallClock.now,
        lookUpCall: Self.callLookup(in: ledger),
        endRun: Self.runEnding(of: runs, runClosing, logger: logger),
        tellRuns: { news in
          news.log(logger)
          escalation.note(news)
        }),
      group: eventLoops)
    control = ControlServer(
      controlPlane, ledger: ledger, runs: ControlRuns(of: runs, in: ledger, runClosing, holds: budgets.holds),
      budgets: administration.control(
        explain: BudgetExplainer(prices: prices, routing: routing, desk: budgets, keys: keys).explain),
      holds: ControlHolds(
        kept: ledger.holds, of: budgets, release: Self.release(of: runs, in: ledger, logger: logger)),
      escalation: escalation, metrics: registry, tokens: tokens,
      version: Version.current,
      logger: logger, eventLoopGroup: eventLoops, onListening: onControlListening,
      price: { prices.book.secondCharge(for: $0, terms: routing.terms(of: $0.provider)) },
      readiness: Self.readiness(of: ledger, gateway))
    drainTimeoutMilliseconds = Int64(configuration.limits.gateway.drainTimeoutMilliseconds)
    self.logger = logger
  }

  /// Serves until a signal, until the service group around it shuts down, or until the task is cancelled. Services stop in
  /// reverse order, so that `/readyz` and `/metrics` live through the drain, and the ledger takes the rows of the last calls.
  ///
  /// - Parameters:
  ///   - signals: those that let calls under way end before it stops.
  ///   - started: called once the data plane listens.
  func run(
    until signals: [UnixSignal] = [.sigterm, .sigint], started: @escaping @Sendable () -> Void
  ) async throws {
    let approvals = HoldApprovals(desk: budgets, ledger: ledger, logger: logger)
    let restoring = RunRestoring(runs: runs, ledger: ledger, logger: logger)
    let prepare: @Sendable () async throws -> Void = { [administration] in
      try await administration.fill()
      await approvals.restore(at: WallClock.now())
      await restoring.restore()
    }
    let services: [(any Service)?] = [
      LedgerService(ledger: ledger, upstream: upstream, eventLoops: eventLoops), escalation, control, traces,
      priceBookReload, certificateReload,
      RunService(runs: runs, closing: runClosing, ledger: ledger, logger: logger),
      HoldJournal(inbox: inbox, ledger: ledger, logger: logger), BudgetClock(desk: budgets),
      UnusedBudgetWatch(desk: budgets, logger: logger),
      GatewayService(gateway: gateway, prepare: prepare, started: started),
    ]
    var configuration = ServiceGroupConfiguration(
      services: services.compactMap(\.self).map { .init(service: $0) }, gracefulShutdownSignals: signals,
      logger: logger)
    // Beyond the drain's own limit something hangs: end anyway.
    configuration.maximumGracefulShutdownDuration = .milliseconds(drainTimeoutMilliseconds + 10_000)
    try await ServiceGroup(configuration: configuration).run()
    try await eventLoops.shutdownGracefully()
  }
}

/// Keeps the ledger open until everything that writes to it has stopped.
private struct LedgerService: Service {
  let ledger: Ledger
  let upstream: UpstreamClient
  let eventLoops: MultiThreadedEventLoopGroup

  func run() async throws {
    try? await gracefulShutdown()
    // Transfers that were cut still end, and are settled on their event loops, before the ledger closes.
    upstream.shutDown()
    for eventLoop in eventLoops.makeIterator() { try? await eventLoop.submit {}.get() }
    ledger.close()
  }
}

/// Runs the data plane.
private struct GatewayService: Service {
  let gateway: GatewayServer
  let prepare: @Sendable () async throws -> Void
  let started: @Sendable () -> Void

  func run() async throws {
    try await prepare()
    try await gateway.start()
    started()
    try? await gracefulShutdown()
    await gateway.stop()
  }
}
