import Control
import Gateway
import Ledger
import Metering
import Observability
import Upstream

/// What each part of the program is given of the configuration.
extension Configuration {
  /// The data plane's part.
  var gateway: GatewayConfiguration {
    var gateway = GatewayConfiguration()
    gateway.host = listen.dataPlane.host
    gateway.port = listen.dataPlane.port
    gateway.onClientDisconnect = onClientDisconnect
    gateway.unmetered = unmetered
    gateway.ledgerUnavailable = ledgerUnavailable
    gateway.requiresVirtualKey = requiresVirtualKey
    gateway.limits = limits.gateway
    gateway.seesClientAddresses = listen.dataPlaneTLS != .terminatedElsewhere
    return gateway
  }

  /// Which heads of requests are taken.
  var headRules: HeadRules {
    get throws {
      try HeadRules(
        listenHost: listen.dataPlane.host, allowedHosts: listen.allowedHosts, allowedOrigins: listen.allowedOrigins,
        bodyBytesMax: Int64(limits.gateway.bodyBytesMax))
    }
  }

  /// The providers that are configured; known ones need no entry, and keep what an entry leaves out.
  var providerRoutes: [ProviderRoute] {
    providers.providers.sorted { $0.key < $1.key }.compactMap { name, provider in
      guard var origin = provider.origin(named: name) else { return nil }
      origin.caFile = provider.caFile
      return ProviderRoute(
        name: name, origin: origin, dialect: provider.dialect(named: name), billing: provider.billing,
        streamUsage: provider.streamUsage, key: provider.key?.providerKey, signer: provider.signer(named: name),
        terms: terms(of: name, origin: origin))
    } + defaultRoutes
  }

  /// Known providers that no entry changes, under what is said of all providers.
  private var defaultRoutes: [ProviderRoute] {
    KnownProviders.routes.filter { providers.providers[$0.name] == nil }.map { route in
      var route = route
      route.terms = terms(of: route.name, origin: route.origin)
      return route
    }
  }

  private func terms(of name: String, origin: UpstreamOrigin) -> PriceTerms {
    let provider = providers.providers[name]
    return PriceTerms(
      provider: name, host: origin.host, priceFile: provider?.prices, discounts: provider?.discounts ?? [],
      unpriced: provider?.unpriced ?? unpriced)
  }

  /// The directory of the operator's own price files.
  var priceBook: PriceBookDirectory? { priceBookDirectory.map { PriceBookDirectory(path: $0) } }

  /// The control plane's part.
  var controlPlane: ControlConfiguration {
    var control = ControlConfiguration()
    control.host = listen.control.host
    control.port = listen.control.port
    control.allowedHosts = listen.allowedHosts
    control.trustsLoopback = listen.controlTLS != .terminatedElsewhere
    return control
  }

  /// The ledger's part.
  var ledger: LedgerConfiguration {
    var ledger = LedgerConfiguration(directory: dataDirectory)
    ledger.inFlightMax = limits.inFlight
    ledger.rowRetentionDays = retention.callsDays
    ledger.rollupRetentionMonths = retention.rollupsMonths
    return ledger
  }
}
