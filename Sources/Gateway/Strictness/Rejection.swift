internal import NIOHTTP1

/// A request that is refused because of its head: ambiguous, malformed, too large, or not meant for Tollgate. Nothing is
/// repaired, nothing goes upstream, and the connection closes after the answer.
public struct Rejection: Error, Sendable, Equatable {
  /// Why, as the label of a counter.
  public enum Reason: String, Sendable, CaseIterable {
    case malformed
    case versionUnsupported = "version_unsupported"
    case methodMalformed = "method_malformed"
    case methodNotAllowed = "method_not_allowed"
    case targetForm = "target_form"
    case targetBytes = "target_bytes"
    case targetSegments = "target_segments"
    case targetTooLong = "target_too_long"
    case fieldName = "field_name"
    case fieldValue = "field_value"
    case fieldRepeated = "field_repeated"
    case headTooLarge = "head_too_large"
    case hostMissing = "host_missing"
    case hostMalformed = "host_malformed"
    case hostNotAllowed = "host_not_allowed"
    case crossSite = "cross_site"
    case transferEncoding = "transfer_encoding"
    case contentLength = "content_length"
    case bodyTooLarge = "body_too_large"
    case connectionOption = "connection_option"
    case expectation
    case webSocket = "websocket"
    case webSocketVersion = "websocket_version"

    /// The status of the answer.
    public var status: Int {
      switch self {
      case .versionUnsupported: 505
      case .methodNotAllowed: 405
      case .targetTooLong: 414
      case .headTooLarge: 431
      case .hostNotAllowed: 421
      case .crossSite: 403
      case .bodyTooLarge: 413
      case .expectation: 417
      case .webSocketVersion: 426
      default: 400
      }
    }
  }

  public var reason: Reason
  /// What is wrong and what to do about it, for a person. Holds no byte that the peer chose but printable ASCII.
  public var message: String

  /// The status of the answer.
  public var status: Int { reason.status }

  public init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// What NIO's decoder could not read: the one place that knows its errors. Anything but the few that have a status of
  /// their own is `malformed`.
  public init(decoderError: any Error) {
    switch decoderError as? HTTPParserError {
    case .headerOverflow:
      self.init(.headTooLarge, HeadLimits.explanation)
    case .invalidVersion:
      self.init(.versionUnsupported, "Only HTTP/1.1 and HTTP/1.0 are served here.")
    case .invalidMethod:
      self.init(.methodMalformed, "The request's method is not known.")
    case .invalidContentLength, .unexpectedContentLength:
      self.init(.contentLength, "The Content-Length field is malformed or stands beside Transfer-Encoding.")
    case .invalidChunkSize:
      self.init(.transferEncoding, "A chunk of the request's body has a malformed size.")
    default:
      self.init(.malformed, "The request is not well-formed HTTP/1.1.")
    }
  }
}
