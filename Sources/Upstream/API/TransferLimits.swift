/// Limits of one transfer.
public struct TransferLimits: Sendable {
  /// From the start to the connection, name look-up and TLS included.
  public var connectTimeoutMilliseconds = 10_000
  /// From the request's last byte to the final response's head.
  public var headTimeoutMilliseconds = 600_000
  /// Between two bytes of the reply, while the transfer is not paused by back-pressure; and between two parts of a streamed
  /// body that the upstream takes, while there is something to take.
  public var idleTimeoutMilliseconds = 300_000

  public init() {}
}
