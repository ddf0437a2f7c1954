/// Where an API has the messages of a prompt, and which of the members beside them are known.
///
/// A member that is not known here may be one by which the provider shortens prompts (`truncation`, `transforms`, a limit of the
/// prompt's tokens), so that what it counted of one says nothing of the next: such a request has no ``PromptOutline``.
struct PromptForm: Sendable {
  /// The member with the list of messages.
  var messages: String
  /// The member of a message with the list of its parts.
  var parts: StaticString = "content"
  /// Members that become prompt, or decide how it is made.
  var members: Set<String>
  /// Members that are labels alone, and that clients change from call to call.
  var labels: Set<String> = []
  /// Whether instructions may have a part that the client writes about the call itself.
  var hasCallNote = false

  /// Nil for what has no prompt of messages.
  static func of(_ endpoint: Endpoint) -> PromptForm? {
    switch endpoint.operation {
    case .chatCompletions: chat
    case .responses where !endpoint.isCompaction: responses
    case .messages: anthropic
    case .converse: converse
    case .generateContent: gemini
    default: nil
    }
  }

  private static let chat = PromptForm(
    messages: "messages",
    members: [
      "model", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n", "stop", "seed", "temperature",
      "top_p", "top_k", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "tools",
      "tool_choice", "parallel_tool_calls", "functions", "function_call", "response_format", "reasoning_effort",
      "verbosity", "modalities", "audio", "service_tier", "store", "prompt_cache_retention", "thinking",
      "random_seed", "safe_prompt",
    ],
    labels: ["metadata", "user", "safety_identifier", "prompt_cache_key"])

  private static let responses = PromptForm(
    messages: "input",
    members: [
      "model", "stream", "stream_options", "max_output_tokens", "max_tool_calls", "temperature", "top_p",
      "top_logprobs", "instructions", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning", "store",
      "include", "service_tier", "prompt_cache_retention",
    ],
    labels: ["metadata", "client_metadata", "user", "safety_identifier", "prompt_cache_key"])

  private static let anthropic = PromptForm(
    messages: "messages",
    members: [
      "model", "stream", "max_tokens", "stop_sequences", "temperature", "top_k", "top_p", "system", "tools",
      "tool_choice", "thinking", "output_format", "output_config", "service_tier", "speed", "inference_geo",
      "anthropic_version", "cache_control",
    ],
    labels: ["metadata"], hasCallNote: true)

  private static let converse = PromptForm(
    messages: "messages",
    members: [
      "system", "toolConfig", "inferenceConfig", "performanceConfig", "serviceTier",
      "additionalModelResponseFieldPaths",
    ],
    labels: ["requestMetadata"])

  private static let gemini = PromptForm(
    messages: "contents", parts: "parts",
    members: [
      "model", "systemInstruction", "system_instruction", "tools", "toolConfig", "tool_config", "generationConfig",
      "generation_config", "safetySettings", "safety_settings", "serviceTier", "service_tier",
    ],
    labels: ["labels"])

  /// Values of other members that say that nothing is done, as they are written without blanks.
  static let harmless: [String: Set<String>] = [
    "truncation": [#""disabled""#],
    "background": ["false"],
    "context_management": [
      #"{"edits":[]}"#,
      // All thoughts are kept, which is what is done where nothing is said.
      #"{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]}"#,
      #"{"edits":[{"keep":"all","type":"clear_thinking_20251015"}]}"#,
    ],
  ]

  /// Marks of what is to be cached: no prompt, and moved on with each call. Bedrock's stands in a part of its own.
  static let marks: [StaticString] = ["cache_control"]
  static let partMarks: [StaticString] = ["cachePoint"]
  /// What a tool says of which the model is told only once it has looked for it, by a few words in a later message.
  static let deferral: StaticString = "defer_loading"
  /// Members of a message or of its part with what the model thought, which clients and providers leave out later.
  static let thoughts: [StaticString] = [
    "reasoning_content", "reasoning", "reasoning_details", "reasoningContent", "thinking", "thinking_blocks",
    "thoughtSignature", "thought_signature",
  ]
  /// Types of parts and items that are thoughts.
  static let thoughtTypes: [StaticString] = ["thinking", "redacted_thinking", "reasoning"]
  /// What a part of the instructions begins with in which Claude Code tells of the call.
  static let callNote: StaticString = "x-anthropic-billing-header:"
}
