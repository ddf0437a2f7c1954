import NIOHTTP1
import Testing

@testable import Gateway

@Suite("A request's head")
struct HeadCheckTests {
  private func check(
    _ fields: [(String, String)], method: HTTPMethod = .POST, uri: String = "/v1/messages",
    version: HTTPVersion = .http1_1, rules: HeadRules? = nil
  ) throws -> CheckedHead {
    let head = HTTPRequestHead(version: version, method: method, uri: uri, headers: HTTPHeaders(fields))
    return try HeadCheck(rules: rules ?? HeadRules(listenHost: "127.0.0.1")).check(head)
  }

  private func reason(
    _ fields: [(String, String)], method: HTTPMethod = .POST, uri: String = "/v1/messages",
    version: HTTPVersion = .http1_1, rules: HeadRules? = nil
  ) throws -> Rejection.Reason? {
    do {
      _ = try check(fields, method: method, uri: uri, version: version, rules: rules)
      return nil
    } catch let rejection as Rejection {
      return rejection.reason
    }
  }

  private static let host = ("Host", "127.0.0.1:4100")

  @Test("of an SDK is taken, and says how its body ends")
  func isTaken() throws {
    let json = [Self.host, ("Content-Type", "application/json"), ("Authorization", "Bearer sk-x")]
    let fixed = try check(json + [("Content-Length", "12"), ("anthropic-version", "2023-06-01")])
    #expect(fixed.framing == .length(12))
    #expect(fixed.target.text == "/v1/messages")
    #expect(fixed.hasAnthropicVersion)
    #expect(!fixed.expectsContinue)
    #expect(!fixed.closesConnection)
    #expect(try check(json + [("Transfer-Encoding", "Chunked")]).framing == .chunked)
    #expect(try check([Self.host], method: .GET).framing == .none)
    #expect(try check([Self.host, ("content-length", "0")]).framing == .length(0))
    #expect(try check([Self.host, ("Expect", "100-Continue")]).expectsContinue)
    #expect(try !check([Self.host, ("Expect", "100-continue")], version: .http1_0).expectsContinue)
  }

  @Test(
    "has one Host, which is a name or an address",
    arguments: [
      ([], .hostMissing),
      (["127.0.0.1", "127.0.0.1"], .fieldRepeated),
      (["localhost", "other"], .fieldRepeated),
      ([""], .hostMalformed), (["a, b"], .hostMalformed), (["user@localhost"], .hostMalformed),
      (["localhost/path"], .hostMalformed), (["localhost:"], .hostMalformed), (["localhost:0"], .hostMalformed),
      (["localhost:65536"], .hostMalformed), (["localhost:+80"], .hostMalformed), (["localhost:80:80"], .hostMalformed),
      (["[::1"], .hostMalformed), (["::1"], .hostMalformed), (["[::1]x"], .hostMalformed),
      (["[::1%25lo]"], .hostMalformed), (["a..b"], .hostMalformed), ([".a"], .hostMalformed),
      (["lo%63alhost"], .hostMalformed), (["local host"], .hostMalformed), (["http://localhost"], .hostMalformed),
      (["evil.example"], .hostNotAllowed), (["evil.example:4100"], .hostNotAllowed),
      (["localhost.evil.example"], .hostNotAllowed), (["127.0.0.1.evil.example"], .hostNotAllowed),
      (["127.1"], .hostNotAllowed), (["0x7f.0.0.1"], .hostNotAllowed), (["127.0.0.256"], .hostNotAllowed),
      (["10.0.0.1"], .hostNotAllowed), (["[::2]"], .hostNotAllowed), (["0.0.0.0"], .hostNotAllowed),
    ] as [([String], Rejection.Reason)])
  func hostIsChecked(values: [String], expected: Rejection.Reason) throws {
    #expect(try reason(values.map { ("Host", $0) }) == expected)
  }

  @Test(
    "may name this machine as its Host in every form",
    arguments: [
      "127.0.0.1", "127.0.0.1:4100", "127.255.0.9:1", "localhost", "LOCALHOST:65535", "localhost.",
      "tollgate.localhost",
      "[::1]", "[::1]:4100", "gateway.internal", "Gateway.Internal:99",
    ])
  func loopbackIsAllowed(host: String) throws {
    let rules = try HeadRules(listenHost: "localhost", allowedHosts: ["gateway.internal:8080"])
    #expect(try reason([("Host", host)], rules: rules) == nil)
  }

  @Test(
    "may name any valid Host where Tollgate listens beyond loopback", arguments: ["0.0.0.0", "::", "10.0.0.5", "box"])
  func anyHostBeyondLoopback(listenHost: String) throws {
    let rules = try HeadRules(listenHost: listenHost)
    #expect(try reason([("Host", "gateway.example:443")], rules: rules) == nil)
    #expect(try reason([("Host", "a b")], rules: rules) == .hostMalformed)
  }

  @Test("has a Host that is known, or an address, where the operator says by which names Tollgate is called")
  func namedBeyondLoopback() throws {
    let rules = try HeadRules(listenHost: "0.0.0.0", allowedHosts: ["llm.example"])
    for host in ["llm.example", "LLM.example:443", "10.0.0.5:4100", "[2001:db8::1]:4100", "localhost:4100"] {
      #expect(try reason([("Host", host)], rules: rules) == nil, "\(host)")
    }
    for host in ["evil.example", "10.0.0.5.evil.example", "llm.example.evil.example"] {
      #expect(try reason([("Host", host)], rules: rules) == .hostNotAllowed, "\(host)")
    }
  }

  @Test(
    "has framing that cannot be doubted",
    arguments: [
      ([("Content-Length", "5"), ("Transfer-Encoding", "chunked")], .contentLength),
      ([("transfer-encoding", "chunked"), ("content-length", "0")], .contentLength),
      ([("Content-Length", "5"), ("Content-Length", "5")], .fieldRepeated),
      ([("Content-Length", "5"), ("content-length", "6")], .fieldRepeated),
      ([("Content-Length", "5,5")], .contentLength), ([("Content-Length", "5, 5")], .contentLength),
      ([("Content-Length", "+5")], .contentLength), ([("Content-Length", "-5")], .contentLength),
      ([("Content-Length", "0x5")], .contentLength), ([("Content-Length", "1_0")], .contentLength),
      ([("Content-Length", "5 ")], .contentLength), ([("Content-Length", "")], .contentLength),
      ([("Content-Length", "05")], .contentLength), ([("Content-Length", "00")], .contentLength),
      ([("Content-Length", "5.0")], .contentLength), ([("Content-Length", "\u{0665}")], .contentLength),
      ([("Content-Length", "9223372036854775808")], .contentLength),
      ([("Content-Length", "99999999999999999999999")], .contentLength),
      ([("Content-Length", "9223372036854775807")], .bodyTooLarge),
      ([("Content-Length", "67108865")], .bodyTooLarge),
      ([("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")], .fieldRepeated),
      ([("Transfer-Encoding", "chunked, chunked")], .transferEncoding),
      ([("Transfer-Encoding", "chunked, identity")], .transferEncoding),
      ([("Transfer-Encoding", "gzip, chunked")], .transferEncoding),
      ([("Transfer-Encoding", "identity")], .transferEncoding), ([("Transfer-Encoding", "")], .transferEncoding),
      ([("Transfer-Encoding", "xchunked")], .transferEncoding),
      ([("Transfer-Encoding", " chunked")], .transferEncoding),
      ([("Transfer-Encoding", "\tchunked")], .transferEncoding),
      ([("Transfer-Encoding", "chunked;x")], .transferEncoding),
      ([("Transfer-Encoding", "\"chunked\"")], .transferEncoding),
      ([("Transfer-Encoding", "chunked\u{b}")], .fieldValue), ([("Transfer-Encoding", "chunked\u{0}")], .fieldValue),
      ([("Transfer-Encoding", "chun\u{212a}ed")], .transferEncoding),
    ] as [([(String, String)], Rejection.Reason)])
  func framingIsChecked(fields: [(String, String)], expected: Rejection.Reason) throws {
    #expect(try reason([Self.host] + fields) == expected)
  }

  @Test("may say that a body is as long as the limit, or longer where the operator allows more")
  func bodyLimit() throws {
    #expect(try reason([Self.host, ("Content-Length", "67108864")]) == nil)
    let rules = try HeadRules(listenHost: "127.0.0.1", bodyBytesMax: 1 << 40)
    #expect(try reason([Self.host, ("Content-Length", "67108865")], rules: rules) == nil)
  }

  @Test("is of HTTP/1.1 or 1.0, and 1.0 knows no chunks")
  func versionIsChecked() throws {
    for version in [(0, 9), (1, 2), (1, 9), (2, 0), (9, 9)] {
      let expected = Rejection.Reason.versionUnsupported
      #expect(try reason([Self.host], version: HTTPVersion(major: version.0, minor: version.1)) == expected)
    }
    #expect(try reason([Self.host], version: .http1_0) == nil)
    #expect(try reason([], version: .http1_0) == .hostMissing)
    #expect(try reason([Self.host, ("Transfer-Encoding", "chunked")], version: .http1_0) == .transferEncoding)
  }

  @Test(
    "has a method that a proxy may forward",
    arguments: [
      (.CONNECT, .methodNotAllowed), (.TRACE, .methodNotAllowed), (.RAW(value: "connect"), .methodNotAllowed),
      (.RAW(value: "G T"), .methodMalformed), (.RAW(value: ""), .methodMalformed),
      (.RAW(value: "GET\r\n"), .methodMalformed), (.RAW(value: "QUERY"), .methodNotAllowed),
      (.SOURCE, .methodNotAllowed), (.PROPFIND, .methodNotAllowed), (.PUT, nil), (.GET, nil), (.HEAD, nil),
      (.DELETE, nil), (.PATCH, nil), (.OPTIONS, nil),
    ] as [(HTTPMethod, Rejection.Reason?)])
  func methodIsChecked(method: HTTPMethod, expected: Rejection.Reason?) throws {
    #expect(try reason([Self.host], method: method) == expected)
  }

  @Test(
    "has well-formed fields",
    arguments: [
      (("", "x"), .fieldName), (("a b", "x"), .fieldName), (("a:", "x"), .fieldName), (("a\u{0}", "x"), .fieldName),
      (("na\u{ef}ve", "x"), .fieldName), (("a(b)", "x"), .fieldName), (("Host ", "x"), .fieldName),
      (("Content_Length", "5"), .fieldName), (("transfer_encoding", "chunked"), .fieldName),
      (("x", "a\rb"), .fieldValue), (("x", "a\nb"), .fieldValue), (("x", "a\u{0}"), .fieldValue),
      (("x", "\u{7f}"), .fieldValue), (("x", "\u{1b}[31m"), .fieldValue), (("x", "a\u{fffd}"), .fieldValue),
      (("x", "a\tb"), nil), (("x", "caf\u{e9} \u{1f600}"), nil), (("x", ""), nil), (("session_id", "a"), nil),
    ] as [((String, String), Rejection.Reason?)])
  func fieldsAreChecked(field: (String, String), expected: Rejection.Reason?) throws {
    #expect(try reason([Self.host, field]) == expected)
  }

  @Test(
    "names each thing that decides meaning or payment once",
    arguments: [
      "authorization", "X-Api-Key", "api-key", "x-goog-api-key", "Content-Type", "Expect", "Origin",
      "ChatGPT-Account-ID", "x-tollgate-agent", "X-Tollgate-Workflow", "x-tollgate-run", "x-tollgate-parent-run",
    ])
  func repeatedFieldsAreRefused(name: String) throws {
    let value = name == "Expect" ? "100-continue" : name == "Origin" ? "http://localhost" : "a"
    #expect(try reason([Self.host, (name, value)]) == nil)
    #expect(try reason([Self.host, (name, value), (name.lowercased(), value)]) == .fieldRepeated)
  }

  @Test("may repeat fields that are lists")
  func listsMayRepeat() throws {
    let fields = [("anthropic-beta", "a"), ("anthropic-beta", "b"), ("Accept", "a"), ("accept", "b"), ("Cookie", "a")]
    #expect(try reason([Self.host] + fields) == nil)
    #expect(try reason([Self.host, ("x-api-key", "a"), ("Authorization", "Bearer b")]) == nil)
  }

  @Test(
    "names in Connection only what may get lost",
    arguments: [
      ("keep-alive", nil), ("close", nil), ("keep-alive, X-Custom", nil), ("", nil), (",,", nil), ("upgrade", nil),
      ("content-length", .connectionOption), ("close, Host", .connectionOption), ("Authorization", .connectionOption),
      ("x-api-key", .connectionOption), ("Content-Type", .connectionOption), ("anthropic-version", .connectionOption),
      ("ANTHROPIC-BETA", .connectionOption), ("openai-organization", .connectionOption),
      ("x-goog-api-key", .connectionOption), ("x-tollgate-agent", .connectionOption),
      ("transfer-encoding", .connectionOption), ("a b", .connectionOption), ("\"close\"", .connectionOption),
    ] as [(String, Rejection.Reason?)])
  func connectionIsChecked(value: String, expected: Rejection.Reason?) throws {
    #expect(try reason([Self.host, ("Connection", value)]) == expected)
  }

  static let webSocket: [(String, String)] = [
    ("Connection", "keep-alive, Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
  ]

  @Test("may open a WebSocket, in the one form that RFC 6455 has for it")
  func webSocketOpens() throws {
    #expect(try reason([Self.host] + Self.webSocket, method: .GET) == nil)
    #expect(try reason([Self.host] + Self.webSocket) == .webSocket)
    #expect(try reason([Self.host] + Self.webSocket, method: .GET, version: .http1_0) == .webSocket)
    #expect(try reason([Self.host, ("Content-Length", "0")] + Self.webSocket, method: .GET) == nil)
    let broken: [(String, String?, Rejection.Reason)] = [
      ("Connection", nil, .webSocket), ("Connection", "keep-alive", .webSocket),
      ("Connection", "keep-alive,\tUpgrade", .webSocket),
      ("Upgrade", "websocket, h2c", .webSocket),
      ("Sec-WebSocket-Version", nil, .webSocketVersion), ("Sec-WebSocket-Version", "12", .webSocketVersion),
      ("Sec-WebSocket-Version", "13, 8", .webSocketVersion), ("Sec-WebSocket-Key", nil, .webSocket),
      ("Sec-WebSocket-Key", "", .webSocket), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=", .webSocket),
      ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ!=", .webSocket),
      ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZXg=", .webSocket),
    ]
    for (name, value, expected) in broken {
      let fields = Self.webSocket.filter { $0.0 != name } + (value.map { [(name, $0)] } ?? [])
      #expect(try reason([Self.host] + fields, method: .GET) == expected, "\(name): \(value ?? "none")")
    }
    #expect(try reason([Self.host, ("Content-Length", "3")] + Self.webSocket, method: .GET) == .webSocket)
    #expect(try reason([Self.host, ("Transfer-Encoding", "chunked")] + Self.webSocket, method: .GET) == .webSocket)
    #expect(try reason([Self.host, ("Sec-WebSocket-Version", "13")] + Self.webSocket, method: .GET) == .fieldRepeated)
    #expect(try reason([Self.host, Self.webSocket[3]] + Self.webSocket, method: .GET) == .fieldRepeated)
  }

  @Test("may offer an upgrade, which is ignored, but not a choice of a WebSocket, nor expect more than 100-continue")
  func upgradeAndExpect() throws {
    #expect(try reason([Self.host, ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c")]) == nil)
    #expect(try reason([Self.host, ("Upgrade", "WebSocket")]) == .webSocket)
    #expect(try reason([Self.host, ("Upgrade", "h2c, websocket")]) == .webSocket)
    #expect(try reason([Self.host, ("Expect", "x")]) == .expectation)
    #expect(try reason([Self.host, ("Expect", "100-continue, x")]) == .expectation)
    #expect(try reason([Self.host, ("Expect", "")]) == .expectation)
  }

  @Test(
    "of a web page is refused unless the page is on loopback or allowed",
    arguments: [
      ([("Origin", "https://evil.example")], .crossSite),
      ([("Origin", "null")], .crossSite),
      ([("Origin", "http://localhost.evil.example")], .crossSite),
      ([("Origin", "http://evil.example/http://localhost")], .crossSite),
      ([("Origin", "http://localhost@evil.example")], .crossSite),
      ([("Origin", "file://")], .crossSite),
      ([("Origin", "")], .crossSite),
      ([("Origin", "http://10.0.0.1")], .crossSite),
      ([("Origin", "chrome-extension://abc")], .crossSite),
      ([("Sec-Fetch-Site", "cross-site")], .crossSite),
      ([("Sec-Fetch-Site", "Same-Site")], .crossSite),
      ([("Origin", "http://evil.example"), ("Sec-Fetch-Site", "none")], .crossSite),
      ([("Origin", "http://localhost:3000")], nil),
      ([("Origin", "https://127.0.0.1:8443"), ("Sec-Fetch-Site", "same-site")], nil),
      ([("Origin", "http://[::1]:3000"), ("Sec-Fetch-Site", "cross-site")], nil),
      ([("Origin", "HTTPS://App.Example"), ("Sec-Fetch-Site", "cross-site")], nil),
      ([("Origin", "vscode-file://vscode-app")], nil),
      ([("Sec-Fetch-Site", "none")], nil),
      ([("Sec-Fetch-Site", "same-origin")], nil),
    ] as [([(String, String)], Rejection.Reason?)])
  func pagesAreRefused(fields: [(String, String)], expected: Rejection.Reason?) throws {
    let rules = try HeadRules(
      listenHost: "127.0.0.1", allowedOrigins: ["https://app.example", "vscode-file://vscode-app"])
    #expect(try reason([Self.host] + fields, rules: rules) == expected)
  }

  @Test("is limited in fields, in the size of one and in all")
  func sizeIsLimited() throws {
    let fields = { (count: Int, bytes: Int) in
      [Self.host] + (0..<count).map { ("x-\($0)", String(repeating: "a", count: bytes)) }
    }
    #expect(try reason(fields(127, 10)) == nil)
    #expect(try reason(fields(128, 10)) == .headTooLarge)
    #expect(try reason(fields(1, 16 * 1024 - 3)) == nil)
    #expect(try reason(fields(1, 16 * 1024 - 2)) == .headTooLarge)
    #expect(try reason(fields(6, 10_000)) == nil)
    #expect(try reason(fields(7, 10_000)) == .headTooLarge)
  }

  @Test("is answered with the status of its reason, and the reason is its counter's label")
  func rejectionsAreLabelled() {
    let statuses = Set(Rejection.Reason.allCases.map(\.status))
    #expect(statuses == [400, 403, 405, 413, 414, 417, 421, 426, 431, 505])
    for reason in Rejection.Reason.allCases {
      #expect(reason.rawValue.allSatisfy { $0 == "_" || $0.isASCII && $0.isLowercase })
    }
    #expect(Rejection(decoderError: HTTPParserError.headerOverflow).status == 431)
    #expect(Rejection(decoderError: HTTPParserError.invalidVersion).status == 505)
    #expect(Rejection(decoderError: HTTPParserError.invalidChunkSize).reason == .transferEncoding)
    #expect(Rejection(decoderError: HTTPParserError.invalidHeaderToken).reason == .malformed)
    #expect(Rejection(decoderError: CancellationError()).reason == .malformed)
  }

  @Test("is judged by settings that are refused themselves where they cannot be meant")
  func settingsAreChecked() {
    for host in ["", "a/b", "http://a", "a b", "user@a"] {
      #expect(throws: HeadRulesError.self) { try HeadRules(listenHost: "127.0.0.1", allowedHosts: [host]) }
      #expect(throws: HeadRulesError.self) { try HeadRules(listenHost: host) }
    }
    for origin in ["", "*", "app.example", "https://", "https://a/b", "https://*.a", "null"] {
      #expect(throws: HeadRulesError.self) { try HeadRules(listenHost: "127.0.0.1", allowedOrigins: [origin]) }
    }
  }
}
