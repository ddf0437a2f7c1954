import NIOCore
import Synchronization
import Testing

@testable import Upstream

/// Requests and replies of every form, against a server that speaks raw bytes.
@Suite struct ExchangeTests {
  @Test func `a POST and its reply pass whole, with every field as it was`() async throws {
    let (reply, request) = try await exchange(
      okReply("{\"ok\":true}", "X-One: a\r\nx-one:  b \r\nX-Empty:\r\n")
    ) {
      .post(
        $0, "{\"model\":\"m\"}",
        headers: [("content-type", "application/json"), ("X-Two", "1"), ("x-two", "2"), ("X-Empty", "")])
    }
    #expect(reply.end == TransferEnd(result: .complete, wasSent: true))
    #expect(reply.text == "{\"ok\":true}")
    #expect(reply.head?.status == 200)
    #expect(reply.head?.reason == "OK")
    #expect(
      reply.head?.headers.map { "\($0.name)=\($0.value)" } == ["Content-Length=11", "X-One=a", "x-one=b", "X-Empty="])
    #expect(reply.sends == 1)
    #expect(request.requestLine == "POST /v1/chat/completions HTTP/1.1")
    #expect(
      request.fields.filter { !$0.hasPrefix("Host:") }.sorted() == [
        "Content-Length: 13", "X-Empty:", "X-Two: 1", "content-type: application/json", "x-two: 2",
      ])
    #expect(request.body == Array("{\"model\":\"m\"}".utf8))
  }

  @Test func `a request gets a Host and the framing of its body, and no other field`() async throws {
    let bodies: [(String, UpstreamBody, [String])] = [
      ("GET", .none, []), ("DELETE", .none, []), ("POST", .none, []), ("HEAD", .none, []),
      ("POST", .buffered(ByteBuffer()), ["Content-Length: 0"]),
      ("GET", .buffered(ByteBuffer(string: "ab")), ["Content-Length: 2"]),
      ("PATCH", .buffered(ByteBuffer(repeating: 1, count: 3_000_000)), ["Content-Length: 3000000"]),
    ]
    for (method, body, framing) in bodies {
      let (reply, request) = try await exchange("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") { port in
        UpstreamRequest(origin: .loopback(port), method: method, target: "/x", headers: [], body: body)
      }
      #expect(reply.end.result == .complete, "\(method)")
      #expect(request.requestLine == "\(method) /x HTTP/1.1")
      #expect(request.fields.filter { !$0.hasPrefix("Host: 127.0.0.1:") } == framing, "\(method)")
      if case .buffered(let buffer) = body { #expect(request.body == Array(buffer.readableBytesView), "\(method)") }
    }
  }

  @Test func `what the client says about Accept, Content-Type, User-Agent and encodings is what the upstream gets`()
    async throws
  {
    let headers = [
      ("Accept", "text/event-stream"), ("ACCEPT-ENCODING", "br;q=0.5"), ("User-Agent", "agent/1 (x; y)"),
      ("Authorization", "Bearer sk-1"), ("Cookie", "a=b"), ("X-Blank", " \t"), ("X-Colon", "a: b;c"),
      ("X-Unicode", "zürich"), ("X-Tab", "a\tb"), ("TE", "trailers"),
    ].map { (name: $0.0, value: $0.1) }
    let (reply, request) = try await exchange(okReply("")) { .get($0, headers: headers) }
    #expect(reply.end.result == .complete)
    #expect(
      request.fields.filter { !$0.hasPrefix("Host:") } == [
        "Accept: text/event-stream", "ACCEPT-ENCODING: br;q=0.5", "User-Agent: agent/1 (x; y)",
        "Authorization: Bearer sk-1",
        "Cookie: a=b", "X-Blank:", "X-Colon: a: b;c", "X-Unicode: zürich", "X-Tab: a\tb", "TE: trailers",
      ])
  }

  @Test(arguments: [
    "/a/../b", "/a/./b//c", "/%2e%2e/x?y=%20", "/x?a={b}|\"<>^`\\", "/x#fragment", "/?", "/x?q=zürich", "//double",
  ])
  func `a target stands in the request line as it was given`(target: String) async throws {
    let (reply, request) = try await exchange(okReply("")) { .get($0, target) }
    #expect(reply.end.result == .complete)
    #expect(request.requestLine == "GET \(target) HTTP/1.1")
  }

  @Test func `the origin's base path stands before the target, and an asterisk stands alone`() async throws {
    let (_, prefixed) = try await exchange(okReply("")) { port in
      UpstreamRequest(
        origin: .loopback(port, basePath: "/openai/v1"), method: "GET", target: "/models", headers: [], body: .none)
    }
    #expect(prefixed.requestLine == "GET /openai/v1/models HTTP/1.1")
    let (_, asterisk) = try await exchange(okReply("")) { port in
      UpstreamRequest(origin: .loopback(port), method: "OPTIONS", target: "*", headers: [], body: .none)
    }
    #expect(asterisk.requestLine == "OPTIONS * HTTP/1.1")
  }

  /// The head after the status, the body's bytes on the wire, and what of them is the body.
  @Test(arguments: [
    ("200 OK\r\nTransfer-Encoding: chunked", "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", "abcde"),
    ("200 OK\r\nTransfer-Encoding: Chunked", "3\r\nabc\r\n0\r\nX-Trailer: 1\r\nX-Other: 2\r\n\r\n", "abc"),
    ("200 OK\r\nConnection: close", "until the end", "until the end"),
    ("200 \r\nContent-Length: 2", "ok", "ok"),
    ("200\r\nContent-Length: 2", "ok", "ok"),
    ("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4", "\u{1}\u{2}\u{3}\u{4}", "\u{1}\u{2}\u{3}\u{4}"),
    ("302 Found\r\nLocation: /elsewhere\r\nContent-Length: 2", "go", "go"),
    ("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2", "no", "no"),
    ("429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 2", "no", "no"),
    ("599 Odd\r\nContent-Length: 2", "no", "no"),
    ("204 No Content", "", ""),
    ("204 No Content\r\nContent-Length: 0", "", ""),
    ("304 Not Modified\r\nContent-Length: 1234", "", ""),
    ("205 Reset Content\r\nContent-Length: 0", "", ""),
  ])
  func `replies of every framing are whole`(head: String, wire: String, body: String) async throws {
    let (reply, _) = try await exchange("HTTP/1.1 \(head)\r\n\r\n\(wire)") { .get($0) }
    #expect(reply.end == TransferEnd(result: .complete, wasSent: true))
    #expect(reply.text == body)
    #expect(reply.head?.status == Int(head.prefix(3)))
    #expect(reply.head?.headers.count == head.split(separator: "\r\n").count - 1)
  }

  @Test(arguments: ["Content-Length: 1234", "Transfer-Encoding: chunked", "X-Nothing: 1"])
  func `a HEAD reply has no body, whatever its framing says, and its connection is used again`(field: String)
    async throws
  {
    let server = try LoopbackServer { connection, _ in
      while connection.readRequest() != nil { connection.send("HTTP/1.1 200 OK\r\n\(field)\r\n\r\n") }
    }
    defer { server.stop() }
    try await withClient { client in
      for _ in 0..<3 {
        let request = UpstreamRequest(
          origin: .loopback(server.port), method: "HEAD", target: "/", headers: [], body: .none)
        let reply = await Call.start(client, request).end()
        #expect(reply.end.result == .complete)
        #expect(reply.head?.headers.map { "\($0.name): \($0.value)" } == [field])
        #expect(reply.body == [])
      }
      #expect(client.statistics.connections == 1)
    }
  }

  @Test func `informational responses are dropped`() async throws {
    let hint = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    let hints = String(repeating: hint, count: 15) + "HTTP/1.1 100 Continue\r\n\r\n"
    let (reply, _) = try await exchange(hints + okReply("x", "X-Final: 1\r\n")) { .post($0, "a") }
    #expect(reply.end.result == .complete)
    #expect(reply.head?.status == 200)
    #expect(reply.head?.headers.map(\.name) == ["Content-Length", "X-Final"])
    #expect(reply.text == "x")
  }

  @Test func `a stream is delivered as it comes`() async throws {
    let canGoOn = AsyncGate()
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      for number in 10..<60 {
        canGoOn.wait()
        connection.send("8\r\ndata: \(number)\r\n")
      }
      connection.send("0\r\n\r\n")
      _ = connection.readRequest()
      connection.send(okReply("next"))
    }
    defer { server.stop() }
    try await withClient { client in
      let call = Call.start(client, .get(server.port))
      #expect(await call.until { $0.head != nil }.body == [])
      for number in 10..<60 {
        let expected = (number - 9) * 8
        canGoOn.open()
        #expect(await call.until { $0.body.count >= expected }.text.hasSuffix("data: \(number)"))
      }
      #expect(await call.end().end.result == .complete)
      // Its connection serves the next request as any other.
      #expect(await Call.start(client, .get(server.port)).end().text == "next")
      #expect(client.statistics.connections == 1)
    }
  }

  @Test func `replies can be read from a byte at a time to megabytes at once`() async throws {
    let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    let server = try LoopbackServer { connection, number in
      _ = connection.readRequest()
      let length = number == 0 ? 100 : body.count
      let head = Array("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\nConnection: close\r\n\r\n".utf8)
      if number == 0 {
        for byte in head + body.prefix(100) { connection.send([byte]) }
      } else {
        connection.send(head + body)
      }
    }
    defer { server.stop() }
    try await withClient { client in
      #expect(await Call.start(client, .get(server.port)).end().body == Array(body.prefix(100)))
      #expect(await Call.start(client, .get(server.port)).end().body == body)
    }
  }

  @Test func `an IPv6 address is called as one`() async throws {
    let seen = Mutex<RawRequest?>(nil)
    let server: LoopbackServer
    do {
      server = try LoopbackServer(version6: true) { connection, _ in
        seen.withLock { $0 = connection.readRequest() }
        connection.send(okReply("six"))
      }
    } catch {
      print("SKIPPED: this machine has no IPv6 loopback")
      return
    }
    defer { server.stop() }
    try await withClient { client in
      let request = UpstreamRequest(
        origin: .loopback(server.port, host: "::1"), method: "GET", target: "/", headers: [], body: .none)
      #expect(await Call.start(client, request).end().text == "six")
    }
    #expect(seen.withLock { $0 }?.value("host") == "[::1]:\(server.port)")
  }

  @Test func `a header that is not UTF-8 is passed on with replacement characters`() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      connection.send(
        Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Name: caf".utf8) + [0xe9] + Array("\r\n\r\n".utf8))
    }
    defer { server.stop() }
    try await withClient { client in
      let reply = await Call.start(client, .get(server.port)).end()
      #expect(reply.end.result == .complete)
      #expect(reply.head?.headers.last?.value == "caf\u{fffd}")
    }
  }
}

/// Runs one request against a server that sends `wire` and closes; returns what came at both ends.
func exchange(
  _ wire: String, _ request: @Sendable (Int) -> UpstreamRequest
) async throws -> (Reply, RawRequest) {
  let seen = Mutex<RawRequest?>(nil)
  let server = try LoopbackServer { connection, _ in
    let request = connection.readRequest()
    seen.withLock { $0 = request }
    connection.send(wire)
  }
  defer { server.stop() }
  return try await withClient { client in
    let reply = await Call.start(client, request(server.port)).end()
    #expect(reply.disorder == [])
    #expect(client.statistics.transfersLive == 0)
    return (reply, try #require(seen.withLock { $0 }))
  }
}
