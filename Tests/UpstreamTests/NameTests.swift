import NIOCore
import Testing

@testable import Upstream

/// Transfers to hosts that are called by name.
@Suite struct NameTests {
  private static func loopback() -> NameLookup { .found([HostAddress("127.0.0.1")].compactMap { $0 }) }

  @Test func `a name is called at the address that the resolver gives, and sent as it is`() async throws {
    let names = ScriptedNames()
    names.answerAll(Self.loopback())
    let server = try LoopbackServer { connection, _ in
      while let request = connection.readRequest() { connection.send(okReply(request.value("host") ?? "")) }
    }
    defer { server.stop() }
    try await withClient(resolver: NameResolver(lookUp: names.lookUp)) { client in
      for name in ["api.example", "API.Example", "a_b.example", "dot.example."] {
        let reply = await Call.start(client, .get(server.port, host: name)).end()
        #expect(reply.end.result == .complete, "\(name): \(reply.end)")
        #expect(reply.text == "\(name):\(server.port)")
      }
      #expect(await Call.start(client, .get(server.port, host: "api.example")).end().end.result == .complete)
    }
    #expect(names.asked.sorted() == ["API.Example", "a_b.example", "api.example", "dot.example."])
  }

  @Test func `a slow look-up delays nobody who does not need it`() async throws {
    let names = ScriptedNames()
    names.answer("known.example", Self.loopback())
    let server = try LoopbackServer { connection, _ in
      while connection.readRequest() != nil { connection.send(okReply("x")) }
    }
    defer { server.stop() }
    try await withClient(resolver: NameResolver(lookUp: names.lookUp)) { client in
      #expect(await Call.start(client, .get(server.port, host: "known.example")).end().text == "x")
      let slow = (0..<100).map { _ in Call.start(client, .get(server.port, host: "slow.example")) }
      // None of these would end if they waited for the look-up, which ends only after them.
      for _ in 0..<50 {
        #expect(await Call.start(client, .get(server.port)).end().text == "x")
        #expect(await Call.start(client, .get(server.port, host: "known.example")).end().text == "x")
      }
      names.answer("other.example", Self.loopback())
      #expect(await Call.start(client, .get(server.port, host: "other.example")).end().text == "x")
      #expect(client.statistics.lookupsPending == 1)
      names.answer("slow.example", Self.loopback())
      for call in slow { #expect(await call.end().text == "x") }
      #expect(client.statistics.transfersLive == 0)
    }
    #expect(names.asked.count { $0 == "slow.example" } == 1)
  }

  @Test func `the time-out for the connection runs while a look-up hangs`() async throws {
    let names = ScriptedNames()
    try await withClient(resolver: NameResolver(lookUp: names.lookUp)) { client in
      var limits = TransferLimits()
      limits.connectTimeoutMilliseconds = 20
      let calls = (0..<20).map { _ in Call.start(client, .get(1, host: "hang.example"), limits: limits) }
      for call in calls {
        let reply = await call.end()
        #expect(reply.failure == .connectTimeout)
        #expect(!reply.end.wasSent)
        #expect(reply.sends == 0)
      }
      #expect(client.statistics.transfersLive == 0)
      // Shutting down does not wait for the look-up either.
    }
    names.answerAll(Self.loopback())
  }

  @Test func `a transfer can be cancelled while its name is looked up`() async throws {
    let names = ScriptedNames()
    try await withClient(resolver: NameResolver(lookUp: names.lookUp)) { client in
      let call = Call.start(client, .get(1, host: "slow.example"))
      await names.untilAsked(1)
      call.transfer?.cancel()
      #expect(await call.end().end == TransferEnd(result: .cancelled, wasSent: false))
      let server = try LoopbackServer { connection, _ in
        _ = connection.readRequest()
        connection.send(okReply("x"))
      }
      defer { server.stop() }
      let other = Call.start(client, .get(server.port, host: "slow.example"))
      names.answer("slow.example", Self.loopback())
      #expect(await other.end().text == "x")
    }
  }

  @Test func `a name that does not exist fails, and nothing was sent`() async throws {
    let names = ScriptedNames()
    names.answerAll(.failed("Name or service not known"))
    try await withClient(resolver: NameResolver(lookUp: names.lookUp)) { client in
      let reply = await Call.start(client, .get(1, host: "nothing.example")).end()
      #expect(
        reply.end
          == TransferEnd(
            result: .failed(.nameNotResolved), wasSent: false, explanation: "Name or service not known"))
    }
  }

  @Test func `libcurl looks up nothing by itself, even where it reads a name as an address`() async throws {
    let names = ScriptedNames()
    names.answerAll(Self.loopback())
    try await withClient(resolver: NameResolver(lookUp: names.lookUp)) { client in
      for name in ["127.1", "0x7f.1", "2130706433"] {
        let reply = await Call.start(client, .get(1, host: name)).end()
        #expect(reply.failure != nil)
        #expect(!reply.end.wasSent)
      }
    }
  }

  @Test func `the next address is tried where one refuses`() async throws {
    let names = ScriptedNames()
    names.answerAll(.found(["127.0.0.2", "127.0.0.1"].compactMap { HostAddress($0) }))
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      connection.send(okReply("x"))
    }
    defer { server.stop() }
    try await withClient(resolver: NameResolver(lookUp: names.lookUp)) { client in
      // The server listens on 127.0.0.1 alone.
      let reply = await Call.start(client, .get(server.port, host: "two.example")).end()
      #expect(reply.text == "x", "\(reply.end)")
      #expect(reply.sends == 1)
      #expect(client.statistics.connections == 2)
    }
  }

  @Test func `a name whose address changes is called at the new one`() async throws {
    let names = ScriptedNames()
    names.answerAll(.found(["127.0.0.2"].compactMap { HostAddress($0) }))
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      connection.send(okReply("x"))
    }
    defer { server.stop() }
    let time = TestClock()
    try await withClient(resolver: NameResolver(lookUp: names.lookUp, now: { time.milliseconds })) { client in
      #expect(await Call.start(client, .get(server.port, host: "a.example")).end().failure == .connectFailed)
      names.answerAll(Self.loopback())
      time.advance(NameResolver.freshMilliseconds + NameResolver.staleMilliseconds)
      #expect(await Call.start(client, .get(server.port, host: "a.example")).end().text == "x")
    }
  }
}

extension UpstreamRequest {
  static func get(_ port: Int, host: String) -> Self {
    Self(origin: .loopback(port, host: host), method: "GET", target: "/", headers: [], body: .none)
  }
}
