import Crypto
import NIOHTTP1
import Upstream

/// The two heads that open a WebSocket upstream (RFC 6455, section 4).
///
/// The client's own key goes upstream, so that the answer is the upstream's answer to it. Offers of extensions do not: a message
/// that came compressed could be metered only by inflating a copy of all of them, with each connection's windows kept, and
/// one that cannot be inflated could not be metered at all. An offer may always be declined, so no client fails, and the
/// bytes of the frames stay the ends' own.
enum SocketOpening {
  /// What RFC 6455, section 4.2.2, has appended to the key.
  private static let acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

  static func request(for call: Call) -> HTTPRequestHead {
    let origin = call.route.provider.origin
    let isUsualPort = origin.port == (origin.scheme == .https ? 443 : 80)
    let host = origin.host.contains(":") ? "[\(origin.host)]" : origin.host
    var headers = HTTPHeaders()
    headers.reserveCapacity(call.headers.count + 3)
    headers.add(name: "host", value: isUsualPort ? host : "\(host):\(origin.port)")
    headers.add(name: "connection", value: "Upgrade")
    headers.add(name: "upgrade", value: "websocket")
    for (name, value) in call.headers where KnownField(name) != .webSocketExtensions {
      headers.add(name: name, value: value)
    }
    return HTTPRequestHead(
      version: .http1_1, method: .GET, uri: origin.basePath + call.route.target, headers: headers)
  }

  /// Whether a reply agrees to open the socket, as the client would have to check it: the right answer to the key, no extension,
  /// and no subprotocol but one that was offered.
  static func isAgreed(_ head: HTTPResponseHead, to request: HTTPRequestHead) -> Bool {
    guard head.status == .switchingProtocols, head.headers["upgrade"].count == 1,
      head.headers.first(name: "upgrade")?.equalsIgnoringCase("websocket") == true,
      head.headers["connection"].contains(where: WebSocketOffer.hasUpgradeOption),
      head.headers["sec-websocket-extensions"].allSatisfy(\.isEmpty),
      let key = request.headers.first(name: "sec-websocket-key"),
      head.headers["sec-websocket-accept"] == [accept(key)]
    else { return false }
    let chosen = head.headers["sec-websocket-protocol"]
    guard let subprotocol = chosen.first else { return true }
    return chosen.count == 1 && offers(subprotocol, in: request.headers["sec-websocket-protocol"])
  }

  /// The answer to a key.
  static func accept(_ key: String) -> String {
    base64(Insecure.SHA1.hash(data: Array((key + acceptSuffix).utf8)))
  }

  private static func offers(_ subprotocol: String, in values: [String]) -> Bool {
    values.contains { value in
      !forEachListMember(of: value) { member in
        member.withUnsafeBufferPointer { !$0.elementsEqual(subprotocol.utf8) }
      }
    }
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func base64(_ digest: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    for byte in digest {
      bits = (bits << 8 | UInt32(byte)) & 0xFFFFFF
      bitCount += 8
      while bitCount >= 6 {
        bitCount -= 6
        text.append(alphabet[Int(bits >> bitCount & 0x3F)])
      }
    }
    if bitCount > 0 { text.append(alphabet[Int(bits << (6 - bitCount) & 0x3F)]) }
    while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
    return String(decoding: text, as: UTF8.self)
  }
}
