/// The attributes that spans have, by their names.
///
/// `gen_ai.*`, `mcp.*`, `server.*`, `error.type` and `http.*` are OpenTelemetry's semantic conventions
/// (https://github.com/open-telemetry/semantic-conventions-genai, read in November 2026); `tollgate.*` are Tollgate's own, for what
/// the conventions have no name for.
public enum AttributeKey: String, Sendable, CaseIterable {
  case operationName = "gen_ai.operation.name"
  case providerName = "gen_ai.provider.name"
  case requestModel = "gen_ai.request.model"
  case requestMaxTokens = "gen_ai.request.max_tokens"
  case requestChoiceCount = "gen_ai.request.choice.count"
  case requestStream = "gen_ai.request.stream"
  case responseModel = "gen_ai.response.model"
  case responseID = "gen_ai.response.id"
  case responseFinishReasons = "gen_ai.response.finish_reasons"
  case responseTimeToFirstChunk = "gen_ai.response.time_to_first_chunk"
  case inputTokens = "gen_ai.usage.input_tokens"
  case outputTokens = "gen_ai.usage.output_tokens"
  case cacheReadInputTokens = "gen_ai.usage.cache_read.input_tokens"
  case cacheCreationInputTokens = "gen_ai.usage.cache_creation.input_tokens"
  case reasoningOutputTokens = "gen_ai.usage.reasoning.output_tokens"
  case conversationID = "gen_ai.conversation.id"
  case agentName = "gen_ai.agent.name"
  case agentID = "gen_ai.agent.id"
  case toolName = "gen_ai.tool.name"
  case toolCallID = "gen_ai.tool.call.id"
  case toolType = "gen_ai.tool.type"
  case mcpMethodName = "mcp.method.name"

  case errorType = "error.type"
  case serverAddress = "server.address"
  case serverPort = "server.port"
  case statusCode = "http.response.status_code"

  /// The id that `x-tollgate-call` shows.
  case callID = "tollgate.call.id"
  /// The run, as the runs endpoints know it.
  case runID = "tollgate.run.id"
  /// What linked the call to its run.
  case runSource = "tollgate.run.source"
  case workflow = "tollgate.workflow"
  /// The provider as the operator calls it.
  case provider = "tollgate.provider"
  case outcome = "tollgate.outcome"
  /// A decimal string: exact, as no double is. Absent where the cost is not known.
  case costUSD = "tollgate.cost_usd"
  case costSource = "tollgate.cost.source"
  case billing = "tollgate.billing"
  case usageSource = "tollgate.usage_source"
  /// The virtual key and its team.
  case key = "tollgate.key"
  case team = "tollgate.team"
  /// What Tollgate itself added before it sent the call on.
  case overheadMicroseconds = "tollgate.overhead_us"
  /// Whether the tool's time was told from the reply that asked and the request that answered, and not measured.
  case isInferred = "tollgate.inferred"
  case runLLMCalls = "tollgate.run.llm_calls"
  case runToolCalls = "tollgate.run.tool_calls"
  case runOutcome = "tollgate.run.outcome"

  /// Of the resource, which is Tollgate itself.
  case serviceName = "service.name"
  case serviceVersion = "service.version"
}

/// What an attribute says.
public enum AttributeValue: Sendable, Equatable {
  case text(String)
  case texts([String])
  case integer(Int64)
  case flag(Bool)
  /// The conventions have doubles for seconds; nothing is counted with them.
  case double(Double)
}

/// The attributes of one span, in the order in which they were set.
public struct SpanAttributes: Sendable, Equatable {
  /// Bytes of a text at most; what is longer is cut between two characters.
  public static let textBytesMax = 1_024

  private(set) var entries: [(key: AttributeKey, value: AttributeValue)] = []

  public init() {}

  /// The value of a key; setting nil leaves it out.
  public subscript(key: AttributeKey) -> AttributeValue? {
    get { entries.first { $0.key == key }?.value }
    set {
      entries.removeAll { $0.key == key }
      if let newValue { entries.append((key, newValue)) }
    }
  }

  mutating func set(_ key: AttributeKey, _ text: String?) {
    if let text, !text.isEmpty { self[key] = .text(text) }
  }

  mutating func set(_ key: AttributeKey, _ number: Int64?) {
    if let number { self[key] = .integer(number) }
  }

  public static func == (lhs: SpanAttributes, rhs: SpanAttributes) -> Bool {
    lhs.entries.elementsEqual(rhs.entries) { $0.key == $1.key && $0.value == $1.value }
  }
}
