public import NIOHTTP1

/// Refuses every request head that two readers could understand differently, that is too large, or that a web page sent
/// (RFC 9110, RFC 9112). NIO's decoder has checked the syntax of lines; what it leaves open is checked here, and its work
/// again where a mistake would be forwarded.
public struct HeadCheck: Sendable {
  public let rules: HeadRules

  public init(rules: HeadRules) {
    self.rules = rules
  }

  /// Checks a head before anything else is done with it. On a rejection, answer, and close the connection.
  public func check(_ head: HTTPRequestHead) throws(Rejection) -> CheckedHead {
    let isOldVersion = try Self.isOldVersion(head.version)
    try Self.checkMethod(head.method)
    let target = try RequestTarget(head.uri)
    var fields = FieldCheck(headBytes: head.uri.utf8.count)
    for (name, value) in head.headers {
      try fields.take(name, value)
    }
    try checkHost(fields.host)
    try checkSite(fields)
    let framing = try bodyFraming(fields, isOldVersion: isOldVersion)
    let opensWebSocket = try fields.webSocket.check(
      method: head.method, isOldVersion: isOldVersion, hasBody: !framing.isEmpty || fields.expectsContinue)
    return CheckedHead(
      target: target, framing: framing, expectsContinue: fields.expectsContinue && !isOldVersion,
      hasAnthropicVersion: fields.hasAnthropicVersion, closesConnection: fields.offersUpgrade,
      opensWebSocket: opensWebSocket)
  }

  /// Whether the version is 1.0.
  private static func isOldVersion(_ version: HTTPVersion) throws(Rejection) -> Bool {
    guard version == .http1_1 || version == .http1_0 else {
      throw Rejection(.versionUnsupported, "Only HTTP/1.1 and HTTP/1.0 are served here.")
    }
    return version == .http1_0
  }

  /// No API of a language model knows another method, and NIO's decoder takes those of RTSP and ICE.
  private static func checkMethod(_ method: HTTPMethod) throws(Rejection) {
    switch method {
    case .GET, .HEAD, .POST, .PUT, .PATCH, .DELETE, .OPTIONS: break
    case .RAW(let value) where value.isEmpty || !ByteSet.token.containsAll(of: value.utf8.span):
      throw Rejection(.methodMalformed, "The request's method is malformed.")
    default:
      throw Rejection(.methodNotAllowed, "The methods served here are \(allowedMethods).")
    }
  }

  /// The value of `allow` in an answer with status 405.
  static let allowedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

  private func checkHost(_ host: String?) throws(Rejection) {
    guard let host else {
      throw Rejection(.hostMissing, "The request has no Host field.")
    }
    guard let authority = Authority(host) else {
      throw Rejection(.hostMalformed, "The Host field is not a name or an address with an optional port.")
    }
    guard rules.allows(authority) else {
      throw Rejection(
        .hostNotAllowed,
        "The Host '\(authority.host)' is not allowed here, since a web page could have sent it: call 127.0.0.1 or "
          + "localhost, or add the name to allowed_hosts in Tollgate's configuration.")
    }
  }

  /// A browser names the page that a request comes from; agents name none.
  private func checkSite(_ fields: FieldCheck) throws(Rejection) {
    if let origin = fields.origin {
      guard rules.allowsOrigin(origin) else {
        throw Rejection(
          .crossSite,
          "A web page may not call Tollgate: the request's Origin is neither on loopback nor in allowed_origins of "
            + "Tollgate's configuration.")
      }
    } else if fields.isFromOtherSite {
      throw Rejection(.crossSite, "A web page of another site may not call Tollgate (Sec-Fetch-Site).")
    }
  }

  private func bodyFraming(_ fields: FieldCheck, isOldVersion: Bool) throws(Rejection) -> BodyFraming {
    if fields.isChunked {
      guard fields.contentLength == nil else {
        throw Rejection(.contentLength, "The request has both Transfer-Encoding and Content-Length.")
      }
      guard !isOldVersion else {
        throw Rejection(.transferEncoding, "HTTP/1.0 has no Transfer-Encoding.")
      }
      return .chunked
    }
    guard let length = fields.contentLength else { return .none }
    guard length <= rules.bodyBytesMax else {
      throw Rejection(
        .bodyTooLarge, "The request's body has \(length) bytes; at most \(rules.bodyBytesMax) are taken here.")
    }
    return .length(length)
  }
}
