import Control
import Dialects
import Escalation
import Gateway
import Ledger
import Logging
import Metering
import NIOPosix
import Observability
import Runs
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
    _ configuration: Configuration, registry: MetricsRegistry, routing: RoutingTable, prices: CurrentPriceBook
  ) -> CallMetrics {
    var metrics = CallMetricsConfiguration(providers: routing.providerNames)
    metrics.agents = configuration.names.agents
    metrics.workflows = configuration.names.workflows
    metrics.hasOpenTelemetryNames = configuration.names.hasOpenTelemetryNames
    // What a configured agent or workflow may call, so that its first dollar is a step from zero.
    let book = prices.book
    metrics.models = configuration.expectedProviders.flatMap { provider in
      book.currentModelIDs(routing.terms(of: provider), at: WallClock.now()).map { (provider: provider, model: $0) }
    }
    return CallMetrics(registry: registry, configuration: metrics) { provider, model in
      prices.book.modelID(
        routing.terms(of: provider), dialect: routing.provider(named: provider)?.dialect?.rawValue, model: model,
        at: WallClock.now())
    }
  }

  /// - Parameters:
  ///   - budgets: is told of those that were made at run time, and debits what a dead process left.
  ///   - accessChanged: is told of every change of keys and tokens, and of those that are there.
  static func openLedger(
    _ configuration: Configuration, prices: CurrentPriceBook, routing: RoutingTable, registry: MetricsRegistry,
    budgets: BudgetRegister, logger: Logger, accessChanged: @escaping @Sendable (AccessSnapshot) -> Void
  ) throws -> Ledger {
    let metrics = LedgerMetrics(registry: registry)
    let recovery = Recovery(
      prices: prices, terms: routing.terms(of:), unmetered: configuration.unmetered,
      budgets: budgets.recovery)
    let observer = LedgerObserver(
      committed: { _, nanoseconds in metrics.committed(durationNanoseconds: nanoseconds) },
      failed: { _ in metrics.failed() }, accessChanged: accessChanged,
      budgetsRead: { budgets.take($0, at: WallClock.now()) })
    let ledger = try Ledger(
      configuration: configuration.ledger, logger: logger, observer: observer, now: WallClock.now,
      recover: recovery.row)
    registry.ledgerQueueDepth { [weak ledger] in ledger?.queueDepth ?? 0 }
    return ledger
  }

  static func escalation(
    _ configuration: Configuration, ledger: Ledger, upstream: UpstreamClient, eventLoops: MultiThreadedEventLoopGroup,
    metrics: GatewayMetrics, registry: MetricsRegistry, logger: Logger
  ) -> Escalation {
    var random = SystemRandomNumberGenerator()
    return Escalation(
      receivers: configuration.receivers.receivers, routing: configuration.alerts.routing(configuration.receivers),
      environment: Escalation.Environment(
        ledger: ledger.alerts, upstream: upstream, eventLoop: eventLoops.next(), version: Version.current,
        logger: logger, now: WallClock.now,
        traffic: {
          metrics.traffic.map {
            ProviderTraffic(
              provider: $0.provider, failures: $0.failures, answers: $0.answers, unpriced: $0.unpriced,
              unmetered: $0.unmetered)
          }
        },
        ledgerOutage: { [weak ledger] in
          guard let health = ledger?.health, !health.isAvailable else { return nil }
          return health.reason ?? "the ledger is not available"
        }),
      metrics: registry, seed: (random.next(), random.next()))
  }

  /// What `/readyz` says.
  static func readiness(of ledger: Ledger, _ gateway: GatewayServer) -> @Sendable () -> Readiness {
    {
      guard gateway.isAccepting else { return .notReady(reason: "not accepting calls: starting or shutting down") }
      let health = ledger.health
      return health.isAvailable ? .ready : .notReady(reason: health.reason ?? "the ledger is not available")
    }
  }

  /// Ends a run for the key that made it.
  static func runEnding(of runs: RunDesk, _ closing: RunClosing, logger: Logger) -> RunEnding {
    { run, owner, answer in
      guard let ended = runs.end(run, ofKey: owner.key) else { return answer(nil) }
      Task {
        do {
          try await closing.close([ended])
        } catch {
          logger.warning("the end of a run is not in the ledger", metadata: ["run": "\(run)", "error": "\(error)"])
        }
        answer(ended.endedAt)
      }
    }
  }

  /// Lets a run go on by the approval of a held call, at once; the ledger has it a little later.
  static func release(
    of runs: RunDesk, in ledger: Ledger, logger: Logger
  ) -> @Sendable (GuardrailTrip, _ until: Timestamp, _ actor: String) -> Void {
    { trip, until, actor in
      // What is held belongs to a run.
      guard let run = trip.run else { return }
      let limits = runs.release(
        run, GuardrailRelease(guardrail: trip.guardrail, kind: trip.kind, until: until))
      Task {
        do {
          try await ledger.keep(limits, of: run, by: actor, at: WallClock.now())
        } catch {
          logger.warning(
            "the release of a run is not in the ledger: it ends with this process",
            metadata: ["run": "\(run)", "error": "\(error)"])
        }
      }
    }
  }

  /// The record of a call as JSON, for the key that made it.
  static func callLookup(in ledger: Ledger) -> CallLookup {
    { id, owner, answer in
      Task {
        let record = try? await ledger.call(id)
        let isOwn =
          switch owner {
          case .virtualKey(let name): record?.virtualKey == name
          // Calls without a key have no owner that could be told from others.
          case .upstreamKey(let keyID): keyID != nil && record?.upstreamKeyID == keyID
          }
        let adjustments = isOwn ? try? await ledger.books.adjustments(of: [id])[id] : nil
        answer(isOwn ? record.map { CallJSON.document($0, adjustments: adjustments ?? []) } : nil)
      }
    }
  }
}

extension RoutingTable {
  /// Whose prices count for a provider's calls.
  func terms(of provider: String) -> PriceTerms {
    self.provider(named: provider)?.terms ?? PriceTerms(provider: provider)
  }
}

extension Configuration {
  /// The providers whose models' series begin at zero: those that are configured, and the three that most agents call.
  fileprivate var expectedProviders: [String] {
    providers.providers.keys.sorted() + ["anthropic", "gemini", "openai"].filter { providers.providers[$0] == nil }
  }

  /// Checks that the price book has what the configuration asks of it.
  ///
  /// - Throws: ``CommandFailure`` where `prices` names a file that is not there, or `charge_as` a model without a price.
  @Sendable func check(_ book: PriceBook) throws(CommandFailure) {
    for route in providerRoutes {
      let terms = route.terms
      if let file = terms.priceFile, !book.hasPrices(of: file) {
        let known = book.providers.joined(separator: ", ")
        throw CommandFailure(
          "providers.\(terms.provider).prices: there are no prices of \"\(file)\"; there are prices of \(known)",
          exitCode: .badConfiguration)
      }
      guard case .chargeAs(let model) = terms.unpriced, book.hasPrices(for: terms) else { continue }
      guard book.knows(terms, model: model) || providers.providers[route.name]?.unpriced == nil else {
        throw CommandFailure(
          "providers.\(terms.provider).unpriced: the price book does not know the model \"\(model)\" of this provider",
          exitCode: .badConfiguration)
      }
    }
  }
}
