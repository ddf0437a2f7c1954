import NIOCore
import Synchronization
import Testing

@testable import Upstream

/// Requests and replies of every form, against a server that speaks raw bytes.
@Suite struct ExchangeTests {
  @Test func `a POST and its reply pass whole, with every field as it was`() async throws {
    let seen = Mutex<RawRequest?>(nil)
    let server = try LoopbackServer { connection, _ in
      seen.withLock { $0 = connection.readRequest() }
      connection.send(okReply("{\"ok\":true}", "X-One: a\r\nx-one:  b \r\nX-Empty:\r\n"))
    }
    defer { server.stop() }
    try await withClient { client in
      let reply = await Call.start(
        client,
        .post(
          server.port, "{\"model\":\"m\"}",
          headers: [("content-type", "application/json"), ("X-Two", "1"), ("x-two", "2"), ("X-Empty", "")])
      ).end()
      #expect(reply.end == TransferEnd(result: .complete, wasSent: true))
      #expect(reply.text == "{\"ok\":true}")
      #expect(reply.head?.status == 200)
      #expect(reply.head?.reason == "OK")
      #expect(
        reply.head?.headers.map { "\($0.name)=\($0.value)" } == ["Content-Length=11", "X-One=a", "x-one=b", "X-Empty="])
      #expect(reply.sends == 1)
      #expect(reply.disorder == [])
      #expect(client.statistics.transfersLive == 0)
    }
    let request = try #require(seen.withLock { $0 })
    #expect(request.requestLine == "POST /v1/chat/completions HTTP/1.1")
    #expect(
      request.fields.sorted() == [
        "Content-Length: 13", "Host: 127.0.0.1:\(server.port)", "X-Empty:", "X-Two: 1",
        "content-type: application/json",
        "x-two: 2",
      ])
    #expect(request.body == Array("{\"model\":\"m\"}".utf8))
  }
}
