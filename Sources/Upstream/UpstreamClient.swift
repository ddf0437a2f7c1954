internal import CCurl
public import NIOCore

// CONTRACT SKETCH: the owner of Upstream replaces the bodies and splits the file; the signatures are what Gateway calls.

/// One request to an upstream, ready to be sent as it is.
public struct UpstreamRequest: Sendable {
  /// Where the request goes.
  public var origin: UpstreamOrigin
  public var method: String
  /// Path and query exactly as they are to stand in the request line.
  public var target: String
  /// The header fields, in order, with the client's spelling. `Host`, framing and hop-by-hop fields are not among them;
  /// no byte below 0x20 (but HTAB) nor 0x7f is, or the request is refused.
  public var headers: [(name: String, value: String)]
  public var body: UpstreamBody

  public init(
    origin: UpstreamOrigin, method: String, target: String, headers: [(name: String, value: String)], body: UpstreamBody
  ) {
    self.origin = origin
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }
}

/// Scheme, host and port of an upstream, with a path that is put before every target.
public struct UpstreamOrigin: Sendable, Hashable {
  public enum Scheme: String, Sendable { case http, https }
  public var scheme: Scheme
  /// A name or an address, without brackets.
  public var host: String
  public var port: Int
  /// Empty, or begins with `/` and does not end with one.
  public var basePath: String

  public init(scheme: Scheme, host: String, port: Int, basePath: String) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.basePath = basePath
  }
}

/// The body of a request.
public enum UpstreamBody: Sendable {
  case none
  /// The whole body, sent with its length.
  case buffered(ByteBuffer)
  /// Parts that come by ``Transfer/write(_:)``; with a length where the client named one, chunked otherwise.
  case streamed(contentLength: Int64?)
}

/// Limits of one transfer.
public struct TransferLimits: Sendable {
  /// From the start to the connection, name look-up included.
  public var connectTimeoutMilliseconds = 10_000
  /// From the request's last byte to the final response's head.
  public var headTimeoutMilliseconds = 600_000
  /// Between two bytes of the reply, while the transfer is not paused by back-pressure.
  public var idleTimeoutMilliseconds = 300_000

  public init() {}
}

/// What a transfer tells its event loop. Order: any number of `uploadCredit`; one `head`; any number of `body`; one `end`.
/// `end` can come at any time, always comes, and comes last.
public enum TransferEvent: Sendable {
  /// This many more bytes of a streamed body may be written.
  case uploadCredit(bytes: Int)
  /// The final response's head. Informational responses are dropped (at most 16).
  case head(UpstreamHead)
  /// A part of the body, as it came: chunked coding removed, content coding untouched.
  case body(ByteBuffer)
  case end(TransferEnd)
}

/// Status and header fields of a response, in order, with the upstream's spelling; framing and hop-by-hop fields included.
public struct UpstreamHead: Sendable {
  public var status: Int
  public var reason: String
  public var headers: [(name: String, value: String)]
  /// Time from the start of the transfer until the head came.
  public init(status: Int, reason: String, headers: [(name: String, value: String)]) {
    self.status = status
    self.reason = reason
    self.headers = headers
  }
}

/// How a transfer ended.
public struct TransferEnd: Sendable {
  public enum Result: Sendable, Equatable {
    /// The reply was whole by its own framing.
    case complete
    case failed(TransferFailure)
    case cancelled
  }
  public var result: Result
  /// Whether any byte of the request may have reached the upstream. False = nothing was sent, nothing can be billed.
  public var wasSent: Bool

  public init(result: Result, wasSent: Bool) {
    self.result = result
    self.wasSent = wasSent
  }
}

/// Why a transfer failed: a bounded label, apart from any text.
public enum TransferFailure: String, Error, Sendable, CaseIterable {
  case nameNotResolved = "name_not_resolved"
  case connectFailed = "connect_failed"
  case connectTimeout = "connect_timeout"
  case tlsFailed = "tls_failed"
  case headTimeout = "head_timeout"
  case idleTimeout = "idle_timeout"
  /// The upstream closed or reset the connection before the reply was whole.
  case brokenOff = "broken_off"
  /// The upstream's framing is ambiguous or malformed.
  case badFraming = "bad_framing"
  /// The head is too large.
  case headTooLarge = "head_too_large"
  /// The upstream closed a reused connection before it answered: not sent again, since it may have been billed.
  case connectionReused = "closed_before_reply"
  /// The request cannot be sent as it is (a control byte in a header, say).
  case badRequest = "bad_request"
  /// The client is shut down or full.
  case unavailable
  case internalError = "internal_error"
}

/// A transfer under way. Every method may be called from any thread; each is cheap.
public final class Transfer: Sendable {
  init() {}

  /// Appends to a streamed body. Write no more than the credit that was given.
  public func write(_ part: ByteBuffer) {}
  /// Ends a streamed body.
  public func finishBody() {}
  /// Returns credit: this many bytes of the reply have been written to the client. At most 64 KiB are handed over and not
  /// yet returned.
  public func returnCredit(bytes: Int) {}
  /// Ends the transfer. `end(.cancelled)` follows unless it has ended already.
  public func cancel() {}
}

/// Calls upstreams with libcurl, on threads of its own.
public final class UpstreamClient: Sendable {
  public struct Configuration: Sendable {
    public var threads = 2
    /// Transfers at once over all threads; one more fails with `unavailable`.
    public var transfersMax = 16384
    /// A file of CA certificates instead of the system's.
    public var caFile: String?
    public init() {}
  }

  public init(configuration: Configuration) throws {}

  /// Starts a transfer. `deliver` runs on `loop`, with every event of a wake-up in order and one call to it per wake-up;
  /// `willSend` runs on the curl thread right before the first byte of the request goes out.
  public func start(
    _ request: UpstreamRequest, limits: TransferLimits, on loop: any EventLoop,
    willSend: @escaping @Sendable () -> Void,
    deliver: @escaping @Sendable (inout TransferEventBatch) -> Void
  ) -> Transfer { Transfer() }

  /// Cancels what is under way and ends the threads. Waits for them.
  public func shutDown() {}
}

/// The events of one wake-up, in order.
public struct TransferEventBatch: Sendable {
  public mutating func next() -> TransferEvent? { nil }
}
