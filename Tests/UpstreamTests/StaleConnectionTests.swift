import NIOCore
import Testing

@testable import Upstream

/// What an upstream says unasked on an idle connection must never become the reply to the next request, which is another agent's.
@Suite struct StaleConnectionTests {
  @Test(arguments: [
    "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nPOISON", "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n",
    "x",
  ])
  func `a connection on which something waits is not used again`(unasked: String) async throws {
    let (replied, spoken) = (AsyncGate(), AsyncGate())
    let server = try LoopbackServer { connection, _ in
      while let request = connection.readRequest() {
        connection.send(okReply(String(request.requestLine.split(separator: " ")[1])))
        replied.wait()
        connection.send(unasked)
        connection.waitUntilAcknowledged()
        spoken.open()
      }
    }
    defer { server.stop() }
    try await withClient { client in
      for target in ["/1", "/2", "/3"] {
        let reply = await Call.start(client, .get(server.port, target)).end()
        #expect(reply.text == target)
        #expect(reply.sends == 1)
        replied.open()
        spoken.wait()
      }
      #expect(client.statistics.staleConnections == 2)
      #expect(client.statistics.connections == 3)
    }
  }
}
