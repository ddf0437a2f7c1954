public import NIOSSL

/// Where the control plane listens, and its limits.
public struct ControlConfiguration: Sendable {
  /// The address or name to listen on.
  public var host = "127.0.0.1"
  /// 0 takes any free port.
  public var port = 4101
  /// Gives what a new connection is shown who answers with: asked for each, so that a renewed certificate counts from the next on. Nil
  /// where the port speaks no TLS.
  public var tls: (@Sendable () -> NIOSSLContext)?
  /// Whether whoever connects from this machine may read without a token. Not where a load balancer passes on what others send,
  /// as it may run on this machine.
  public var trustsLoopback = true
  /// Further host names by which requests may call it.
  public var allowedHosts: [String] = []
  /// Connections at once; more wait in the kernel's queue.
  public var connectionsMax = 256
  /// The body of a request, in bytes.
  public var bodyBytesMax = 1_048_576
  /// A request's header block, in bytes.
  public var headerBytesMax = 65_536
  /// How long a connection may be silent between two requests.
  public var idleTimeoutSeconds: Int64 = 60
  /// How long the first request of a connection may take to arrive, TLS included, but for its body.
  public var requestHeadTimeoutSeconds: Int64 = 10
  /// How long a request's body may take to arrive.
  public var requestBodyTimeoutSeconds: Int64 = 30
  /// How long an answer may be worked on.
  public var answerTimeoutSeconds: Int64 = 30

  /// The defaults: loopback, port 4101.
  public init() {}
}

/// Whether Tollgate takes calls.
public enum Readiness: Sendable, Equatable {
  case ready
  /// It does not, for a reason that is shown to the operator.
  case notReady(reason: String)
}
