import Testing

@testable import Upstream

/// Replies that two readers could read in two ways, or that nobody can. libcurl 7.88 takes most of them.
@Suite struct BadFramingTests {
  @Test(arguments: [
    ("Content-Length: 3\r\nContent-Length: 5", "abcde"),
    ("Content-Length: 5\r\nContent-Length: 5", "abcde"),
    ("Content-Length: 5, 5", "abcde"),
    ("Content-Length: +5", "abcde"),
    ("Content-Length: -5", "abcde"),
    ("Content-Length: 0x5", "abcde"),
    ("Content-Length: 5 5", "abcde"),
    ("Content-Length:", "abcde"),
    ("Content-Length: 99999999999999999999", "abcde"),
    ("Content-Length: 5\r\nTransfer-Encoding: chunked", "5\r\nabcde\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked\r\nContent-Length: 5", "5\r\nabcde\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "5\r\nabcde\r\n0\r\n\r\n"),
    ("Transfer-Encoding: xchunked", "5\r\nabcde\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked, identity", "5\r\nabcde\r\n0\r\n\r\n"),
    ("Transfer-Encoding: gzip, chunked", "5\r\nabcde\r\n0\r\n\r\n"),
    ("Transfer-Encoding: identity", "abcde"),
    ("X-Folded: a\r\n  b\r\nContent-Length: 5", "abcde"),
    ("X-Bare: a\nContent-Length: 5", "abcde"),
    ("X-Control: a\u{1}b\r\nContent-Length: 5", "abcde"),
    ("X-Null: a\u{0}b\r\nContent-Length: 5", "abcde"),
    ("X-Return: a\rb\r\nContent-Length: 5", "abcde"),
    ("X-Delete: \u{7f}\r\nContent-Length: 5", "abcde"),
    ("no colon\r\nContent-Length: 5", "abcde"),
    (": no name\r\nContent-Length: 5", "abcde"),
    ("X Space: a\r\nContent-Length: 5", "abcde"),
    ("Content-Length : 5", "abcde"),
  ])
  func `an ambiguous or malformed head fails, and nothing of the reply is delivered`(fields: String, wire: String)
    async throws
  {
    let (reply, _) = try await exchange("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\n\(wire)") { .post($0, "a") }
    #expect(reply.failure == .badFraming)
    #expect(reply.end.wasSent)
    #expect(reply.head == nil)
    #expect(reply.body == [])
  }

  @Test(arguments: [
    "HTTP/1.1 99 Low\r\n\r\n", "HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "HTTP/1.1 2000 X\r\n\r\n",
    "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1\t200 OK\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n",
    "ICY 200 OK\r\n\r\n",
    "hello, this is no reply at all, only text without a status line\r\n",
    "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nabcde",
    "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 103 Hints\r\nContent-Length: 5\r\n\r\nabcdeHTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
  ])
  func `a status that is none of 200 to 599, or no status line, fails`(wire: String) async throws {
    let (reply, _) = try await exchange(wire) { .post($0, "a") }
    #expect(reply.failure == .badFraming, "\(reply.end)")
    #expect(reply.end.wasSent)
    #expect(reply.head == nil)
  }

  @Test func `the seventeenth informational response fails`() async throws {
    let hints = String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 17)
    let (reply, _) = try await exchange(hints + okReply("x")) { .get($0) }
    #expect(reply.failure == .badFraming)
  }

  @Test(arguments: [
    // One field over 64 KiB, one over what libcurl itself takes, many fields, many bytes in sum, all of them informational.
    ["X: \(String(repeating: "a", count: 70_000))"],
    ["X: \(String(repeating: "a", count: 200_000))"],
    (0..<257).map { "X-\($0): a" },
    (0..<70).map { "X-\($0): \(String(repeating: "a", count: 1000))" },
    (0..<400).map { "X-\($0): \(String(repeating: "a", count: 1000))" },
  ])
  func `a head over 64 KiB or 256 fields fails`(fields: [String]) async throws {
    let (reply, _) = try await exchange(
      "HTTP/1.1 200 OK\r\n\(fields.joined(separator: "\r\n"))\r\nContent-Length: 0\r\n\r\n"
    ) {
      .get($0)
    }
    #expect(reply.failure == .headTooLarge, "\(reply.end)")
    #expect(reply.head == nil)
  }

  @Test func `a head of 256 fields and almost 64 KiB passes`() async throws {
    let fields = (0..<255).map { "X-\($0): \(String(repeating: "a", count: 240))" }
    let (reply, _) = try await exchange(
      "HTTP/1.1 200 OK\r\n\(fields.joined(separator: "\r\n"))\r\nContent-Length: 0\r\n\r\n"
    ) {
      .get($0)
    }
    #expect(reply.end.result == .complete)
    #expect(reply.head?.headers.count == 256)
  }

  @Test func `trailers without end fail`() async throws {
    let trailers = (0..<1000).map { "X-\($0): \(String(repeating: "a", count: 100))\r\n" }.joined()
    let (reply, _) = try await exchange(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\(trailers)\r\n"
    ) {
      .get($0)
    }
    #expect(reply.failure == .badFraming)
  }

  /// Each ends before the reply is whole.
  @Test(arguments: [
    ("Content-Length: 10", "abcde"), ("Transfer-Encoding: chunked", "5\r\nabcde\r\n"),
    ("Transfer-Encoding: chunked", "a\r\nabcde"), ("Transfer-Encoding: chunked", "5\r\nabcde\r\n0\r\n"),
    ("Transfer-Encoding: chunked", "5\r\nabcde\r\nzz\r\n"), ("Transfer-Encoding: chunked", "5\r\nabcdeX5\r\n"),
  ])
  func `a body that ends too early is delivered up to there and broken off`(field: String, wire: String) async throws {
    let (reply, _) = try await exchange("HTTP/1.1 200 OK\r\n\(field)\r\n\r\n\(wire)") { .get($0) }
    #expect(reply.failure == .brokenOff, "\(reply.end)")
    #expect(reply.head?.status == 200)
    #expect(reply.text == "abcde")
    #expect(reply.end.wasSent)
  }

  @Test(arguments: ["HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 2", "HTTP/1.1 103 Hints\r\n\r\n"])
  func `a head that ends too early is no reply`(wire: String) async throws {
    let (reply, _) = try await exchange(wire) { .get($0) }
    #expect([.brokenOff, .closedBeforeReply, .badFraming].contains(reply.failure), "\(reply.end)")
    #expect(reply.head == nil)
    #expect(reply.end.wasSent)
  }

  @Test func `bytes after a reply are dropped with their connection`() async throws {
    let server = try LoopbackServer { connection, number in
      _ = connection.readRequest()
      connection.send(okReply("first") + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
      connection.waitForClose()
    }
    defer { server.stop() }
    try await withClient { client in
      for _ in 0..<3 { #expect(await Call.start(client, .get(server.port)).end().text == "first") }
      #expect(client.statistics.connections == 3)
    }
  }
}
