public import Upstream

/// An answer of Tollgate's own instead of an upstream's.
public struct Refusal: Error, Sendable, Equatable {
  /// Why, as the value of `x-tollgate-refused` and the label of a counter.
  public enum Code: String, Sendable, CaseIterable {
    case badRequest = "bad_request"
    case badIdentity = "bad_identity"
    case forbidden
    case invalidKey = "invalid_api_key"
    case keyNotAllowed = "key_not_allowed"
    case unknownRoute = "unknown_route"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case headTooLarge = "head_too_large"
    case bodyTooLarge = "body_too_large"
    case notSupported = "not_supported"
    case requestTimeout = "request_timeout"
    case unmeteredDenied = "unmetered_denied"
    case unpricedDenied = "unpriced_denied"
    case budgetExhausted = "budget_exhausted"
    case budgetContended = "budget_contended"
    case budgetUnbounded = "budget_unbounded"
    case budgetCut = "budget_cut"
    case guardrail
    case holdDenied = "hold_denied"
    case holdPending = "hold_pending"
    case ledgerUnavailable = "ledger_unavailable"
    case tooManyInFlight = "too_many_in_flight"
    case shuttingDown = "shutting_down"
    case upstreamUnreachable = "upstream_unreachable"
    case upstreamBrokeOff = "upstream_broke_off"
    case upstreamBadFraming = "upstream_bad_framing"
    case upstreamTimeout = "upstream_timeout"
    case internalError = "internal_error"

    /// The status of the answer, where a rejection does not say another.
    public var status: Int {
      switch self {
      case .badRequest, .badIdentity: 400
      case .invalidKey: 401
      case .budgetExhausted, .budgetUnbounded, .budgetCut, .holdDenied: 402
      case .forbidden, .keyNotAllowed, .unmeteredDenied, .unpricedDenied, .guardrail: 403
      case .unknownRoute, .notFound: 404
      case .methodNotAllowed: 405
      case .requestTimeout: 408
      case .bodyTooLarge: 413
      case .budgetContended, .holdPending: 429
      case .headTooLarge: 431
      case .internalError: 500
      case .notSupported: 501
      case .upstreamUnreachable, .upstreamBrokeOff, .upstreamBadFraming: 502
      case .ledgerUnavailable, .tooManyInFlight, .shuttingDown: 503
      case .upstreamTimeout: 504
      }
    }

    /// Whether the same request may succeed if it is sent again; nil where the client's own rule is as good.
    var shouldRetry: Bool? {
      switch self {
      case .unmeteredDenied, .unpricedDenied, .forbidden, .unknownRoute, .badRequest, .badIdentity: false
      case .budgetExhausted, .budgetUnbounded, .budgetCut, .holdDenied, .guardrail, .invalidKey, .keyNotAllowed: false
      case .ledgerUnavailable, .tooManyInFlight, .shuttingDown, .budgetContended, .holdPending: true
      default: nil
      }
    }

    /// How long to wait before that.
    var retryAfterSeconds: Int? {
      switch self {
      case .ledgerUnavailable: 5
      case .tooManyInFlight, .shuttingDown, .budgetContended: 1
      default: nil
      }
    }
  }

  public var status: Int
  public var code: Code
  /// What is wrong and what to do, for a person.
  public var message: String
  /// The value of `retry-after`.
  public var retryAfterSeconds: Int?
  /// The value of `x-should-retry`, which OpenAI's and Anthropic's SDKs obey.
  public var shouldRetry: Bool?
  /// Whether the connection closes after the answer, since what follows on it cannot be trusted.
  public var closesConnection: Bool

  public init(_ code: Code, _ message: String) {
    status = code.status
    self.code = code
    self.message = message
    retryAfterSeconds = code.retryAfterSeconds
    shouldRetry = code.shouldRetry
    closesConnection = false
  }

  /// The answer to a head that was refused.
  public init(_ rejection: Rejection) {
    self.init(Self.code(of: rejection.reason), rejection.message)
    status = rejection.status
    closesConnection = true
  }

  private static func code(of reason: Rejection.Reason) -> Code {
    switch reason {
    case .methodNotAllowed: .methodNotAllowed
    case .headTooLarge, .targetTooLong: .headTooLarge
    case .bodyTooLarge: .bodyTooLarge
    case .hostNotAllowed, .crossSite: .forbidden
    case .webSocketVersion, .versionUnsupported: .notSupported
    default: .badRequest
    }
  }

  /// Text that a peer chose, for use in a message: quoted, printable ASCII, at most 96 bytes of it.
  static func quoted(_ text: String) -> String {
    var shown = "'"
    for byte in text.utf8.prefix(quotedBytesMax) {
      shown.unicodeScalars.append(byte.isControl || byte >= 0x80 ? "?" : Unicode.Scalar(byte))
    }
    return text.utf8.count > quotedBytesMax ? shown + "...'" : shown + "'"
  }

  private static let quotedBytesMax = 96
}

extension Refusal {
  /// The answer where a transfer failed before its reply's head was passed on.
  /// - Parameter provider: the provider's name.
  public init(_ failure: TransferFailure, provider: String) {
    switch failure {
    case .nameNotResolved:
      self.init(.upstreamUnreachable, "The host name of provider '\(provider)' could not be resolved.")
    case .connectFailed:
      self.init(.upstreamUnreachable, "Provider '\(provider)' could not be reached: the connection failed.")
    case .tlsFailed:
      self.init(.upstreamUnreachable, "Provider '\(provider)' could not be reached: TLS failed.")
    case .connectTimeout:
      self.init(.upstreamTimeout, "Provider '\(provider)' could not be reached in time.")
    case .headTimeout:
      self.init(.upstreamTimeout, "Provider '\(provider)' did not begin to answer in time.")
    case .idleTimeout:
      self.init(.upstreamTimeout, "Provider '\(provider)' stopped answering.")
    case .brokenOff, .closedBeforeReply:
      self.init(
        .upstreamBrokeOff,
        "Provider '\(provider)' closed the connection before it answered. It may have done the work, so Tollgate did not "
          + "send the request again.")
    case .badFraming, .headTooLarge:
      self.init(.upstreamBadFraming, "Provider '\(provider)' answered with malformed, ambiguous or oversized HTTP.")
    case .unavailable:
      self.init(.tooManyInFlight, "Too many calls are under way.")
    case .badRequest:
      self.init(.badRequest, "The request cannot be sent on as it is. The log says what is wrong with it.")
    case .internalError:
      self.init(.internalError, "Tollgate failed to send the request on. The log says more.")
    }
  }
}
