import NIOCore
import Synchronization
import Testing

@testable import Upstream

/// libcurl repeats a request up to five times when a reused connection closes before a reply. Each POST is paid for: none may be repeated.
@Suite struct SendOnceTests {
  @Test(arguments: ["POST", "GET", "DELETE"], [false, true])
  func `a request whose reused connection closes before a reply is not sent again`(method: String, byReset: Bool)
    async throws
  {
    let requests = Mutex<[String]>([])
    let server = try LoopbackServer { connection, _ in
      guard let first = connection.readRequest() else { return }
      requests.withLock { $0.append(first.requestLine) }
      connection.send(okReply("one"))
      guard let second = connection.readRequest() else { return }
      requests.withLock { $0.append(second.requestLine) }
      if byReset { connection.reset() }
    }
    defer { server.stop() }
    try await withClient { client in
      let body = method == "POST" ? UpstreamBody.buffered(ByteBuffer(string: "{}")) : .none
      var request = UpstreamRequest(
        origin: .loopback(server.port), method: method, target: "/1", headers: [], body: body)
      #expect(await Call.start(client, request).end().text == "one")
      request.target = "/2"
      let reply = await Call.start(client, request).end()
      #expect(reply.failure == .closedBeforeReply)
      #expect(reply.end.wasSent)
      #expect(reply.sends == 1)
      #expect(reply.head == nil)
      #expect(client.statistics.connections == 1)
      #expect(client.statistics.resendsStopped == 1)
    }
    #expect(requests.withLock { $0 } == ["\(method) /1 HTTP/1.1", "\(method) /2 HTTP/1.1"])
  }

  @Test func `nor on another connection of the pool`() async throws {
    let requests = Mutex<[String]>([])
    let gate = AsyncGate()
    let server = try LoopbackServer { connection, _ in
      while let request = connection.readRequest() {
        requests.withLock { $0.append(request.requestLine) }
        if request.requestLine.contains("/close") { return }
        gate.wait()
        connection.send(okReply("one"))
      }
    }
    defer { server.stop() }
    try await withClient { client in
      let calls = (0..<6).map { _ in Call.start(client, .get(server.port, "/open")) }
      for _ in calls { gate.open() }
      for call in calls { #expect(await call.end().text == "one") }
      #expect(client.statistics.connections == 6)
      let reply = await Call.start(client, .get(server.port, "/close")).end()
      #expect(reply.failure == .closedBeforeReply)
      #expect(reply.end.wasSent)
    }
    #expect(requests.withLock { $0.count { $0.contains("/close") } } == 1)
  }

  @Test func `a streamed body is not sent again either`() async throws {
    let requests = Mutex(0)
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      connection.send(okReply("one"))
      if connection.readRequest() != nil { requests.withLock { $0 += 1 } }
    }
    defer { server.stop() }
    try await withClient { client in
      #expect(await Call.start(client, .get(server.port)).end().text == "one")
      let request = UpstreamRequest(
        origin: .loopback(server.port), method: "POST", target: "/", headers: [], body: .streamed(contentLength: nil))
      let call = Call.start(client, request)
      call.transfer?.write(ByteBuffer(string: "part"))
      call.transfer?.finishBody()
      let reply = await call.end()
      #expect(reply.failure == .closedBeforeReply, "\(reply.end)")
      #expect(reply.end.wasSent)
    }
    #expect(requests.withLock { $0 } == 1)
  }

  @Test func `a new connection that closes before a reply was sent to, once`() async throws {
    let requests = Mutex(0)
    let server = try LoopbackServer { connection, _ in
      if connection.readRequest() != nil { requests.withLock { $0 += 1 } }
    }
    defer { server.stop() }
    try await withClient { client in
      let reply = await Call.start(client, .post(server.port, "{}")).end()
      #expect(reply.failure == .closedBeforeReply)
      #expect(reply.end.wasSent)
    }
    #expect(requests.withLock { $0 } == 1)
  }

  @Test func `a pooled connection that its server has closed meanwhile is not used`() async throws {
    let closed = AsyncGate()
    let server = try LoopbackServer { connection, number in
      _ = connection.readRequest()
      connection.send(okReply("\(number)"))
      connection.close()
      closed.open()
    }
    defer { server.stop() }
    try await withClient { client in
      for number in 0..<5 {
        let reply = await Call.start(client, .post(server.port, "{}")).end()
        #expect(reply.text == "\(number)")
        #expect(reply.sends == 1)
        closed.wait()
      }
    }
  }

  @Test func `connections are kept for the next request`() async throws {
    let server = try LoopbackServer { connection, _ in
      while connection.readRequest() != nil { connection.send(okReply("x")) }
    }
    defer { server.stop() }
    try await withClient { client in
      for _ in 0..<50 { #expect(await Call.start(client, .post(server.port, "{}")).end().text == "x") }
      #expect(client.statistics.connections == 1)
    }
  }
}
