import Control
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
    let dialects = Dictionary(
      routing.providerNames.compactMap { name in
        routing.provider(named: name)?.dialect.map { (name, $0.rawValue) }
      }) { first, _ in first }
    return CallMetrics(registry: registry, configuration: metrics) { provider, model in
      let isKnown = prices.knows(
        provider: provider, fallbackProviders: dialects[provider].map { [$0] } ?? [], model: model)
      return isKnown ? model : nil
    }
  }

  static func openLedger(
    _ configuration: Configuration, prices: PriceBook, registry: MetricsRegistry, logger: Logger
  ) throws -> Ledger {
    let metrics = LedgerMetrics(registry: registry)
    let recovery = Recovery(prices: prices, unmetered: configuration.unmetered)
    let observer = LedgerObserver(
      committed: { _, nanoseconds in metrics.commitSeconds.observe(nanoseconds / 1_000) },
      failed: { _ in metrics.errors.increment() })
    let ledger = try Ledger(
      configuration: configuration.ledger, logger: logger, observer: observer, now: WallClock.now,
      recover: recovery.record)
    metrics.queueDepth.read { [weak ledger] in Int64(ledger?.queueDepth ?? 0) }
    return ledger
  }

  /// The record of a call as JSON, for the key that made it.
  static func callLookup(in ledger: Ledger) -> CallLookup {
    { id, upstreamKeyID, answer in
      Task {
        let record = try? await ledger.call(id)
        let isOwn = record?.upstreamKeyID == upstreamKeyID
        answer(isOwn ? record.map { CallJSON.encode($0) } : nil)
      }
    }
  }
}
