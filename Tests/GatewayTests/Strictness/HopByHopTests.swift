import NIOHTTP1
import Testing

@testable import Gateway

@Suite("What crosses Tollgate")
struct HopByHopTests {
  private func lines(_ fields: [(name: String, value: String)]) -> [String] {
    fields.map { "\($0.name): \($0.value)" }
  }

  @Test("of a request is every field that is not the connection's or Tollgate's own, in order, as it was spelled")
  func requestFields() {
    let headers = HTTPHeaders([
      ("Host", "127.0.0.1"), ("User-Agent", "x"), ("Connection", "keep-alive, X-Hop ,close"), ("X-Hop", "a"),
      ("x-hop", "b"), ("Keep-Alive", "5"), ("TE", "trailers"), ("Trailer", "x"), ("Upgrade", "h2c"),
      ("HTTP2-Settings", "x"), ("Proxy-Connection", "x"), ("Proxy-Authorization", "Basic x"),
      ("Transfer-Encoding", "chunked"), ("Content-Length", "1"), ("Expect", "100-continue"),
      ("Authorization", "Bearer sk"), ("X-Tollgate-Agent", "a"), ("x-tollgate-anything", "a"), ("X-Empty", ""),
      ("Forwarded", "for=1"), ("Via", "1.1 a"), ("anthropic-beta", "a"), ("anthropic-beta", "b"), ("Session_ID", "s"),
      ("X-Tollgate", "kept"),
    ])
    #expect(
      lines(HopByHop.forwardable(headers)) == [
        "User-Agent: x", "Authorization: Bearer sk", "X-Empty: ", "Forwarded: for=1", "Via: 1.1 a", "anthropic-beta: a",
        "anthropic-beta: b", "Session_ID: s", "X-Tollgate: kept",
      ])
  }

  @Test("asks for identity coding once, in the client's place and spelling, and only if the client asked for any")
  func acceptEncoding() {
    let both: HTTPHeaders = ["a": "1", "Accept-Encoding": "gzip", "b": "2", "accept-encoding": "br"]
    #expect(lines(HopByHop.forwardable(both)) == ["a: 1", "Accept-Encoding: identity", "b: 2"])
    #expect(lines(HopByHop.forwardable(["a": "1"])) == ["a: 1"])
  }

  @Test("of a reply is every field but framing, the connection's and Tollgate's own")
  func replyFields() throws {
    let fields = try #require(
      HopByHop.forwardableReply([
        ("Content-Type", "text/event-stream"), ("Connection", "close, x-hop, content-type"), ("X-Hop", "a"),
        ("Transfer-Encoding", "chunked"), ("Content-Length", "3"), ("Trailer", "x"), ("Keep-Alive", "x"),
        ("Proxy-Authenticate", "x"), ("x-tollgate-call", "forged"), ("X-Tollgate-Refused", "forged"),
        ("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("request-id", "req_1"), ("x-empty", ""),
        ("Content-Encoding", "gzip"),
      ]))
    #expect(
      lines(fields) == [
        "Content-Type: text/event-stream", "Set-Cookie: a=1", "set-cookie: b=2", "request-id: req_1", "x-empty: ",
        "Content-Encoding: gzip",
      ])
  }

  @Test(
    "of a reply is nothing at all where a field could break the client's framing",
    arguments: [
      ("", "x"), ("a b", "x"), ("na\u{ef}ve", "x"), ("a:", "x"), ("x", "a\r\nset-cookie: b"), ("x", "a\u{0}"),
      ("x", "a\nb"), ("x", "\u{7f}"),
    ])
  func malformedReply(name: String, value: String) {
    #expect(HopByHop.forwardableReply([("ok", "1"), (name, value)]) == nil)
  }

  static let names: [(String, KnownField)] = [
    ("host", .host), ("connection", .connection), ("content-length", .contentLength),
    ("transfer-encoding", .transferEncoding), ("expect", .expect), ("upgrade", .upgrade), ("te", .te),
    ("trailer", .trailer), ("keep-alive", .keepAlive), ("http2-settings", .http2Settings),
    ("proxy-connection", .proxyConnection), ("proxy-authenticate", .proxyAuthenticate),
    ("proxy-authorization", .proxyAuthorization), ("content-type", .contentType),
    ("content-encoding", .contentEncoding), ("accept-encoding", .acceptEncoding), ("authorization", .authorization),
    ("x-api-key", .apiKeyOfAnthropic), ("api-key", .apiKeyOfAzure), ("x-goog-api-key", .apiKeyOfGoogle),
    ("chatgpt-account-id", .chatGPTAccount), ("cookie", .cookie), ("x-tollgate-key", .tollgateKey), ("origin", .origin),
    ("sec-fetch-site", .fetchSite),
    ("user-agent", .userAgent), ("x-tollgate-agent", .tollgateAgent), ("x-tollgate-workflow", .tollgateWorkflow),
    ("x-tollgate-run", .tollgateRun), ("x-tollgate-parent-run", .tollgateParentRun),
    ("x-claude-code-session-id", .claudeSession), ("x-claude-code-agent-id", .claudeAgent),
    ("x-claude-code-parent-agent-id", .claudeParentAgent), ("x-claude-code-agent-type", .claudeAgentType),
    ("x-claude-code-prev-tool-durations", .claudeToolDurations),
    ("originator", .originator), ("session_id", .session), ("session-id", .session), ("conversation_id", .conversation),
    ("thread-id", .thread), ("x-codex-parent-thread-id", .codexParentThread), ("x-openai-subagent", .codexSubagent),
    ("x-stainless-retry-count", .stainlessRetryCount), ("amz-sdk-request", .amazonRequest),
    ("traceparent", .traceParent), ("baggage", .baggage), ("anthropic-beta", .anthropicBeta),
    ("anthropic-version", .anthropicVersion), ("sec-websocket-key", .webSocketKey),
    ("sec-websocket-version", .webSocketVersion), ("sec-websocket-protocol", .webSocketProtocol),
    ("sec-websocket-extensions", .webSocketExtensions),
  ]

  @Test("is told by the field's name without regard to case, for every name that is known")
  func knownNames() {
    for (name, field) in Self.names {
      #expect(KnownField(name) == field)
      #expect(KnownField(name.uppercased()) == field)
      #expect(KnownField(name + "x") == nil)
      #expect(KnownField("x" + name.dropFirst()) == (name.hasPrefix("x") ? field : nil))
      #expect(KnownField(String(name.dropLast())) == nil)
    }
    #expect(Set(Self.names.map(\.1)) == Set(KnownField.allCases))
    #expect(KnownField("") == nil)
    #expect(KnownField("session id") == nil)
    #expect(KnownField(String(repeating: "x", count: 1000)) == nil)
  }
}
