internal import JSON
internal import Metering

/// Requests of Chat Completions, Completions, Embeddings and Moderations.
///
/// https://platform.openai.com/docs/api-reference/chat/create
struct ChatRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case streamOptions = 1
    case includeUsage, message, role
    case inputText, token
    case prediction
    /// An entry of a conversation that Mistral keeps.
    case entry, entryType
  }

  static let shape = JSONShape(body)

  /// Of a request that is queued, as Perplexity takes it.
  static let asyncShape = JSONShape(.object(["request": body]))

  private static let body = JSONPattern.object(
    RequestMembers.Field.body,
    [
      "model": .text(RequestMembers.Field.model),
      "stream": .scalar(RequestMembers.Field.stream),
      "max_completion_tokens": .object(RequestMembers.Field.tokensMaxNew, [:]),
      "max_tokens": .object(RequestMembers.Field.tokensMaxOld, [:]),
      // llama.cpp's own, and that of Mistral's conversations.
      "n_predict": .object(RequestMembers.Field.tokensMaxForeign, [:]),
      "completion_args": .object([
        "max_tokens": .object(RequestMembers.Field.tokensMaxForeign, [:]), "tool_choice": RequestMembers.toolChoice,
      ]),
      "thinking": .object(["budget_tokens": thought]),
      "reasoning": .object(["max_tokens": thought]),
      "thinking_budget": thought,
      "extra_body": .object(google), "google": googleThinking,
      "n": .text(RequestMembers.Field.choices),
      "best_of": .text(RequestMembers.Field.bestOf),
      "service_tier": .text(RequestMembers.Field.tier),
      "stream_options": .object(Field.streamOptions, ["include_usage": .object(Field.includeUsage, [:])]),
      "messages": .array(of: message),
      "inputs": JSONPattern.stringSize(RequestMembers.Field.soleMessage).orArray(of: entry),
      "prompt": input,
      "suffix": .stringSize(RequestMembers.Field.prompt),
      "input": input,
      "tools": RequestMembers.tools,
      "web_search_options": RequestMembers.stored,
      // xAI's: it is charged when it is fetched.
      "deferred": .scalar(RequestMembers.Field.stored),
      "prediction": .size(Field.prediction),
      "search_parameters": RequestMembers.stored,
      "enable_search": RequestMembers.stored.orScalar(),
      "plugins": RequestMembers.stored,
      // OpenRouter's: others that may answer instead, at prices of their own.
      "models": RequestMembers.otherModels,
      "preset": RequestMembers.stored,
      "data_sources": RequestMembers.stored,
      "agent_id": RequestMembers.stored,
      "prompt_mode": RequestMembers.stored,
      "chat_template": RequestMembers.stored,
      "image_data": RequestMembers.stored,
      "multimodal_data": RequestMembers.stored,
      "functions": RequestMembers.tools,
      "tool_choice": RequestMembers.toolChoice, "function_call": RequestMembers.functionCall,
      "response_format": prompt,
    ])

  /// Budgets of thought: as Anthropic's models, OpenRouter, Qwen and Gemini have them.
  private static let thought = JSONPattern.scalar(RequestMembers.Field.thinking)
  private static let google: KeyValuePairs<String, JSONPattern> = ["google": googleThinking]
  private static let googleThinking = JSONPattern.object([
    "thinking_config": .object(["thinking_budget": thought, "thinkingBudget": thought]),
    "cached_content": RequestMembers.stored,
  ])

  private static let prompt = JSONPattern.size(RequestMembers.Field.prompt)
  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)

  private static let arguments = JSONPattern.stringSize(RequestMembers.Field.arguments)
  /// Text or tokens, or a list of either: of Completions and Embeddings.
  private static let input = inputText.orArray(
    of: inputText.orScalar().orArray(of: .scalar(Field.token)).orObject([
      "text": inputText, "content": prompt,
      "image": RequestMembers.image, "image_url": RequestMembers.image, "video": RequestMembers.image,
      "audio": RequestMembers.image,
    ]).announced())
  private static let inputText = JSONPattern.stringSize(Field.inputText)

  private static let part = JSONPattern.object([
    "type": .word(RequestMembers.Field.knownType, of: partTypes),
    "text": text, "refusal": text,
    "thinking": RequestMembers.thought.orArray(of: .object(["text": RequestMembers.thought])),
    "image_url": RequestMembers.image, "video_url": RequestMembers.image, "audio_url": RequestMembers.image,
    "document_url": RequestMembers.image, "file_url": RequestMembers.image, "pdf_url": RequestMembers.image,
    "input_audio": RequestMembers.media.orObject(["data": RequestMembers.media]),
    "file": .object(["file_data": RequestMembers.media, "file_id": RequestMembers.media]),
    "file_id": RequestMembers.media,
  ])

  /// Parts of OpenAI, and of those that speak its dialect.
  private static let partTypes = [
    "text", "refusal", "thinking", "reference", "image_url", "video_url", "audio_url", "document_url", "file_url",
    "pdf_url", "input_audio", "file",
  ]

  private static let message = JSONPattern.object(
    Field.message,
    [
      "role": .word(Field.role, of: roles),
      "tool_call_id": RequestMembers.callID,
      "content": text.orArray(of: part),
      "reasoning_content": RequestMembers.thought,
      "reasoning": RequestMembers.thought,
      // Images and sounds that the model made.
      "images": .array(of: part),
      "audio": .object(["id": RequestMembers.stored]),
      "annotations": .array(of: .object(["file": RequestMembers.stored])),
      "refusal": text,
      "name": RequestMembers.toolName,
      "tool_calls": .array(
        of: .object([
          "function": .object(["name": RequestMembers.toolName, "arguments": arguments]),
          "custom": .object(["name": RequestMembers.toolName, "input": arguments]),
        ])),
      "function_call": .object(["name": RequestMembers.toolName, "arguments": arguments]),
    ])

  /// https://docs.mistral.ai/api/endpoint/beta/conversations
  private static let entry = JSONPattern.object(
    Field.entry,
    [
      "type": .word(Field.entryType, of: entryTypes),
      "role": .word(Field.role, of: roles),
      "tool_call_id": RequestMembers.callID,
      "result": text,
      "content": text.orArray(of: part),
      "name": RequestMembers.toolName,
      "arguments": JSONPattern.size(RequestMembers.Field.arguments),
    ])

  /// The first one is a result; the others are the model's.
  private static let entryTypes = [
    "function.result", "message.output", "function.call", "tool.execution", "agent.handoff",
  ]

  /// Who writes something else than a user does.
  private static let roles = ["assistant", "tool", "function", "system", "developer"]

  /// What is made of text and of the media above alone; conversations are kept by the provider.
  private static let bounded: [Operation] = [.chatCompletions, .completions, .embeddings, .llamaCompletion]

  /// How much text a token stands for, about.
  private static let bytesPerToken: Int64 = 4

  private var members = RequestMembers()
  private var streamOptions = StreamOptionsReader()
  private let endpoint: Endpoint
  private var messageRoles = MessageRoles(results: 2)
  private var entryType: Int?
  private var tokens: Int64 = 0
  private var hasInputText = false
  private var prompts: Int64 = 0

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
    streamOptions.begin(Field(rawValue: label), json)
    if label == Field.message.rawValue || label == Field.entry.rawValue {
      entryType = nil
      messageRoles.begin(&facts)
    }
    if label == Field.inputText.rawValue { prompts &+= 1 }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .role: messageRoles.value(json)
    case .entryType: entryType = json.word
    case .inputText where json.kind == .string:
      hasInputText = true
      prompts &+= 1
      facts.promptTextBytes &+= Int64(json.size)
    case .inputText, .token: addToken(json, &facts)
    case .prediction:
      facts.promptTextBytes &+= Int64(json.size)
      facts.predictedBytes &+= json.kind == .container ? Int64(json.size) : 0
    case let field:
      members.value(label, json, &facts)
      streamOptions.value(field, json)
    }
  }

  /// Counts a token that stands in place of its text.
  private mutating func addToken(_ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    guard json.kind == .number else { return }
    tokens &+= 1
    facts.promptTextBytes &+= Self.bytesPerToken
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    members.end(label, json)
    streamOptions.end(Field(rawValue: label), json)
    if label == Field.message.rawValue { messageRoles.end(&facts) }
    if label == Field.entry.rawValue { endEntry(&facts) }
  }

  private func endEntry(_ facts: inout RequestFacts) {
    switch entryType {
    case 0:
      facts.toolResults &+= 1
      facts.reading?.endResult()
      facts.reading?.endMessage(.client)
    case nil: messageRoles.end(&facts)
    default:
      facts.toolResults = 0
      facts.reading?.endMessage(.model)
    }
  }

  func isText(_ label: UInt8, _ facts: borrowing RequestFacts) -> Bool {
    RequestMembers.isText(label) || label == Field.inputText.rawValue
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  /// Completions that name no limit end after a few tokens at OpenAI.
  private func limit(model: String?) -> OutputLimitNaming {
    switch endpoint.operation {
    case .chatCompletions where endpoint.dialect == .openai:
      .member(ChatLimitName.name(model: model, deployment: endpoint.model))
    case .chatCompletions: .member(ChatLimitName.old)
    case .llamaCompletion: .member("n_predict")
    case .completions, .conversations: .existing
    default: .none
    }
  }

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    if streamOptions.isAmbiguous { facts.isAmbiguous = true }
    members.finish(
      &facts, isWhole: isWhole, limit: limit(model: facts.model),
      obeysForeign: endpoint.operation == .llamaCompletion || endpoint.operation == .conversations)
    facts.isPromptToldApart = Self.bounded.contains(endpoint.operation)
    if !hasInputText { facts.usage[.input] = tokens }
    if endpoint.operation == .completions { facts.prompts = max(1, prompts) }
    guard endpoint.operation == .chatCompletions || endpoint.operation == .completions else {
      facts.wantsStreamUsage = true
      return
    }
    facts.wantsStreamUsage = streamOptions.includesUsage
    if facts.isComplete, !facts.isAmbiguous {
      facts.streamOptions = streamOptions.location(brace: members.braceOffset)
    }
  }
}
