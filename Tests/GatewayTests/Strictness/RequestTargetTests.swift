import Testing

@testable import Gateway

@Suite("A request target")
struct RequestTargetTests {
  @Test(
    "is taken byte for byte where it means the same to everyone",
    arguments: [
      ("/", "/"),
      ("/v1/messages?beta=true", "/v1/messages"),
      ("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse&key=a", nil),
      ("/model/us.anthropic.claude-haiku-4-5-20251001-v1:0/converse", nil),
      ("/model/arn%3Aaws%3Abedrock%3A%3A%2Fx/invoke", nil),
      ("/v1/models/org%2Fmodel", nil),
      ("/a@b:c;d=e,f+g!$&'()*=~/", nil),
      ("/v1/files/..hidden/a..b/.../.well-known", nil),
      ("/%25%32%65/%e2%82%ac/%F0%9F%98%80/%ed%9f%bf", nil),
      ("/v1/x?next=http://host//a/../b&q=%zz%00%", "/v1/x"),
      ("/v1/x?a?b", "/v1/x"),
      ("/x?{\"a\":[1|2]^`}", "/x"),
      ("/v1/trailing/", nil),
    ])
  func isTaken(text: String, path: String?) throws {
    let target = try RequestTarget(text)
    #expect(target.text == text)
    if let path { #expect(target.path == path) }
  }

  @Test(
    "is refused where it could be read in two ways",
    arguments: [
      ("", .targetForm), ("*", .targetForm), ("host:443", .targetForm), ("v1/messages", .targetForm),
      ("http://host/v1", .targetForm), ("HTTPS://host/v1", .targetForm), ("?a", .targetForm), (".", .targetForm),
      ("/a b", .targetBytes), ("/a\tb", .targetBytes), ("/a\rb", .targetBytes), ("/a\nb", .targetBytes),
      ("/a\u{0}b", .targetBytes), ("/a\u{7f}", .targetBytes), ("/\u{e9}", .targetBytes), ("/\u{fffd}", .targetBytes),
      ("/a\\b", .targetBytes), ("/a#b", .targetBytes), ("/a?b c", .targetBytes), ("/a?b#c", .targetBytes),
      ("/a?\\", .targetBytes), ("/a?\u{80}", .targetBytes),
      ("/%", .targetBytes), ("/%2", .targetBytes), ("/%zz", .targetBytes), ("/%2/x", .targetBytes),
      ("/%00", .targetBytes), ("/a%0d%0aHost:%20x", .targetBytes), ("/%7F", .targetBytes), ("/%1b", .targetBytes),
      ("/%c0%ae%c0%ae/x", .targetBytes), ("/%e0%80%af", .targetBytes), ("/%f0%80%80%af", .targetBytes),
      ("/%ff", .targetBytes), ("/%80", .targetBytes), ("/%e2%82", .targetBytes), ("/%e2%82/x", .targetBytes),
      ("/%e2a", .targetBytes), ("/%ed%a0%80", .targetBytes), ("/%f4%90%80%80", .targetBytes),
      ("//", .targetSegments), ("//v1", .targetSegments), ("/openai//v1", .targetSegments),
      ("/a//", .targetSegments),
      ("/.", .targetSegments), ("/./a", .targetSegments), ("/a/.", .targetSegments), ("/..", .targetSegments),
      ("/a/../b", .targetSegments), ("/a/..", .targetSegments), ("/a/..?x", .targetSegments),
      ("/%2e%2e/a", .targetSegments), ("/.%2E/a", .targetSegments), ("/a/%2e", .targetSegments),
      ("/a/..;x=y/b", .targetSegments), ("/a/..%2fb", .targetSegments), ("/a%2F..%2Fb", .targetSegments),
      ("/a/..%5cb", .targetSegments), ("/a/.;/b", .targetSegments),
    ] as [(String, Rejection.Reason)])
  func isRefused(text: String, reason: Rejection.Reason) {
    #expect { try RequestTarget(text) } throws: { ($0 as? Rejection)?.reason == reason }
  }

  @Test("has at most 16 KiB")
  func isLimited() throws {
    let longest = "/" + String(repeating: "a", count: 16 * 1024 - 1)
    #expect(try RequestTarget(longest).path == longest)
    #expect { try RequestTarget(longest + "a") } throws: { ($0 as? Rejection)?.status == 414 }
  }

  @Test("whose URL is whole tells that Tollgate is no HTTP proxy, one with '//' where to look")
  func explains() {
    #expect { try RequestTarget("http://api.openai.com/v1") } throws: {
      ($0 as? Rejection)?.message.contains("HTTP_PROXY") ?? false
    }
    #expect { try RequestTarget("/openai/v1//chat") } throws: {
      ($0 as? Rejection)?.message.contains("offset 10: take the last '/' off the client's base URL") ?? false
    }
  }

  @Test("of any bytes is either refused or taken as it is, and never has a dot segment")
  func holdsForRandomText() throws {
    var random = SeededRandom(seed: 20_261_123)
    let pieces = ["/", ".", "..", "%2e", "%2F", "%5c", ";", "a", "%", "?", "//", "\u{e9}", "#", "%c0%ae", " ", "v1"]
    for _ in 0..<20_000 {
      let text = "/" + (0..<random.below(8)).map { _ in pieces[random.below(pieces.count)] }.joined()
      guard let target = try? RequestTarget(text) else { continue }
      #expect(target.text == text)
      let decoded = try #require(IdentityValue.percentDecoded(target.path), "\(text) \(random)")
      let segments = decoded.replacing("\\", with: "/").split(separator: "/").map { $0.prefix { $0 != ";" } }
      #expect(!segments.contains("..") && !segments.contains("."), "\(text) \(random)")
    }
  }
}
