import Testing
import Upstream

@testable import Gateway

@Suite("A base URL")
struct UpstreamOriginTests {
  @Test(
    "is scheme, host, port and perhaps a path",
    arguments: [
      ("https://api.openai.com", UpstreamOrigin(scheme: .https, host: "api.openai.com", port: 443, basePath: "")),
      ("http://127.0.0.1", UpstreamOrigin(scheme: .http, host: "127.0.0.1", port: 80, basePath: "")),
      ("HTTP://LocalHost:8000/", UpstreamOrigin(scheme: .http, host: "localhost", port: 8000, basePath: "")),
      (
        "https://[2001:DB8::1]:8443/a/b/",
        UpstreamOrigin(scheme: .https, host: "2001:db8::1", port: 8443, basePath: "/a/b")
      ),
      ("https://[::1]", UpstreamOrigin(scheme: .https, host: "::1", port: 443, basePath: "")),
      ("https://host./x%20y", UpstreamOrigin(scheme: .https, host: "host", port: 443, basePath: "/x%20y")),
    ])
  func isRead(text: String, origin: UpstreamOrigin) throws {
    #expect(try UpstreamOrigin.parse(text) == origin)
  }

  @Test(
    "that is something else is refused with what to write instead",
    arguments: [
      ("", .scheme), ("api.openai.com", .scheme), ("ftp://a", .scheme), ("file:///etc/passwd", .scheme),
      ("//a", .scheme), ("https:/a", .scheme), (" https://a", .scheme),
      ("https://", .host), ("https:///v1", .host), ("https://a b", .host), ("https://a:0", .host),
      ("https://a:99999", .host), ("https://a:x", .host), ("https://::1", .host), ("https://[::1", .host),
      ("https://[fe80::1%25eth0]", .host), ("https://a%2eb", .host), ("https://caf\u{e9}.fr", .host),
      ("https://a\\b", .host),
      ("https://user@a", .userInformation), ("https://user:secret@a/x", .userInformation),
      ("https://a?x", .queryOrFragment), ("https://a/x?key=secret", .queryOrFragment),
      ("https://a#x", .queryOrFragment),
      ("https://a/x/../y", .path), ("https://a//", .path), ("https://a/x y", .path), ("https://a/\r\n", .path),
    ] as [(String, OriginError.Reason)])
  func isRefused(text: String, reason: OriginError.Reason) {
    #expect { try UpstreamOrigin.parse(text) } throws: { error in
      guard let error = error as? OriginError else { return false }
      return error.reason == reason && !error.description.contains("secret") && !error.description.isEmpty
    }
  }
}
