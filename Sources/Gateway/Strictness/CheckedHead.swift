/// What a head that passed the check says about its request.
public struct CheckedHead: Sendable, Equatable {
  public var target: RequestTarget
  public var framing: BodyFraming
  /// Whether the client waits for `100 Continue` before it sends its body.
  public var expectsContinue: Bool
  /// Whether `anthropic-version` is among the fields: it tells Anthropic's `/v1/models` from OpenAI's.
  public var hasAnthropicVersion: Bool
  /// Whether the connection must close after the answer: the client offered an upgrade, which is ignored, but after which
  /// NIO's decoder reads no further request.
  public var closesConnection: Bool
  /// Whether the request opens a WebSocket (RFC 6455, section 4.2.1), which it may in this form.
  public var opensWebSocket: Bool
}

/// How the end of a request's body is told (RFC 9112, section 6.3).
public enum BodyFraming: Sendable, Equatable {
  /// Neither a length nor chunks: there is no body.
  case none
  /// So many bytes, perhaps none.
  case length(Int64)
  case chunked
}

extension BodyFraming {
  /// Whether no byte of a body follows.
  var isEmpty: Bool { self == .none || self == .length(0) }

  /// The length that the client named.
  var contentLength: Int64? {
    if case .length(let length) = self { length } else { nil }
  }
}
