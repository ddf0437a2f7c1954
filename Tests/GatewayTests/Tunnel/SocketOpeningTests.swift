import Dialects
import NIOCore
import NIOHTTP1
import Testing

@testable import Gateway

@Suite("The agreement of an upstream to open a socket")
struct SocketOpeningTests {
  static let request = HTTPRequestHead(
    version: .http1_1, method: .GET, uri: "/v1/realtime",
    headers: [
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "realtime, openai-beta.realtime-v1",
    ])
  static let valid: [(String, String)] = [
    ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
  ]

  @Test("answers the client's key as RFC 6455, section 1.3 has it")
  func accept() {
    #expect(SocketOpening.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  @Test("may have one subprotocol of those that were offered, and no extension")
  func valid() {
    #expect(isAgreed(Self.valid))
    #expect(isAgreed([("UPGRADE", "WebSocket"), ("connection", "keep-alive, upgrade"), Self.valid[2]]))
    #expect(isAgreed(Self.valid + [("Sec-WebSocket-Protocol", "realtime")]))
    #expect(!isAgreed(Self.valid + [("Sec-WebSocket-Protocol", "other")]))
    #expect(!isAgreed(Self.valid + [("Sec-WebSocket-Protocol", "Realtime")]))
    #expect(!isAgreed(Self.valid + [("Sec-WebSocket-Extensions", "permessage-deflate")]))
  }

  @Test("is none with a wrong answer, without a field, or with another status")
  func invalid() {
    for index in Self.valid.indices {
      var fields = Self.valid
      fields.remove(at: index)
      #expect(!isAgreed(fields))
      #expect(!isAgreed(fields + [(Self.valid[index].0, "x")]))
      #expect(!isAgreed(Self.valid + [Self.valid[index]]) || Self.valid[index].0 == "Connection")
    }
    #expect(!isAgreed(Self.valid, status: .ok))
  }

  private func isAgreed(_ fields: [(String, String)], status: HTTPResponseStatus = .switchingProtocols) -> Bool {
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: HTTPHeaders(fields))
    return SocketOpening.isAgreed(head, to: Self.request)
  }
}

@Suite("A close frame of Tollgate's own")
struct CloseFrameTests {
  @Test("is a valid frame, masked towards a server")
  func encoding() {
    let frame = CloseFrame(code: .goingAway, reason: String(repeating: "x", count: 200))
    for masked in [true, false] {
      let bytes = Array(frame.encoded(masked: masked, allocator: .init()).readableBytesView)
      let scan = Scan(bytes, from: masked ? .client : .server)
      #expect(scan.violation == nil && scan.hasClosed && scan.closeCode == 1001)
      #expect(bytes.count == 2 + (masked ? 4 : 0) + 125)
    }
  }
}
