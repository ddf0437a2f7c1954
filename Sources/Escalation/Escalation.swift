public import Ledger
public import Logging
public import Metering
public import NIOCore
public import Observability
import Synchronization
public import Upstream

/// Alerts: takes conditions from anybody, tells receivers of them, and keeps both in the ledger.
///
/// Conditions and messages live in memory, and in the ledger for the next process. They are written before a message is sent, unless the
/// ledger cannot be written: then messages are sent all the same, the one that says so among them.
public final class Escalation: Sendable {
  /// What a call's way through the proxy never waits for: everything here is done by one task, see ``run()``.
  struct State: Sendable {
    var board: AlertBoard
    var queue: DeliveryQueue
    var unsaved = UnsavedChanges()
    var sequence: Int64 = 0
    var attempts: [String: LastAttempt] = [:]
    var watch = TrafficWatch()
  }

  /// The newest attempt at a receiver.
  struct LastAttempt: Sendable, Equatable {
    var at: Timestamp
    var outcome: String
    var deliveredAt: Timestamp?
  }

  /// What it works with.
  public struct Environment: Sendable {
    public var ledger: LedgerAlerts
    public var upstream: UpstreamClient
    /// Where answers of receivers are taken.
    public var eventLoop: any EventLoop
    /// Tollgate's own version, for receivers.
    public var version: String
    public var logger: Logger
    public var now: @Sendable () -> Timestamp
    /// Read every few seconds.
    public var traffic: @Sendable () -> [ProviderTraffic]
    /// Why the ledger cannot be written; nil while it can. Read every few seconds.
    public var ledgerOutage: @Sendable () -> String?

    public init(
      ledger: LedgerAlerts, upstream: UpstreamClient, eventLoop: any EventLoop, version: String, logger: Logger,
      now: @escaping @Sendable () -> Timestamp, traffic: @escaping @Sendable () -> [ProviderTraffic],
      ledgerOutage: @escaping @Sendable () -> String?
    ) {
      self.ledger = ledger
      self.upstream = upstream
      self.eventLoop = eventLoop
      self.version = version
      self.logger = logger
      self.now = now
      self.traffic = traffic
      self.ledgerOutage = ledgerOutage
    }
  }

  /// Who is told of what no budget says.
  public let routing: AlertRouting
  /// By name.
  let receivers: [String: Receiver]
  let environment: Environment
  let metrics: DeliveryMetrics
  let sender: MessageSender
  let state: Mutex<State>
  let saveFailures = LogThrottle(intervalMilliseconds: 60_000)
  let deliveryFailures = LogThrottle(intervalMilliseconds: 10_000)

  /// - Parameter seed: of ids and jitter: numbers that no other process has.
  public init(
    receivers: [Receiver], routing: AlertRouting, environment: Environment, metrics registry: MetricsRegistry,
    seed: (UInt64, UInt64)
  ) {
    var byName: [String: Receiver] = [:]
    for receiver in receivers { byName[receiver.name] = receiver }
    self.receivers = byName
    self.routing = routing
    self.environment = environment
    metrics = DeliveryMetrics(registry: registry, receivers: byName.keys.sorted())
    sender = MessageSender(
      upstream: environment.upstream, loop: environment.eventLoop, version: environment.version)
    state = Mutex(State(board: AlertBoard(seed: seed), queue: DeliveryQueue(seed: (~seed.0, ~seed.1))))
  }

  /// Something holds that people are to be told of. From any thread; takes a short lock and waits for nothing.
  ///
  /// - Returns: what is to be stored in the transaction of the cause, see `Ledger.settle`; nil where it was known. It is stored
  ///   within a second anyhow.
  @discardableResult
  public func fire(_ condition: AlertCondition) -> AlertState? {
    let now = environment.now()
    return state.withLock { $0.board.fire(condition, now: now) }
  }

  /// Has a condition that ``fire(_:)`` gave stored at once, for a cause that has no transaction of its own.
  public func commitSoon(_ state: AlertState) { environment.ledger.commitSoon(state) }

  /// It holds no longer.
  public func resolve(_ key: AlertKey) {
    let now = environment.now()
    state.withLock { $0.board.resolve(key, now: now) }
  }
}
