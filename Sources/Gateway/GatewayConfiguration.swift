public import NIOSSL

/// What happens to the upstream's call when its client leaves before the reply is whole.
public enum ClientDisconnectPolicy: Sendable, Equatable {
  /// The upstream call is cancelled: providers stop generating, and bill what was generated.
  case cancel
  /// The reply is read to its end for its usage, for this long at most.
  case drain(seconds: Int)
}

/// What happens to a call that no dialect understands.
public enum UnmeteredPolicy: Sendable, Equatable {
  /// It is forwarded, counted in `tollgate_unmetered_requests_total`, and its cost is unknown.
  case allow
  /// It is refused with 403.
  case deny
  /// It is forwarded, and costs this much.
  case charge(picodollars: Int64)
}

/// What happens to calls while the ledger cannot take them.
public enum LedgerUnavailablePolicy: Sendable, Equatable {
  /// They are refused with 503: nothing is spent that cannot be accounted for.
  case refuse
  /// They are forwarded, and only metrics count them.
  case forward
}

/// How the data plane listens, and its limits.
public struct GatewayConfiguration: Sendable {
  /// The address to listen on.
  public var host = "127.0.0.1"
  /// The port to listen on; 0 lets the system choose.
  public var port = 4100
  /// Gives what a new connection is shown who answers with: asked for each, so that a renewed certificate counts from the next on. Nil
  /// where the port speaks no TLS.
  public var tls: (@Sendable () -> NIOSSLContext)?
  public var limits = GatewayLimits()
  public var onClientDisconnect = ClientDisconnectPolicy.cancel
  public var unmetered = UnmeteredPolicy.allow
  public var ledgerUnavailable = LedgerUnavailablePolicy.refuse
  /// Whether every call needs a virtual key. Calls to providers whose key is put in need one in any case.
  public var requiresVirtualKey = false
  /// Whether connections come from the clients themselves, rather than from a proxy in front, so that addresses tell clients apart.
  public var seesClientAddresses = true

  public init() {}
}

/// Limits of the data plane. Each has an answer of its own when it is reached.
public struct GatewayLimits: Sendable, Equatable {
  /// A request's body; more is answered 413.
  public var bodyBytesMax = 64 * 1024 * 1024
  /// Bodies gathered in memory, over all connections; a call that needs more is answered 503.
  public var gatheredBytesMax = 1024 * 1024 * 1024
  /// Connections at once; one more is closed when it is accepted.
  public var connectionsMax = 16_384
  /// From a connection's beginning to its first request's head.
  public var requestHeadTimeoutMilliseconds = 10_000
  /// Between two requests on a connection.
  public var keepAliveTimeoutMilliseconds = 75_000
  /// Between two parts of a request's body, and for how long a client may leave its reply unread.
  public var clientIdleTimeoutMilliseconds = 60_000
  /// To the upstream: name look-up, connection and TLS.
  public var connectTimeoutMilliseconds = 10_000
  /// From the request's last byte to the reply's head.
  public var headTimeoutMilliseconds = 600_000
  /// Between two bytes of the reply.
  public var idleTimeoutMilliseconds = 300_000
  /// Between two bytes on a WebSocket, of either end.
  public var socketIdleTimeoutMilliseconds = 600_000
  /// How long calls in flight may go on after SIGTERM.
  public var drainTimeoutMilliseconds = 30_000

  public init() {}
}
