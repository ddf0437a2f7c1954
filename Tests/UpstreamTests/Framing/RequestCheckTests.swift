import NIOCore
import Testing

@testable import Upstream

/// What is refused before libcurl sees it.
@Suite struct RequestCheckTests {
  private static func request(_ change: (inout UpstreamRequest) -> Void) -> UpstreamRequest {
    var request = UpstreamRequest.post(443, "{}")
    change(&request)
    return request
  }

  @Test func `every byte but tab, visible ones and those above ASCII is refused in a value`() {
    for byte in 0...255 {
      let scalar = Unicode.Scalar(UInt8(byte))
      let request = Self.request { $0.headers = [("X-A", "a\(Character(scalar))b")] }
      let isFine = byte == 9 || byte >= 0x20 && byte != 0x7f
      #expect((RequestCheck.problem(in: request) == nil) == isFine, "\(byte)")
    }
  }

  @Test func `a name is a token of RFC 9110`() {
    let marks = "!#$%&'*+-.^_`|~"
    for byte in 0...255 {
      let character = Character(Unicode.Scalar(UInt8(byte)))
      let isToken = byte < 128 && (character.isLetter || character.isNumber || marks.contains(character))
      let request = Self.request { $0.headers = [("X\(character)", "a")] }
      #expect((RequestCheck.problem(in: request) == nil) == isToken, "\(byte)")
    }
    #expect(RequestCheck.problem(in: Self.request { $0.headers = [("", "a")] }) != nil)
  }

  @Test(arguments: ["Host", "content-length", "Transfer-Encoding", "CONNECTION", "expect", "Upgrade"])
  func `fields that belong to the connection are refused`(name: String) {
    #expect(RequestCheck.problem(in: Self.request { $0.headers = [(name, "5")] }) != nil)
  }

  @Test(arguments: ["", "a b", "GE\r\nT", "CONNECT", "GÉT"])
  func `a method is a token, and no tunnel`(method: String) {
    #expect(RequestCheck.problem(in: Self.request { $0.method = method }) != nil)
  }

  @Test(arguments: ["", "x", "/a b", "/a\r\nX: y", "/\u{7f}", "/\t", "http://other/", "*x"])
  func `a target is a path without blanks and control characters`(target: String) {
    #expect(RequestCheck.problem(in: Self.request { $0.target = target }) != nil)
  }

  @Test(arguments: [
    "", "a b", "a/b", "a@b", "user:pw@b", "a:80", "[::1]", "a\r\nb", "zürich.example", "fe80::1%eth0", "a?b", "a#b",
  ])
  func `a host is a name in ASCII or an address`(host: String) {
    #expect(RequestCheck.problem(in: Self.request { $0.origin.host = host }) != nil)
  }

  @Test(arguments: [0, -1, 65536])
  func `a port is one`(port: Int) {
    #expect(RequestCheck.problem(in: Self.request { $0.origin.port = port }) != nil)
  }

  @Test func `HEAD has no body, and a length is not negative`() {
    #expect(RequestCheck.problem(in: Self.request { $0.method = "HEAD" }) != nil)
    #expect(RequestCheck.problem(in: Self.request { $0.body = .streamed(contentLength: -1) }) != nil)
    let head = Self.request {
      $0.method = "HEAD"
      $0.body = .none
    }
    #expect(RequestCheck.problem(in: head) == nil)
  }

  @Test func `a refused request ends at once, and nothing was sent`() async throws {
    try await withClient { client in
      let call = Call.start(client, .get(1, headers: [("X-A", "1\r\nX-B: 2")]))
      let reply = await call.end()
      #expect(reply.failure == .badRequest)
      #expect(!reply.end.wasSent)
      #expect(reply.disorder == [])
      call.transfer?.write(ByteBuffer(string: "x"))
      call.transfer?.finishBody()
      call.transfer?.returnCredit(bytes: 1)
      call.transfer?.cancel()
      #expect(client.statistics.transfersLive == 0)
    }
  }
}
