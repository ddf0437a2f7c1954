internal import Synchronization

/// What the client has done since it was made.
public struct UpstreamStatistics: Sendable, Equatable {
  /// Transfers started and not yet ended.
  public var transfersLive: Int
  /// New connections tried, to each address of a name.
  public var connections: Int
  /// Requests that libcurl was about to send a second time.
  public var resendsStopped: Int
  /// Pooled connections that were not used again, because something waited on them or they had ended.
  public var staleConnections: Int
  /// Names being looked up.
  public var lookupsPending: Int
}

/// Counters that the curl threads add to.
final class UpstreamCounters: Sendable {
  let transfersLive = Atomic<Int>(0)
  let connections = Atomic<Int>(0)
  let resendsStopped = Atomic<Int>(0)
  let staleConnections = Atomic<Int>(0)
}
