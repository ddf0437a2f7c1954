import NIOCore
import Tokenizers

public import Ledger
public import Logging
public import Metering
public import Upstream

/// What every exchange of the data plane works with. Made once; never changes.
public final class GatewayContext: Sendable {
  let configuration: GatewayConfiguration
  let headCheck: HeadCheck
  let routing: RoutingTable
  let ledger: Ledger
  let keys: VirtualKeys
  let upstream: UpstreamClient
  let prices: CurrentPriceBook
  let metrics: GatewayMetrics
  let hints: AgentHints
  let failures: UpstreamFailureLog
  let gatheredBytes: GatheredBytes
  let socketTLS = SocketTLS()
  let counts = LearnedCounts()
  let runs: RunDesk
  let budgets: BudgetDesk
  let substitutes = SubstituteModels()
  let logger: Logger
  let wallClock: @Sendable () -> Timestamp
  /// Looks a call up for the key that made it; the answer comes on any thread. See ``CallLookup``.
  let lookUpCall: CallLookup
  /// Ends a run for the key that made it; the answer comes on any thread. See ``RunEnding``.
  let endRun: RunEnding
  /// Is told of runs what people may want to know; must return at once.
  let tellRuns: @Sendable (RunNews) -> Void

  public init(
    configuration: GatewayConfiguration, headRules: HeadRules, routing: RoutingTable, ledger: Ledger, keys: VirtualKeys,
    upstream: UpstreamClient, prices: CurrentPriceBook, runs: RunDesk, budgets: BudgetDesk,
    metrics: GatewayMetrics, logger: Logger, wallClock: @escaping @Sendable () -> Timestamp,
    lookUpCall: @escaping CallLookup, endRun: @escaping RunEnding, tellRuns: @escaping @Sendable (RunNews) -> Void
  ) {
    self.configuration = configuration
    self.headCheck = HeadCheck(rules: headRules)
    self.routing = routing
    self.ledger = ledger
    self.keys = keys
    self.upstream = upstream
    self.prices = prices
    self.runs = runs
    self.budgets = budgets
    self.metrics = metrics
    self.hints = AgentHints(logger: logger)
    self.failures = UpstreamFailureLog(logger: logger)
    self.gatheredBytes = GatheredBytes(max: configuration.limits.gatheredBytesMax)
    self.logger = logger
    self.wallClock = wallClock
    self.lookUpCall = lookUpCall
    self.endRun = endRun
    self.tellRuns = tellRuns
    // Some ten milliseconds that no event loop should spend on its first prompt.
    for tokenizer in Tokenizer.allCases { tokenizer.load() }
  }
}

/// Finds the JSON of the call `id` if `owner` made it, and hands it (or nil) to `answer` once, on any thread. It is the
/// control plane's work, so it is injected: the data plane waits for nothing.
public typealias CallLookup =
  @Sendable (_ id: CallID, _ owner: CallOwner, _ answer: @escaping @Sendable ([UInt8]?) -> Void) -> Void

/// Ends the run of `owner`'s that has this name or id, and hands when its last call was (nil where there is none that goes on) to `answer`
/// once, on any thread: what it came to is then in the ledger.
public typealias RunEnding =
  @Sendable (_ run: String, _ owner: CallOwner, _ answer: @escaping @Sendable (Timestamp?) -> Void) -> Void

/// Whose call or run it must be.
public enum CallOwner: Sendable, Equatable {
  /// The virtual key of this name.
  case virtualKey(String)
  /// Whoever has the upstream's key with this digest; nil, who has none, owns no call.
  case upstreamKey(String?)
}

extension CallOwner {
  /// As ``RunCaller/key``.
  public var key: String? {
    switch self {
    case .virtualKey(let name): name
    case .upstreamKey(let digest): digest
    }
  }
}
