public import Metering

/// A run that has ended, or an agent within it, as far as its span tells.
public struct TracedRun: Sendable {
  public var place: TracedRunPlace
  /// The agent or run above it, as ``TracedRunPlace/agent`` names it; nil for the outermost run.
  public var parent: String?
  /// Nil where it is not known.
  public var agent: String?
  /// The node of the run's tree, where the client tells its agents apart.
  public var agentID: String?
  public var workflow: String?
  /// The run's id, as the runs endpoints know it.
  public var run: String
  /// The provider of its calls and the model; nil where it had several.
  public var provider: String?
  public var host: String?
  public var model: String?
  public var startedAt: Timestamp
  public var endedAt: Timestamp
  public var tokens: TracedTokens?
  /// Nil where not all of its calls are known.
  public var llmCalls: Int64?
  public var toolCalls: Int64?
  /// Nil where the cost of a call is not known.
  public var costPicodollars: Int128?
  /// How it ended, in one word: `ok`, `unanswered_tool`; nil for an agent within a run.
  public var outcome: String?
  /// Why it failed; nil where it did not.
  public var error: String?
  public var conversation: String?

  public init(
    place: TracedRunPlace, parent: String? = nil, agent: String?, workflow: String?, run: String, startedAt: Timestamp,
    endedAt: Timestamp, outcome: String? = nil
  ) {
    self.place = place
    self.parent = parent
    self.agent = agent
    self.workflow = workflow
    self.run = run
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.outcome = outcome
  }
}

extension TracedRun {
  /// What `gen_ai.provider.name`, which is required, says of a run of several providers.
  private static let severalProviders = "tollgate"

  /// The conventions' span of an agent's invocation.
  public var span: TraceSpan {
    var span = TraceSpan(
      traceID: place.trace, spanID: place.span, parent: parentSpan,
      name: [GenAIOperation.invokeAgent.rawValue, agent].compactMap { $0 }.joined(separator: " "), kind: .internal,
      startedAt: startedAt, endedAt: endedAt)
    span.attributes.set(.operationName, GenAIOperation.invokeAgent.rawValue)
    span.attributes.set(
      .providerName, provider.map { GenAIProvider.name(of: $0, host: host ?? "") } ?? Self.severalProviders)
    span.attributes.set(.requestModel, model)
    span.attributes.set(.agentName, agent)
    span.attributes.set(.agentID, agentID)
    span.attributes.set(.conversationID, conversation)
    if let tokens {
      span.attributes.set(.inputTokens, tokens.input)
      if tokens.cacheRead > 0 { span.attributes.set(.cacheReadInputTokens, tokens.cacheRead) }
      if tokens.cacheCreation > 0 { span.attributes.set(.cacheCreationInputTokens, tokens.cacheCreation) }
      span.attributes.set(.outputTokens, tokens.output)
    }
    span.attributes.set(.runID, run)
    span.attributes.set(.workflow, workflow)
    span.attributes.set(.runLLMCalls, llmCalls)
    span.attributes.set(.runToolCalls, toolCalls)
    span.attributes.set(.runOutcome, outcome)
    if let costPicodollars {
      span.attributes.set(.costUSD, DecimalText.text(costPicodollars, fractionDigits: 12))
    }
    if let error {
      span.status = .error
      span.attributes.set(.errorType, error)
    }
    return span
  }

  private var parentSpan: SpanParent? {
    if let parent { return SpanParent(SpanID(ofAgent: parent, run: place.root)) }
    return place.joined.map { SpanParent($0.spanID, isRemote: true) }
  }
}
