/// The header fields that Tollgate looks at or does not pass on, so that a name is told apart once, without a new string.
enum KnownField: String, CaseIterable {
  // Framing and the connection.
  case host
  case connection
  case contentLength = "content-length"
  case transferEncoding = "transfer-encoding"
  case expect
  case upgrade
  case te
  case trailer
  case keepAlive = "keep-alive"
  case proxyConnection = "proxy-connection"
  case proxyAuthenticate = "proxy-authenticate"
  case proxyAuthorization = "proxy-authorization"
  case http2Settings = "http2-settings"
  // What a body is.
  case contentType = "content-type"
  case contentEncoding = "content-encoding"
  case acceptEncoding = "accept-encoding"
  // Credentials.
  case authorization
  case apiKeyOfAnthropic = "x-api-key"
  case apiKeyOfAzure = "api-key"
  case apiKeyOfGoogle = "x-goog-api-key"
  case chatGPTAccount = "chatgpt-account-id"
  case cookie
  // Browsers.
  case origin
  case fetchSite = "sec-fetch-site"
  // Who is calling.
  case userAgent = "user-agent"
  case tollgateAgent = "x-tollgate-agent"
  case tollgateWorkflow = "x-tollgate-workflow"
  case tollgateRun = "x-tollgate-run"
  case tollgateParentRun = "x-tollgate-parent-run"
  case claudeSession = "x-claude-code-session-id"
  case claudeAgent = "x-claude-code-agent-id"
  case claudeParentAgent = "x-claude-code-parent-agent-id"
  case claudeAgentType = "x-claude-code-agent-type"
  case originator
  case sessionWithUnderscore = "session_id"
  case session = "session-id"
  case conversation = "conversation_id"
  case thread = "thread-id"
  case codexParentThread = "x-codex-parent-thread-id"
  case codexSubagent = "x-openai-subagent"
  case traceParent = "traceparent"
  case baggage
  case anthropicBeta = "anthropic-beta"
  case anthropicVersion = "anthropic-version"

  init?(_ name: String) {
    self.init(bytes: name.utf8.span)
  }

  init?(bytes: borrowing Span<UInt8>) {
    guard bytes.count < Self.byLength.count else { return nil }
    candidates: for field in Self.byLength[bytes.count] {
      let wanted = field.rawValue.utf8.span
      for index in bytes.indices where bytes[index].asciiLowercased != wanted[index] { continue candidates }
      self = field
      return
    }
    return nil
  }

  /// The fields whose name has so many bytes.
  private static let byLength: [[KnownField]] = {
    var table: [[KnownField]] = []
    for field in allCases {
      let length = field.rawValue.utf8.count
      while table.count <= length { table.append([]) }
      table[length].append(field)
    }
    return table
  }()
}
