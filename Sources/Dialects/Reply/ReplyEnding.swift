/// How a reply ended, in one vocabulary for all APIs.
public enum ReplyEnding: String, Sendable, CaseIterable {
  /// The model was done, or wrote what it was to stop at.
  case stop
  /// A limit cut it: the request's, the model's, or that of the context.
  case length
  /// The client is to call tools.
  case toolUse = "tool_use"
  /// A filter of the provider's cut or blocked it.
  case contentFilter = "content_filter"
  /// The model declined.
  case refusal
  /// The provider failed, as its status, its body or its finish reason says.
  case error
  /// The provider pauses, and expects the same conversation again (Anthropic's `pause_turn`).
  case pause
  /// Somebody cancelled it.
  case cancelled
  /// It is still being worked on: a receipt.
  case pending
  /// The stream broke off: no end of its own was seen.
  case missing
  /// It ended, with a word that is not known here or with none.
  case other
}

extension ReplyFacts {
  /// How the reply ended. Tools that the client is to call go before a plain stop, since several APIs have no word for them.
  public var ending: ReplyEnding {
    if let errorCode, toolOutcomes.isEmpty || toolOutcomes.contains(nil) {
      return Self.filterCodes.contains(errorCode) ? .contentFilter : .error
    }
    if isPending { return .pending }
    let word = finishReason.map(ReplyEnding.init(finishReason:))
    switch word {
    case .length, .contentFilter, .refusal, .error, .pause, .cancelled: return word ?? .other
    default: break
    }
    if isBlocked { return .contentFilter }
    guard isTerminal else { return .missing }
    if toolCallCount > 0, toolOutcomes.isEmpty { return .toolUse }
    if hasRefusal { return .refusal }
    // What answers the call of a tool has no word for its end.
    return word ?? (toolOutcomes.isEmpty ? .other : .stop)
  }

  /// What is known of the arguments of a call that is kept.
  public func arguments(at place: Int) -> ToolArguments {
    toolArguments.indices.contains(place) ? toolArguments[place] : .unknown
  }

  /// Codes of errors that say that a filter refused the prompt (OpenAI, Azure).
  private static let filterCodes: Set<String> = [
    "content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation", "moderation_blocked",
  ]
}

extension ReplyEnding {
  /// Reads the word that an API has for it: a finish reason, a stop reason, or the status of a response.
  ///
  /// Words differ between APIs in case and in their joints only where they mean the same, so that one table holds all of them.
  public init(finishReason: String) {
    self = Self.words[Self.normal(finishReason)] ?? .other
  }

  /// In lower case, without the prefix that the names of enumerations may have.
  private static func normal(_ word: String) -> String {
    var text = word.lowercased()
    for prefix in ["finish_reason_", "finishreason."] where text.hasPrefix(prefix) { text.removeFirst(prefix.count) }
    return text
  }

  private static let words: [String: ReplyEnding] = {
    var words: [String: ReplyEnding] = [:]
    for (ending, list) in table { for word in list { words[word] = ending } }
    return words
  }()

  /// OpenAI: https://platform.openai.com/docs/api-reference/chat/object, `/responses/object`, `/realtime-server-events`;
  /// Anthropic: https://docs.anthropic.com/en/api/messages; Google: https://ai.google.dev/api/generate-content#FinishReason, whose
  /// enumeration may come as numbers; Bedrock: `API_runtime_Converse.html` and the families' own; Mistral, Cohere and Ollama: their
  /// API references.
  private static let table: [(ReplyEnding, [String])] = [
    (
      .stop,
      [
        "stop", "end_turn", "stop_sequence", "complete", "completed", "eos", "finish", "finished", "done", "1",
        "stop_criteria_met", "endoftext", "end_of_text",
      ]
    ),
    (
      .length,
      [
        "length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded", "max_messages",
        "incomplete", "error_limit", "max_completion_tokens", "max_prompt_tokens", "too_many_tokens", "2",
      ]
    ),
    (
      .toolUse,
      ["tool_calls", "function_call", "tool_use", "tool_call", "requires_action"]
    ),
    (
      .contentFilter,
      [
        "content_filter", "content_filtered", "guardrail_intervened", "safety", "recitation", "blocklist",
        "prohibited_content", "spii", "language", "model_armor", "image_safety", "image_prohibited_content",
        "image_recitation", "error_toxic", "sensitive", "3", "4", "6", "7", "8",
      ]
    ),
    (.refusal, ["refusal"]),
    (
      .error,
      [
        "error", "failed", "timeout", "malformed_function_call", "unexpected_tool_call", "too_many_tool_calls",
        "missing_thought_signature", "malformed_response", "malformed_model_output", "malformed_tool_use", "other",
        "image_other", "no_image", "insufficient_system_resource", "network_error", "expired", "budget_exceeded",
        "abort", "5", "9",
      ]
    ),
    (.pause, ["pause_turn", "compaction", "continuation", "steered"]),
    (.cancelled, ["cancelled", "canceled", "client_cancelled", "turn_detected", "user_cancel", "cancelling"]),
    (.pending, ["queued", "in_progress"]),
  ]
}
