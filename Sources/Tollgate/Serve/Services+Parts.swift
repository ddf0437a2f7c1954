import Control
import Dialects
import Gateway
import Ledger
import Logging
import Metering
import Observability
import Upstream

/// How the parts of ``Services`` are made.
extension Services {
  static func describeProcess(in registry: MetricsRegistry) {
    registry.buildInfo(
      version: Version.current, sqlite: Ledger.sqliteVersion, libcurl: UpstreamClient.libcurlVersion)
    registry.processMetrics()
    _ = registry.configReloadSuccess()
  }

  static func callMetrics(
    _ configuration: Configuration, registry: MetricsRegistry, routing: RoutingTable, prices: PriceBook
  ) -> CallMetrics {
    var metrics = CallMetricsConfiguration(providers: routing.providerNames)
    metrics.agents = configuration.names.agents
    metrics.workflows = configuration.names.workflows
    // What a configured agent or workflow may call, so that its first dollar is a step from zero.
    metrics.models = prices.providers.flatMap { provider in
      prices.modelIDs(provider: provider).map { (provider: provider, model: $0) }
    }
    return CallMetrics(registry: registry, configuration: metrics) { provider, model in
      prices.modelID(
        PriceTerms(provider: provider), dialect: routing.provider(named: provider)?.dialect?.rawValue, model: model,
        at: WallClock.now())
    }
  }

  static func openLedger(
    _ configuration: Configuration, prices: PriceBook, registry: MetricsRegistry, logger: Logger
  ) throws -> Ledger {
    let metrics = LedgerMetrics(registry: registry)
    let recovery = Recovery(prices: prices, unmetered: configuration.unmetered)
    let observer = LedgerObserver(
      committed: { _, nanoseconds in metrics.committed(durationNanoseconds: nanoseconds) },
      failed: { _ in metrics.failed() })
    let ledger = try Ledger(
      configuration: configuration.ledger, logger: logger, observer: observer, now: WallClock.now,
      recover: recovery.record)
    registry.ledgerQueueDepth { [weak ledger] in ledger?.queueDepth ?? 0 }
    return ledger
  }

  /// What `/readyz` says.
  static func readiness(of ledger: Ledger, _ gateway: GatewayServer) -> @Sendable () -> Readiness {
    {
      guard gateway.isAccepting else { return .notReady(reason: "not accepting calls: starting or shutting down") }
      let health = ledger.health
      return health.isAvailable ? .ready : .notReady(reason: health.reason ?? "the ledger is not available")
    }
  }

  /// The record of a call as JSON, for the key that made it.
  static func callLookup(in ledger: Ledger) -> CallLookup {
    { id, upstreamKeyID, answer in
      Task {
        let record = try? await ledger.call(id)
        // Calls without a key have no owner that could be told from others.
        let isOwn = upstreamKeyID != nil && record?.upstreamKeyID == upstreamKeyID
        let adjustments = isOwn ? try? await ledger.books.adjustments(of: [id])[id] : nil
        answer(isOwn ? record.map { CallJSON.document($0, adjustments: adjustments ?? []) } : nil)
      }
    }
  }
}
