import NIOCore
import Testing

@testable import Upstream

/// Upstreams behind TLS: always verified, sessions kept.
@Suite struct TLSTests {
  @Test func `a certificate is verified, by its authority, name and time, before anything is sent`() async throws {
    guard let server = TLSServer() else {
      print("SKIPPED: TLS is not tested, since openssl or python3 is missing or failed")
      return
    }
    defer { server.stop() }
    var configuration = oneThread()
    configuration.caFile = server.caFile
    try await withClient(configuration) { client in
      let good = await Call.start(client, .https(server.port, "localhost")).end()
      #expect(good.end.result == .complete, "\(good.end)")
      #expect(good.text == "False 0")
      let again = await Call.start(client, .https(server.port, "localhost")).end()
      #expect(again.text == "False 1")

      for request in [
        UpstreamRequest.https(server.port, "127.0.0.1"), .https(server.expiredPort, "localhost"),
      ] {
        let reply = await Call.start(client, request).end()
        #expect(reply.failure == .tlsFailed, "\(reply.end)")
        #expect(!reply.end.wasSent)
        #expect(reply.sends == 0)
        #expect(!reply.end.explanation.isEmpty)
      }
    }
    // The system knows nothing of this authority.
    try await withClient { client in
      let reply = await Call.start(client, .https(server.port, "localhost")).end()
      #expect(reply.failure == .tlsFailed, "\(reply.end)")
      #expect(!reply.end.wasSent)
    }
  }

  @Test func `a new connection resumes the session of an old one`() async throws {
    guard let server = TLSServer() else {
      print("SKIPPED: TLS sessions are not tested, since openssl or python3 is missing or failed")
      return
    }
    defer { server.stop() }
    var configuration = oneThread()
    configuration.caFile = server.caFile
    try await withClient(configuration) { client in
      #expect(await Call.start(client, .https(server.port, "localhost", "/close")).end().text == "False 0")
      #expect(await Call.start(client, .https(server.port, "localhost", "/close")).end().text == "True 0")
      #expect(client.statistics.connections >= 2)
    }
  }

  @Test func `a reply that is cut within TLS is broken off`() async throws {
    guard let server = TLSServer() else {
      print("SKIPPED: a cut TLS reply is not tested, since openssl or python3 is missing or failed")
      return
    }
    defer { server.stop() }
    var configuration = oneThread()
    configuration.caFile = server.caFile
    try await withClient(configuration) { client in
      let reply = await Call.start(client, .https(server.port, "localhost", "/cut")).end()
      #expect(reply.failure == .brokenOff, "\(reply.end)")
      #expect(reply.text == "part")
    }
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"])
  func `a server that speaks no TLS gets no request`(wire: String) async throws {
    let server = try LoopbackServer { connection, _ in
      connection.send(wire)
      if wire.isEmpty { return connection.reset() }
      connection.waitForClose()
    }
    defer { server.stop() }
    try await withClient { client in
      let reply = await Call.start(client, .https(server.port, "localhost")).end()
      // A reset can come before libcurl has begun with TLS.
      #expect(reply.failure == .tlsFailed || wire.isEmpty && reply.failure == .connectFailed, "\(reply.end)")
      #expect(!reply.end.wasSent)
    }
  }

  @Test func `a file of certificates that is missing is an error before any thread starts`() {
    var configuration = UpstreamClient.Configuration()
    configuration.caFile = "/nonexistent/ca.pem"
    #expect(throws: UpstreamError.self) { try UpstreamClient(configuration: configuration) }
  }
}

extension UpstreamRequest {
  fileprivate static func https(_ port: Int, _ host: String, _ target: String = "/") -> Self {
    Self(
      origin: UpstreamOrigin(scheme: .https, host: host, port: port, basePath: ""), method: "GET", target: target,
      headers: [], body: .none)
  }
}
