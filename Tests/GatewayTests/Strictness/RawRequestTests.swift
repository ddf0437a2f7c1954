import Testing

@testable import Gateway

/// Raw bytes as text, shown with escapes in a test's name.
struct RawText: ExpressibleByStringLiteral, CustomTestStringConvertible, Sendable {
  var text: String

  init(_ text: String) { self.text = text }
  init(stringLiteral text: String) { self.text = text }

  var testDescription: String { text.debugDescription }
}

@Suite("Raw bytes on a connection")
struct RawRequestTests {
  private static let rules = Result { try HeadRules(listenHost: "127.0.0.1") }

  private func run(_ text: String, splitAt split: Int? = nil) throws -> RawRequests {
    let bytes = Array(text.utf8)
    let parts = split.map { [Array(bytes[..<$0]), Array(bytes[$0...])] } ?? [bytes]
    return try RawRequests(parts, rules: Self.rules.get())
  }

  private static let hostile: [RawText] = [
    // Two ways to tell where the body ends.
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3, 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 03\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18446744073709551619\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length : 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\u{b}chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding\r\n: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    // Chunks.
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
    // Lines and fields.
    "GET / HTTP/1.1\r\nHost: localhost\nX: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\rX: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
    "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nX : a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nnocolon\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\u{0}b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nX\u{0}: a\r\n\r\n",
    // Hosts.
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost, evil.example\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a@localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    // Request lines.
    "GET /\r\n\r\n",
    "GET / HTTP/0.9\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/11.1\r\nHost: localhost\r\n\r\n",
    "GET / http/1.1\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/1.1 \r\nHost: localhost\r\n\r\n",
    "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /\u{e9} HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /a/../b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /#a HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET\u{0} / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "get / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}",
    "GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  ]

  @Test("that anyone could read differently are never accepted", arguments: hostile)
  func hostileBytes(_ request: RawText) throws {
    let whole = try run(request.text)
    #expect(whole.rejection != nil)
    #expect(whole.accepted == 0)
  }

  @Test("are judged the same wherever they are split", arguments: hostile + [pipeline])
  func splits(_ request: RawText) throws {
    let text = request.text
    let whole = try run(text)
    for split in 1..<text.utf8.count {
      let parts = try run(text, splitAt: split)
      #expect(parts.accepted == whole.accepted, "split at \(split)")
      #expect(parts.rejection?.status == whole.rejection?.status, "split at \(split)")
    }
  }

  private static let pipeline: RawText = RawText(
    "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
      + "POST /v1/messages HTTP/1.1\r\nHost: [::1]:4100\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: x\r\n\r\n"
      + "GET /v1/models HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n")

  @Test("that are several good requests are taken in order, up to the first bad one")
  func pipelining() throws {
    let good = try run(Self.pipeline.text)
    #expect(good.accepted == 3)
    #expect(good.rejection == nil)
    #expect(good.heads.map(\.framing) == [.length(3), .chunked, .none])
    let broken = try run(Self.pipeline.text + "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + Self.pipeline.text)
    #expect(broken.accepted == 3)
    #expect(broken.rejection?.reason == .fieldRepeated)
  }

  @Test("that offer an upgrade are one request, after which the connection must close")
  func upgradeOffers() throws {
    let offer =
      "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      + "HTTP2-Settings: AAEAAEAA\r\nContent-Length: 3\r\n\r\nabc"
    let result = try run(offer + Self.pipeline.text)
    #expect(result.accepted == 1)
    #expect(result.rejection == nil)
    #expect(result.heads.map(\.closesConnection) == [true])
  }

  @Test("that are too many or too long are refused before more of them are kept")
  func sizes() throws {
    let start = "GET / HTTP/1.1\r\nHost: localhost\r\n"
    for text in [
      start + String(repeating: "x: a\r\n", count: 128) + "\r\n",
      start + "x: " + String(repeating: "a", count: 17 * 1024) + "\r\n\r\n",
      start + "x: " + String(repeating: "a", count: 17 * 1024),
      start + (0..<7).map { "x\($0): \(String(repeating: "a", count: 10_000))\r\n" }.joined() + "\r\n",
    ] {
      #expect(try run(text).rejection?.status == 431)
    }
  }
}
