public import Dialects
internal import Metering

/// Finds what is wrong with a reply. Of one kind and tool, each once.
public enum ReplyAnomalies {
  /// How many a reply may have; those beyond are left out.
  public static let countMax = 16

  /// What is wrong with a reply.
  ///
  /// - Parameters:
  ///   - facts: completed by ``ReplyFacts/compareTools(with:by:)``.
  ///   - status: what the client received. A status that says failure hides nothing.
  ///   - isModelText: whether a model was to write text or call tools: only then is nothing too little.
  ///   - outputTokensMax: the limit that the request named. One of a single token asks for no reply, but whether there is one.
  ///   - hasEnd: whether it has an end that can be missing: a stream has, and a document of which something came.
  ///   - isAborted: whether the client left, or Tollgate ended the call: then nothing is missing.
  public static func find(
    in facts: ReplyFacts, status: Int, isModelText: Bool, outputTokensMax: Int64? = nil, hasEnd: Bool = true,
    isAborted: Bool = false
  ) -> [Anomaly] {
    var found: [Anomaly] = []
    let isProbe = outputTokensMax.map { $0 <= 1 } ?? false
    let isSuccess = (200..<300).contains(status)
    switch facts.ending {
    case .length: if !isProbe { found.append(Anomaly(.cut)) }
    case .contentFilter: found.append(Anomaly(.contentFilter))
    case .refusal: found.append(Anomaly(.refusal))
    case .error: if isSuccess { found.append(Anomaly(.errorInSuccess)) }
    case .missing: if isSuccess, hasEnd, !isAborted { found.append(Anomaly(.missingEnd)) }
    case .stop, .toolUse, .pause, .cancelled, .pending, .other: break
    }
    guard isSuccess, !isAborted else { return found }
    if isModelText, isEmpty(facts, hasEnd: hasEnd), !isProbe { found.append(Anomaly(.emptyReply)) }
    for place in facts.toolCalls.indices where found.count < countMax {
      guard let kind = kind(of: facts.arguments(at: place)) else { continue }
      let anomaly = Anomaly(kind, tool: ToolTable.bounded(facts.toolCalls[place].name))
      if !found.contains(anomaly) { found.append(anomaly) }
    }
    return found
  }

  /// Whether a reply that ended has nothing in it. One that a filter blocked, or that failed, is empty for a reason that is told.
  private static func isEmpty(_ facts: ReplyFacts, hasEnd: Bool) -> Bool {
    if let reason = facts.finishReason, notices.contains(reason) { return false }
    let isEmpty = !facts.hasContent && facts.toolCallCount == 0 && facts.serverToolCalls.isEmpty
    return switch facts.ending {
    case .stop, .length, .other: isEmpty
    case .missing: isEmpty && !hasEnd
    case .toolUse, .contentFilter, .refusal, .error, .pause, .cancelled, .pending: false
    }
  }

  /// Ollama's answers to a request without a message: a model was loaded, or let go.
  private static let notices: Set<String> = ["load", "unload"]

  private static func kind(of arguments: ToolArguments) -> AnomalyKind? {
    if !arguments.isDeclared { return .undeclaredTool }
    if arguments.form == .notJSON { return .argumentsNotJSON }
    return arguments.form == .notObject || arguments.misfit != nil ? .argumentsBreakSchema : nil
  }
}
