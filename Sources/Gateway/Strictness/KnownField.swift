/// The header fields that Tollgate looks at or does not pass on, told apart once by name, without a new string.
enum KnownField: CaseIterable {
  // Framing and the connection.
  case host, connection, contentLength, transferEncoding, expect, upgrade, te, trailer, keepAlive, http2Settings
  case proxyConnection, proxyAuthenticate, proxyAuthorization
  // What a body is.
  case contentType, contentEncoding, acceptEncoding
  // Credentials.
  case authorization, apiKeyOfAnthropic, apiKeyOfAzure, apiKeyOfGoogle, chatGPTAccount, cookie, tollgateKey
  // Browsers.
  case origin, fetchSite
  // Who is calling.
  case userAgent, tollgateAgent, tollgateWorkflow, tollgateRun, tollgateParentRun
  case claudeSession, claudeAgent, claudeParentAgent, claudeAgentType, claudeToolDurations
  case originator, session, conversation, thread, codexParentThread, codexSubagent, stainlessRetryCount, amazonRequest
  case traceParent, baggage, anthropicBeta, anthropicVersion
  // The opening of a WebSocket.
  case webSocketKey, webSocketVersion, webSocketProtocol, webSocketExtensions

  init?(_ name: String) {
    guard let field = name.withBytes({ KnownField(bytes: $0) }) else { return nil }
    self = field
  }

  /// The field of this name, whatever the case of its letters.
  init?(bytes name: borrowing Span<UInt8>) {
    let field: KnownField? =
      switch name.count {
      case 0...8: Self.short(name)
      case 9...12: Self.medium(name)
      case 13...16: Self.long(name)
      case 17...33: Self.longest(name)
      default: nil
      }
    guard let field else { return nil }
    self = field
  }

  private static func short(_ name: borrowing Span<UInt8>) -> KnownField? {
    switch name.count {
    case 2 where name.equalsIgnoringCase("te"): .te
    case 4 where name.equalsIgnoringCase("host"): .host
    case 6 where name.equalsIgnoringCase("cookie"): .cookie
    case 6 where name.equalsIgnoringCase("expect"): .expect
    case 6 where name.equalsIgnoringCase("origin"): .origin
    case 7 where name.equalsIgnoringCase("api-key"): .apiKeyOfAzure
    case 7 where name.equalsIgnoringCase("baggage"): .baggage
    case 7 where name.equalsIgnoringCase("trailer"): .trailer
    case 7 where name.equalsIgnoringCase("upgrade"): .upgrade
    default: nil
    }
  }

  private static func medium(_ name: borrowing Span<UInt8>) -> KnownField? {
    switch name.count {
    case 9 where name.equalsIgnoringCase("x-api-key"): .apiKeyOfAnthropic
    case 9 where name.equalsIgnoringCase("thread-id"): .thread
    case 10 where name.equalsIgnoringCase("connection"): .connection
    case 10 where name.equalsIgnoringCase("keep-alive"): .keepAlive
    case 10 where name.equalsIgnoringCase("user-agent"): .userAgent
    case 10 where name.equalsIgnoringCase("originator"): .originator
    case 10 where name.equalsIgnoringCase("session-id"): .session
    case 10 where name.equalsIgnoringCase("session_id"): .session
    case 11 where name.equalsIgnoringCase("traceparent"): .traceParent
    case 12 where name.equalsIgnoringCase("content-type"): .contentType
    default: nil
    }
  }

  private static func long(_ name: borrowing Span<UInt8>) -> KnownField? {
    switch name.count {
    case 13 where name.equalsIgnoringCase("authorization"): .authorization
    case 14 where name.equalsIgnoringCase("content-length"): .contentLength
    case 14 where name.equalsIgnoringCase("anthropic-beta"): .anthropicBeta
    case 14 where name.equalsIgnoringCase("x-goog-api-key"): .apiKeyOfGoogle
    case 14 where name.equalsIgnoringCase("x-tollgate-run"): .tollgateRun
    case 14 where name.equalsIgnoringCase("x-tollgate-key"): .tollgateKey
    case 14 where name.equalsIgnoringCase("http2-settings"): .http2Settings
    case 14 where name.equalsIgnoringCase("sec-fetch-site"): .fetchSite
    case 15 where name.equalsIgnoringCase("accept-encoding"): .acceptEncoding
    case 15 where name.equalsIgnoringCase("conversation_id"): .conversation
    case 15 where name.equalsIgnoringCase("amz-sdk-request"): .amazonRequest
    case 16 where name.equalsIgnoringCase("x-tollgate-agent"): .tollgateAgent
    case 16 where name.equalsIgnoringCase("content-encoding"): .contentEncoding
    case 16 where name.equalsIgnoringCase("proxy-connection"): .proxyConnection
    default: nil
    }
  }

  private static func longest(_ name: borrowing Span<UInt8>) -> KnownField? {
    switch name.count {
    case 17 where name.equalsIgnoringCase("anthropic-version"): .anthropicVersion
    case 17 where name.equalsIgnoringCase("transfer-encoding"): .transferEncoding
    case 17 where name.equalsIgnoringCase("x-openai-subagent"): .codexSubagent
    case 17 where name.equalsIgnoringCase("sec-websocket-key"): .webSocketKey
    case 18 where name.equalsIgnoringCase("chatgpt-account-id"): .chatGPTAccount
    case 18 where name.equalsIgnoringCase("proxy-authenticate"): .proxyAuthenticate
    case 19 where name.equalsIgnoringCase("x-tollgate-workflow"): .tollgateWorkflow
    case 19 where name.equalsIgnoringCase("proxy-authorization"): .proxyAuthorization
    case 21 where name.equalsIgnoringCase("x-tollgate-parent-run"): .tollgateParentRun
    case 21 where name.equalsIgnoringCase("sec-websocket-version"): .webSocketVersion
    case 22 where name.equalsIgnoringCase("x-claude-code-agent-id"): .claudeAgent
    case 22 where name.equalsIgnoringCase("sec-websocket-protocol"): .webSocketProtocol
    case 23 where name.equalsIgnoringCase("x-stainless-retry-count"): .stainlessRetryCount
    case 24 where name.equalsIgnoringCase("x-claude-code-session-id"): .claudeSession
    case 24 where name.equalsIgnoringCase("x-claude-code-agent-type"): .claudeAgentType
    case 24 where name.equalsIgnoringCase("x-codex-parent-thread-id"): .codexParentThread
    case 24 where name.equalsIgnoringCase("sec-websocket-extensions"): .webSocketExtensions
    case 29 where name.equalsIgnoringCase("x-claude-code-parent-agent-id"): .claudeParentAgent
    case 33 where name.equalsIgnoringCase("x-claude-code-prev-tool-durations"): .claudeToolDurations
    default: nil
    }
  }
}
