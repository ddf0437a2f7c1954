import Dialects
import Metering
import Observability
import Upstream

extension TracedCall {
  /// What its span tells of a call; nil where it asks no model for anything: lists of models, what is stored at a provider, tools.
  init?(_ record: CallRecord, of call: Call) {
    guard let operation = call.endpoint.flatMap({ GenAIOperation($0.operation, method: call.method) }) else {
      return nil
    }
    let origin = call.route.provider.origin
    self.init(
      id: record.id, place: TracePlace(caller: call.identity.trace), operation: operation, provider: record.provider,
      serverAddress: origin.host, serverPort: origin.port, agent: record.agent, workflow: record.workflow,
      startedAt: record.startedAt, outcome: record.outcome)
    durationMicroseconds = record.durationMicroseconds
    run = record.run
    runSource = record.place?.source
    conversation = call.identity.runSource.isSession ? call.identity.run : nil
    modelRequested = record.modelRequested
    model = record.model
    isStream = record.isStream
    outputTokensMax = call.requestFacts.outputTokensMax
    choices = call.requestFacts.choices
    timeToFirstTokenMicroseconds = record.timeToFirstTokenMicroseconds
    overheadMicroseconds = record.outcome == .denied ? nil : record.overheadMicroseconds
    tokens = record.usageSource == .none ? nil : TracedTokens(record.usage)
    usageSource = record.usageSource
    finishReason = record.finishReason
    responseID = record.providerResponseID
    status = record.status
    error = record.error
    if record.outcome != .denied {
      costPicodollars = record.costPicodollars
      costSource = record.costSource
    }
    billing = record.billing
    key = record.virtualKey
    team = record.team
  }
}

extension TracedTurn {
  /// What a call says of tools.
  ///
  /// - Parameter key: the one that the request was read with; nil where none was, so that nothing is known of results.
  init(_ reply: ReplyFacts?, to request: RequestFacts, by key: FingerprintKey?) {
    self.init(
      results: (request.conversation?.toolResults ?? []).map {
        Result(id: $0.call?.bits, nameID: $0.name?.bits, isError: $0.failure != nil)
      })
    // What an MCP client called has been answered by the very reply.
    guard let key, let reply, reply.toolOutcomes.isEmpty else { return }
    asked = reply.toolCalls.map { tool in
      Asked(
        id: tool.id.isEmpty ? nil : key.fingerprint(of: tool.id).bits, nameID: key.fingerprint(of: tool.name).bits,
        name: tool.name, toolCallID: tool.id)
    }
  }
}

extension TracedToolExecution {
  /// The tools of a call to their server, which took as long as the call.
  static func served(_ tools: [ServedTool], by record: CallRecord, of call: Call) -> [TracedToolExecution] {
    let origin = call.route.provider.origin
    return tools.enumerated().map { index, tool in
      TracedToolExecution(
        call: record.id, index: index, place: TracePlace(caller: call.identity.trace),
        origin: .served(provider: record.provider, address: origin.host, port: origin.port), name: tool.name,
        toolCallID: "", agent: record.agent, workflow: record.workflow, run: record.run, startedAt: record.startedAt,
        endedAt: Timestamp(unixMicroseconds: record.startedAt.unixMicroseconds &+ max(0, record.durationMicroseconds)),
        error: tool.outcome == .error ? record.error ?? toolError : nil)
    }
  }
}

extension CallRecord {
  /// What is known of a call that was refused.
  mutating func describeRefused(_ call: Call, endedUptimeNanoseconds: UInt64) {
    modelRequested = call.requestFacts.model
    isStream = call.requestFacts.wantsStream
    run = call.run
    place = call.place
    billing = call.identity.billing
    let elapsed = endedUptimeNanoseconds.subtractingReportingOverflow(call.startedUptimeNanoseconds)
    durationMicroseconds = elapsed.overflow ? 0 : Int64(clamping: elapsed.partialValue / 1_000)
  }
}

extension GenAICall {
  /// Nil where the call asks no model for anything.
  init?(_ call: Call) {
    guard let operation = call.endpoint.flatMap({ GenAIOperation($0.operation, method: call.method) }) else {
      return nil
    }
    let origin = call.route.provider.origin
    self.init(operation: operation, serverAddress: origin.host, serverPort: origin.port)
  }
}

extension GenAIOperation {
  /// What an operation is by the conventions; nil where no model is asked for anything. What is made once and fetched later is a span
  /// where it is made.
  init?(_ operation: Operation, method: String) {
    guard method == "POST" || operation == .socketResponse else { return nil }
    switch operation {
    case .chatCompletions, .asyncChatCompletion, .responses, .assistantRun, .conversations, .messages, .interactions,
      .converse, .invokeModel, .cohereChat, .ollamaChat, .socketResponse:
      self = .chat
    case .completions, .legacyComplete, .llamaCompletion, .ollamaGenerate: self = .textCompletion
    case .generateContent: self = .generateContent
    case .embeddings, .embedContent, .cohereEmbed, .ollamaEmbed: self = .embeddings
    case .rerank: self = .rerank
    case .images: self = .imageGeneration
    case .videos: self = .videoGeneration
    case .speech: self = .speech
    case .transcription: self = .transcription
    case .ocr: self = .ocr
    case .decisions, .predict: self = .other
    case .chatCompletionRetrieval, .responseRetrieval, .fileContent, .messageBatchResults, .interactionRetrieval,
      .cachedContents, .batchGenerateContent, .realtimeSocket, .responsesSocket, .liveSocket, .mcp, .countTokens,
      .models, .moderations, .management:
      return nil
    }
  }
}
