import Observability
import Testing

@testable import Control

/// The rules themselves are tested as a table; this is that they are asked, on every path.
@Suite struct ControlSecurityTests {
  private static let paths = [
    "/", "/metrics", "/healthz", "/readyz", "/api/v1/calls", "/api/v1/summary", "/api/v1/openapi.json", "/nothing",
  ]

  @Test("A foreign Host, Origin or site is refused on every path")
  func foreign() async throws {
    try await withControl { port in
      for path in Self.paths {
        var statuses = [try await send(path, port: port, host: "evil.example").status]
        for header in [("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
          statuses.append(try await send(path, port: port, headers: [header]).status)
        }
        statuses.append(try await send(path, port: port, method: "POST", headers: [("origin", "null")]).status)
        #expect(statuses == [403, 403, 403, 403], "\(path)")
      }
    }
  }

  @Test("Two Hosts, and none, are refused")
  func hosts() async throws {
    try await withControl { port in
      let two = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\nconnection: close\r\n\r\n"
      let none = "GET / HTTP/1.1\r\nconnection: close\r\n\r\n"
      for text in [two, none] {
        let reply = try await sendRaw(text, port: port)
        #expect(reply.status == 400)
      }
    }
  }

  @Test("From elsewhere everything but health needs the token")
  func token() async throws {
    let elsewhere = ("x-forwarded-for", "10.0.0.1")
    try await withControl { port in
      for path in Self.paths where path != "/healthz" && path != "/readyz" {
        let refused = try await send(path, port: port, headers: [elsewhere])
        #expect(refused.status == 401, "\(path)")
        #expect(refused.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
        let wrong = ("authorization", "Bearer " + String(repeating: "00", count: 32))
        #expect(try await send(path, port: port, headers: [elsewhere, wrong]).status == 401, "\(path)")
        let right = ("authorization", "Bearer \(testToken)")
        let reply = try await send(path, port: port, headers: [elsewhere, right])
        #expect(reply.status == (path == "/nothing" ? 404 : 200), "\(path)")
      }
    }
  }

  @Test("What is not HTTP is a 400")
  func garbage() async throws {
    try await withControl { port in
      for text in [
        "\u{16}\u{3}\u{1}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nx y: z\r\n\r\n",
      ] {
        let reply = try await sendRaw(text, port: port)
        #expect(reply.status == 400, "\(text.debugDescription)")
      }
    }
  }

  @Test("A body is taken up to its limit, and a longer one is refused")
  func body() async throws {
    try await withControl(configure: { $0.bodyBytesMax = 1_000 }) { port in
      #expect(try await send("/healthz", port: port, body: String(repeating: "x", count: 1_000)).status == 200)
      let tooLong = try await send("/healthz", port: port, body: String(repeating: "x", count: 1_001))
      #expect(tooLong.status == 413)
      #expect(tooLong.headers["connection"] == "close")
      let chunked =
        "GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
        + String(repeating: "64\r\n" + String(repeating: "x", count: 100) + "\r\n", count: 11) + "0\r\n\r\n"
      #expect(try await sendRaw(chunked, port: port).status == 413)
    }
  }

  @Test("A header block that is too long is refused")
  func headerBlock() async throws {
    try await withControl { port in
      let long = ("x-long", String(repeating: "x", count: 70_000))
      let reply = try await send("/healthz", port: port, headers: [long])
      #expect(reply.status == 400)
    }
  }

  @Test("A connection that comes to no request, and a body that does not come to its end, are given up")
  func deadlines() async throws {
    let limits: (inout ControlConfiguration) -> Void = {
      $0.requestHeadTimeoutSeconds = 1
      $0.requestBodyTimeoutSeconds = 1
    }
    try await withControl(configure: limits) { port in
      let host = "host: 127.0.0.1:\(port)\r\n"
      #expect(try await sendRaw("", port: port).body.isEmpty)
      #expect(try await sendRaw("GET / HTTP/1.1\r\n\(host)x: ", port: port).body.isEmpty)
      let fields = "authorization: Bearer \(testToken)\r\ncontent-type: application/json\r\ncontent-length: 9\r\n"
      let late = try await sendRaw("PUT /api/v1/budgets/b HTTP/1.1\r\n\(host)\(fields)\r\n{", port: port)
      #expect(late.status == 408 || late.status == 0)
      #expect(try await send("/healthz", port: port).status == 200)
    }
  }
}
