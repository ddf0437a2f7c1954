public import Metering

/// An LLM call, as far as its span tells: what is known when it is settled or refused. No text of prompts or replies is.
public struct TracedCall: Sendable {
  public var id: CallID
  public var place: TracePlace
  public var operation: GenAIOperation
  /// The provider as the operator calls it, and where it is.
  public var provider: String
  public var serverAddress: String
  public var serverPort: Int
  public var agent: String
  public var workflow: String
  public var startedAt: Timestamp
  public var durationMicroseconds: Int64 = 0

  public var run: String?
  public var runSource: RunSource?
  /// The provider's, or the client's session.
  public var conversation: String?
  public var modelRequested: String?
  public var model: String?
  public var isStream = false
  public var outputTokensMax: Int64?
  public var choices: Int64 = 1
  public var timeToFirstTokenMicroseconds: Int64?
  public var overheadMicroseconds: Int64?
  /// Nil where none is known.
  public var tokens: TracedTokens?
  public var usageSource: UsageSource = .none
  public var finishReason: String?
  public var responseID: String?
  /// The status that the client received; 0 where there was none.
  public var status = 0
  public var outcome: Outcome
  /// A short machine-readable reason; nil where none.
  public var error: String?
  /// Nil where the cost is not known.
  public var costPicodollars: Int64?
  public var costSource: CostSource?
  public var billing: Billing = .metered
  public var key: String?
  public var team: String?

  public init(
    id: CallID, place: TracePlace, operation: GenAIOperation, provider: String, serverAddress: String,
    serverPort: Int, agent: String, workflow: String, startedAt: Timestamp, outcome: Outcome
  ) {
    self.id = id
    self.place = place
    self.operation = operation
    self.provider = provider
    self.serverAddress = serverAddress
    self.serverPort = serverPort
    self.agent = agent
    self.workflow = workflow
    self.startedAt = startedAt
    self.outcome = outcome
  }
}

/// Tokens by the conventions, which include where Tollgate's cells are disjoint: the input has what was read from a cache and written
/// to one, the output has the reasoning.
public struct TracedTokens: Sendable, Equatable {
  public var input: Int64
  public var cacheRead: Int64
  public var cacheCreation: Int64
  public var output: Int64
  public var reasoning: Int64

  public init(input: Int64, cacheRead: Int64, cacheCreation: Int64, output: Int64, reasoning: Int64) {
    self.input = input
    self.cacheRead = cacheRead
    self.cacheCreation = cacheCreation
    self.output = output
    self.reasoning = reasoning
  }

  /// What a call used.
  public init(_ usage: Usage) {
    func sum(_ cells: [UsageCell]) -> Int64 {
      cells.reduce(0) { total, cell in
        let (sum, overflow) = total.addingReportingOverflow(usage[cell])
        return overflow ? .max : sum
      }
    }
    self.init(
      input: usage.promptTokens,
      cacheRead: sum([.cachedInput, .cachedInputAudio, .cachedInputImage, .cachedInputVideo]),
      cacheCreation: sum([.cacheWrite, .cacheWrite5m, .cacheWrite30m, .cacheWrite1h, .cacheWrite12h]),
      output: max(0, usage.totalTokens - usage.promptTokens), reasoning: usage[.reasoning])
  }
}

extension TracedCall {
  /// Where its span stands, and what exemplars name.
  var link: SpanLink { SpanLink(traceID: place.trace(ofCall: id.rawValue), spanID: SpanID(ofCall: id.rawValue)) }

  var endedAt: Timestamp { startedAt.advanced(byMicroseconds: durationMicroseconds) }

  /// The conventions' inference span, or embeddings span.
  public var span: TraceSpan {
    let name = [operation.rawValue, modelRequested ?? model].compactMap { $0 }.joined(separator: " ")
    var span = TraceSpan(
      traceID: link.traceID, spanID: link.spanID, parent: place.parent, name: name, kind: .client,
      startedAt: startedAt, endedAt: endedAt)
    span.links = place.links
    describe(&span.attributes)
    describeReply(&span.attributes)
    describeCost(&span.attributes)
    if outcome != .ok {
      span.status = .error
      span.attributes.set(.errorType, errorType)
    }
    return span
  }

  /// The provider's code or Tollgate's, else the status, else how the call ended.
  private var errorType: String {
    if let error, !error.isEmpty { return error }
    return status >= 400 ? String(status) : outcome.rawValue
  }

  private func describe(_ attributes: inout SpanAttributes) {
    attributes.set(.operationName, operation.rawValue)
    attributes.set(.providerName, GenAIProvider.name(of: provider, host: serverAddress))
    attributes.set(.requestModel, modelRequested)
    attributes.set(.serverAddress, serverAddress)
    attributes.set(.serverPort, Int64(serverPort))
    if isStream { attributes[.requestStream] = .flag(true) }
    attributes.set(.requestMaxTokens, outputTokensMax)
    if choices != 1 { attributes.set(.requestChoiceCount, choices) }
    attributes.set(.conversationID, conversation)
    attributes.set(.agentName, agent)
    attributes.set(.callID, id.description)
    attributes.set(.runID, run)
    attributes.set(.runSource, runSource?.rawValue)
    attributes.set(.workflow, workflow)
    attributes.set(.provider, provider)
    attributes.set(.key, key)
    attributes.set(.team, team)
  }

  private func describeReply(_ attributes: inout SpanAttributes) {
    attributes.set(.outcome, outcome.rawValue)
    if status > 0 { attributes.set(.statusCode, Int64(status)) }
    if outcome != .denied { attributes.set(.responseModel, model) }
    attributes.set(.responseID, responseID)
    if let finishReason { attributes[.responseFinishReasons] = .texts([finishReason]) }
    if isStream, let timeToFirstTokenMicroseconds {
      attributes[.responseTimeToFirstChunk] = .double(Double(timeToFirstTokenMicroseconds) / 1_000_000)
    }
    if let tokens {
      attributes.set(.inputTokens, tokens.input)
      if tokens.cacheRead > 0 { attributes.set(.cacheReadInputTokens, tokens.cacheRead) }
      if tokens.cacheCreation > 0 { attributes.set(.cacheCreationInputTokens, tokens.cacheCreation) }
      if operation != .embeddings { attributes.set(.outputTokens, tokens.output) }
      if tokens.reasoning > 0 { attributes.set(.reasoningOutputTokens, tokens.reasoning) }
      attributes.set(.usageSource, usageSource.rawValue)
    }
    attributes.set(.overheadMicroseconds, overheadMicroseconds)
  }

  private func describeCost(_ attributes: inout SpanAttributes) {
    if let costPicodollars {
      attributes.set(.costUSD, DecimalText.text(Int128(costPicodollars), fractionDigits: 12))
    }
    attributes.set(.costSource, costSource?.rawValue)
    attributes.set(.billing, billing.rawValue)
  }
}
