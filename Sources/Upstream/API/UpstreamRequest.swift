public import NIOCore

/// One request to an upstream, ready to be sent as it is.
///
/// libcurl adds `Host` and the framing field of the body (`Content-Length` or `Transfer-Encoding: chunked`), and nothing else.
public struct UpstreamRequest: Sendable {
  /// Where the request goes.
  public var origin: UpstreamOrigin
  /// A method, as the client spelled it. `CONNECT`, and `HEAD` with a body, are refused.
  public var method: String
  /// Path and query exactly as they are to stand in the request line after the origin's base path: begins with `/`, or is `*`.
  public var target: String
  /// The header fields, in order, with the client's spelling. `Host`, framing and hop-by-hop fields are not among them;
  /// no byte below 0x20 (but HTAB) nor 0x7f is, or the request is refused.
  public var headers: [(name: String, value: String)]
  public var body: UpstreamBody
  /// Where it may go.
  public var addresses: AddressRule

  public init(
    origin: UpstreamOrigin, method: String, target: String, headers: [(name: String, value: String)],
    body: UpstreamBody,
    addresses: AddressRule = .any
  ) {
    self.origin = origin
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    self.addresses = addresses
  }
}

/// The body of a request.
public enum UpstreamBody: Sendable {
  /// No body and no framing field.
  case none
  /// The whole body, sent with its length (0 too).
  case buffered(ByteBuffer)
  /// Parts that come by ``Transfer/write(_:)``; with a length where the client named one, chunked otherwise.
  case streamed(contentLength: Int64?)
}
