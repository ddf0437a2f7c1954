import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Upstream

/// How transfers end other than by a whole reply: always, once, and last.
@Suite struct EndTests {
  @Test func `a transfer can be cancelled before the connection, before the head and within the body`() async throws {
    let server = try LoopbackServer { connection, _ in
      guard let request = connection.readRequest() else { return }
      if request.requestLine.contains("/body") {
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
      }
      connection.waitForClose()
    }
    defer { server.stop() }
    try await withClient { client in
      let early = Call.start(client, .get(server.port, "/silent"))
      early.transfer?.cancel()
      #expect(await early.end().end.result == .cancelled)

      let silent = Call.start(client, .get(server.port, "/silent"))
      #expect(await silent.until { $0.sends == 1 || $0.head != nil }.head == nil)
      silent.transfer?.cancel()
      silent.transfer?.cancel()
      #expect(await silent.end().end.result == .cancelled)
      silent.transfer?.cancel()

      let body = Call.start(client, .get(server.port, "/body"))
      _ = await body.until { !$0.body.isEmpty }
      body.transfer?.cancel()
      let reply = await body.end()
      #expect(reply.end == TransferEnd(result: .cancelled, wasSent: true))
      #expect(reply.text == "ok")
      body.transfer?.cancel()
      body.transfer?.returnCredit(bytes: 2)
      body.transfer?.finishBody()
      #expect(client.statistics.transfersLive == 0)
      #expect(await Call.start(client, .get(1)).end().failure == .connectFailed)
      for call in [early, silent, body] { #expect(call.replyNow.disorder == []) }
    }
  }

  @Test func `a cancelled transfer's connection is closed`() async throws {
    let isClosed = AsyncGate()
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
      connection.waitForClose()
      isClosed.open()
    }
    defer { server.stop() }
    try await withClient { client in
      let call = Call.start(client, .get(server.port))
      _ = await call.until { !$0.body.isEmpty }
      call.transfer?.cancel()
      isClosed.wait()
    }
  }

  @Test func `ends come once and last, however cancels race with replies`() async throws {
    let server = try LoopbackServer { connection, _ in
      while connection.readRequest() != nil {
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
        connection.send("2\r\nok\r\n0\r\n\r\n")
      }
    }
    defer { server.stop() }
    var configuration = UpstreamClient.Configuration()
    configuration.threads = 2
    try await withClient(configuration) { client in
      var random = SeededRandom(42)
      for _ in 0..<20 {
        let calls = (0..<25).map { _ in Call.start(client, .post(server.port, "{}")) }
        for call in calls where random.next(2) == 0 {
          startTestThread { call.transfer?.cancel() }
          if random.next(2) == 0 { await Task.yield() }
        }
        for call in calls {
          let reply = await call.end()
          #expect(reply.end.result == .complete || reply.end.result == .cancelled, "\(reply.end)")
          #expect(reply.disorder == [])
          if reply.end.result == .complete { #expect(reply.text == "okok") }
        }
      }
      #expect(client.statistics.transfersLive == 0)
    }
  }

  @Test func `shutting down cancels what is under way, and what comes later is refused`() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
      connection.waitForClose()
    }
    defer { server.stop() }
    var configuration = UpstreamClient.Configuration()
    configuration.threads = 3
    let client = try UpstreamClient(configuration: configuration)
    let calls = (0..<30).map { _ in Call.start(client, .get(server.port)) }
    for call in calls.prefix(10) { _ = await call.until { $0.head != nil } }
    client.shutDown()
    client.shutDown()
    for call in calls {
      let reply = await call.end()
      #expect(reply.end.result == .cancelled)
      #expect(reply.disorder == [])
      call.transfer?.cancel()
    }
    #expect(client.statistics.transfersLive == 0)
    let late = await Call.start(client, .get(server.port)).end()
    #expect(late.failure == .unavailable)
    #expect(!late.end.wasSent)
  }

  @Test func `a client that is let go without a shut-down ends its transfers`() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      connection.waitForClose()
    }
    defer { server.stop() }
    var client: UpstreamClient? = try UpstreamClient(configuration: oneThread())
    let call = client.map { Call.start($0, .get(server.port)) }
    client = nil
    #expect(await call?.end().end.result == .cancelled)
  }

  @Test func `what the caller hands over is let go at the end`() async throws {
    let server = try LoopbackServer { connection, _ in
      while connection.readRequest() != nil { connection.send(okReply("x")) }
    }
    defer { server.stop() }
    try await withClient { client in
      weak var token: AnyObject?
      let transfer: Transfer = await withCheckedContinuation { continuation in
        let held = Token()
        token = held
        let started = SharedTransfer()
        let transfer = client.start(
          .post(server.port, "{}"), limits: TransferLimits(), on: Call.loops.next(), willSend: { _ = held },
          deliver: { events in
            while let event = events.next() {
              if case .end = event { held.finish(continuation, started) }
            }
          })
        started.set(transfer)
      }
      // The hop that delivered the end may still be returning.
      while token != nil { await Task.yield() }
      transfer.cancel()
    }
  }

  @Test func `one more than the limit is refused, and the limit frees again`() async throws {
    let gate = AsyncGate()
    let server = try LoopbackServer { connection, _ in
      while connection.readRequest() != nil {
        gate.wait()
        connection.send(okReply("x"))
      }
    }
    defer { server.stop() }
    var configuration = oneThread()
    configuration.transfersMax = 3
    try await withClient(configuration) { client in
      let calls = (0..<3).map { _ in Call.start(client, .get(server.port)) }
      let refused = await Call.start(client, .get(server.port)).end()
      #expect(refused.failure == .unavailable)
      #expect(!refused.end.wasSent)
      for _ in calls { gate.open() }
      for call in calls { #expect(await call.end().text == "x") }
      gate.open()
      #expect(await Call.start(client, .get(server.port)).end().text == "x")
    }
  }

  @Test func `a port where nobody listens is a failed connection, with nothing sent`() async throws {
    // A port that had been free could be given to a test that runs beside this one; port 1 (tcpmux) is never given away.
    try await withClient { client in
      let reply = await Call.start(client, .post(1, "{}")).end()
      #expect(reply.failure == .connectFailed)
      #expect(!reply.end.wasSent)
      #expect(reply.sends == 0)
      #expect(reply.end.explanation.contains("libcurl 7:"))
    }
  }

  @Test func `a connection that is not accepted in time is a connect time-out`() async throws {
    // A full backlog: the kernel answers no further SYN.
    let (descriptor, port) = try listenOnLoopback(backlog: 0)
    defer { close(descriptor) }
    let fillers = (0..<4).map { _ in connectWithoutWaiting(port) }
    defer { for filler in fillers { close(filler) } }
    try await withClient { client in
      var limits = TransferLimits()
      limits.connectTimeoutMilliseconds = 50
      let reply = await Call.start(client, .post(port, "{}"), limits: limits).end()
      #expect(reply.failure == .connectTimeout, "\(reply.end)")
      #expect(!reply.end.wasSent)
    }
  }

  @Test func `no head in time, and no byte in time, are time-outs of their own`() async throws {
    let server = try LoopbackServer { connection, _ in
      guard let request = connection.readRequest() else { return }
      if request.requestLine.contains("/hint") { connection.send("HTTP/1.1 103 Early Hints\r\n\r\n") }
      if request.requestLine.contains("/idle") { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab") }
      connection.waitForClose()
    }
    defer { server.stop() }
    try await withClient { client in
      var limits = TransferLimits()
      limits.headTimeoutMilliseconds = 30
      limits.idleTimeoutMilliseconds = 30
      for target in ["/silent", "/hint"] {
        let silent = await Call.start(client, .get(server.port, target), limits: limits).end()
        #expect(silent.failure == .headTimeout)
        #expect(silent.end.wasSent)
      }
      let idle = await Call.start(client, .get(server.port, "/idle"), limits: limits).end()
      #expect(idle.failure == .idleTimeout)
      #expect(idle.text == "ab")
    }
  }

  @Test func `bytes that keep coming keep a transfer alive`() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n")
      for _ in 0..<20 {
        usleep(20_000)
        connection.send("x")
      }
    }
    defer { server.stop() }
    try await withClient { client in
      var limits = TransferLimits()
      limits.idleTimeoutMilliseconds = 300
      let reply = await Call.start(client, .get(server.port), limits: limits).end()
      #expect(reply.end.result == .complete, "\(reply.end)")
    }
  }

  @Test func `five hundred transfers run at once`() async throws {
    let started = Atomic<Int>(0)
    let gate = AsyncGate()
    let server = try LoopbackServer { connection, _ in
      while let request = connection.readRequest() {
        if started.add(1, ordering: .relaxed).newValue == 500 { for _ in 0..<500 { gate.open() } }
        gate.wait()
        connection.send(okReply(String(decoding: request.body, as: UTF8.self)))
      }
    }
    defer { server.stop() }
    var configuration = UpstreamClient.Configuration()
    configuration.threads = 2
    try await withClient(configuration) { client in
      let calls = (0..<500).map { Call.start(client, .post(server.port, "call \($0)")) }
      for (number, call) in calls.enumerated() {
        let reply = await call.end()
        #expect(reply.text == "call \(number)", "\(reply.end)")
        #expect(reply.disorder == [])
      }
      #expect(client.statistics.transfersLive == 0)
      #expect(client.statistics.connections == 500)
    }
  }
}

private final class Token: Sendable {
  func finish(_ continuation: CheckedContinuation<Transfer, Never>, _ started: SharedTransfer) {
    continuation.resume(returning: started.get())
  }
}

/// A transfer that its own delivery wants to know.
private final class SharedTransfer: Sendable {
  private let transfer = Mutex<Transfer?>(nil)

  func set(_ transfer: Transfer) { self.transfer.withLock { $0 = transfer } }

  func get() -> Transfer {
    while true {
      if let transfer = self.transfer.withLock({ $0 }) { return transfer }
      usleep(100)
    }
  }
}
