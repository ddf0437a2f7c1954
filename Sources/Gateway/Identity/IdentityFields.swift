internal import NIOHTTP1

/// The fields of a request that tell who calls and who pays, gathered in one pass.
struct IdentityFields {
  var agent: String?
  var workflow: String?
  var run: String?
  var parentRun: String?

  var claudeSession: String?
  var claudeAgent: String?
  var claudeParentAgent: String?
  var claudeAgentType: String?
  var claudeToolDurations: String?

  var originator: String?
  var session: String?
  var conversation: String?
  var thread: String?
  var codexParentThread: String?
  var codexSubagent: String?

  var userAgent: String?
  var traceParent: String?
  /// Whether the client says that it sends the request again: SDKs that Stainless makes (OpenAI's, Anthropic's) count retries, AWS's
  /// attempts.
  var isSaidRetry = false
  var baggage = Baggage()

  var authorization: String?
  var apiKey: String?
  var isChatGPTAccount = false
  var hasSubscriptionBeta = false

  init(_ headers: HTTPHeaders) {
    for (name, value) in headers {
      guard let field = KnownField(name) else { continue }
      takeExplicit(field, value)
      if !value.isEmpty { take(field, value) }
    }
  }

  /// Whether any header is one that only Claude Code sends.
  var hasClaudeCodeField: Bool {
    claudeSession != nil || claudeAgent != nil || claudeParentAgent != nil || claudeAgentType != nil
  }

  /// What was given on purpose counts even if it is empty: it is refused then.
  private mutating func takeExplicit(_ field: KnownField, _ value: String) {
    switch field {
    case .tollgateAgent: agent = value
    case .tollgateWorkflow: workflow = value
    case .tollgateRun: run = value
    case .tollgateParentRun: parentRun = value
    default: break
    }
  }

  private mutating func take(_ field: KnownField, _ value: String) {
    switch field {
    case .claudeSession: claudeSession = value
    case .claudeAgent: claudeAgent = value
    case .claudeParentAgent: claudeParentAgent = value
    case .claudeAgentType: claudeAgentType = value
    case .claudeToolDurations: claudeToolDurations = value
    case .originator: originator = value
    case .session: session = value
    case .conversation: conversation = value
    case .thread: thread = value
    case .codexParentThread: codexParentThread = value
    case .codexSubagent: codexSubagent = value
    case .userAgent: userAgent = value
    // There may be one only (W3C Trace Context, section 3.2.1): of several, none is taken.
    case .traceParent: traceParent = traceParent == nil ? value : ""
    case .stainlessRetryCount: isSaidRetry = Int(value).map { $0 > 0 } ?? false
    case .amazonRequest: isSaidRetry = Self.isRetry(amazonRequest: value)
    case .baggage: baggage.read(value)
    case .authorization: authorization = value
    case .apiKeyOfAnthropic, .apiKeyOfAzure, .apiKeyOfGoogle: apiKey = value
    case .webSocketProtocol: apiKey = WebSocketOffer.apiKey(inProtocols: value) ?? apiKey
    case .chatGPTAccount: isChatGPTAccount = true
    case .anthropicBeta:
      if !forEachListMember(of: value, { !$0.equalsIgnoringCase("oauth-2025-04-20") }) { hasSubscriptionBeta = true }
    default: break
    }
  }

  /// `attempt=2; max=3`.
  private static func isRetry(amazonRequest value: String) -> Bool {
    let parts = value.split(whereSeparator: { $0 == ";" || $0 == " " })
    guard let attempt = parts.first(where: { $0.hasPrefix("attempt=") })?.dropFirst("attempt=".count) else {
      return false
    }
    return Int(attempt).map { $0 > 1 } ?? false
  }
}
