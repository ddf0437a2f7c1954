import NIOHTTP1
import Upstream

/// How the body of a reply is framed towards the client. The upstream's own framing has been undone by then.
enum ReplyBodyFraming: Equatable {
  /// No body follows, whatever the headers say: a reply to HEAD, 204, 304. A length that the upstream named is kept.
  case bodiless(contentLength: String?)
  case length(String)
  case chunked
  /// For a client of HTTP/1.0: the end of the connection is the end of the body.
  case untilClose

  init(head: UpstreamHead, requestMethod: String, version: HTTPVersion, isRewritten: Bool) {
    var length: String?
    var isChunked = false
    for (name, value) in head.headers {
      switch name.lowercased() {
      case "content-length": length = value
      case "transfer-encoding": isChunked = true
      default: break
      }
    }
    if isChunked || isRewritten { length = nil }
    if requestMethod == "HEAD" || head.status == 204 || head.status == 304 {
      self = .bodiless(contentLength: head.status == 204 ? nil : length)
    } else if let length {
      self = .length(length)
    } else {
      self = version == .http1_0 ? .untilClose : .chunked
    }
  }

  func apply(to headers: inout HTTPHeaders) {
    switch self {
    case .bodiless(let length):
      if let length { headers.add(name: "content-length", value: length) }
    case .length(let length):
      headers.add(name: "content-length", value: length)
    case .chunked:
      headers.add(name: "transfer-encoding", value: "chunked")
    case .untilClose:
      break
    }
  }
}
