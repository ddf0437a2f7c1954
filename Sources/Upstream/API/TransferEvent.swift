public import NIOCore

/// What a transfer tells its event loop. Order: at most one `head`, any number of `body`, one `end`; `uploadCredit` anywhere
/// before `end`. `end` can come at any time, always comes, and comes last.
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
/// Bytes that are not UTF-8 are replaced by U+FFFD, as NIO does with a client's.
public struct UpstreamHead: Sendable {
  /// 200 to 599.
  public var status: Int
  /// Often empty.
  public var reason: String
  /// Values without the white space around them.
  public var headers: [(name: String, value: String)]

  public init(status: Int, reason: String, headers: [(name: String, value: String)]) {
    self.status = status
    self.reason = reason
    self.headers = headers
  }
}

/// How a transfer ended.
public struct TransferEnd: Sendable, Equatable {
  public enum Result: Sendable, Equatable {
    /// The reply was whole by its own framing. One that is framed by the connection's end is whole whenever that ends: libcurl
    /// tells OpenSSL not to mind where TLS was cut.
    case complete
    case failed(TransferFailure)
    case cancelled
  }
  public var result: Result
  /// Whether any byte of the request may have reached the upstream. False = nothing was sent, nothing can be billed.
  public var wasSent: Bool
  /// What happened, in words for a log line: libcurl's message, or what a check found. Empty when complete. Bounded; holds names
  /// and addresses, never a header's value or a body's byte.
  public var explanation: String

  public init(result: Result, wasSent: Bool, explanation: String = "") {
    self.result = result
    self.wasSent = wasSent
    self.explanation = explanation
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
  /// The upstream closed or reset the connection after its reply had begun and before it was whole.
  case brokenOff = "broken_off"
  /// The upstream's framing is ambiguous or malformed.
  case badFraming = "bad_framing"
  /// The head is too large.
  case headTooLarge = "head_too_large"
  /// The upstream closed the connection before a byte of its answer: not sent again, since it may have been billed.
  case closedBeforeReply = "closed_before_reply"
  /// The request cannot be sent as it is (a control byte in a header, say).
  case badRequest = "bad_request"
  /// The client is shut down or full.
  case unavailable
  case internalError = "internal_error"
}
