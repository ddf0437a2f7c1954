internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// What a request says about where it comes from, and what the connection says.
struct RequestOrigin: Sendable {
  /// The one `Host`; nil where there is none.
  var authority: String?
  /// Whether `Host` stands there twice.
  var hasSecondHost = false
  var origin: String?
  var fetchSite: String?
  var fetchMode: String?
  var fetchDestination: String?
  var authorization: String?
  /// Whether a proxy says that it passed the request on for somebody.
  var isForwarded = false
  /// Nil for a Unix domain socket.
  var peerAddress: String?
  var localAddress: String?
}

extension RequestOrigin {
  init(_ request: Request, channel: any Channel) {
    let head = request.head
    authority = head.authority
    hasSecondHost = Self.value(head, "host") != nil
    origin = Self.value(head, "origin")
    fetchSite = Self.value(head, "sec-fetch-site")
    fetchMode = Self.value(head, "sec-fetch-mode")
    fetchDestination = Self.value(head, "sec-fetch-dest")
    authorization = Self.value(head, "authorization")
    isForwarded = ["forwarded", "x-forwarded-for", "x-real-ip"].contains { Self.value(head, $0) != nil }
    peerAddress = channel.remoteAddress?.ipAddress
    localAddress = channel.localAddress?.ipAddress
  }

  private static func value(_ head: HTTPRequest, _ name: String) -> String? {
    HTTPField.Name(name).flatMap { head.headerFields[$0] }
  }
}
