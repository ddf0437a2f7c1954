internal import JSON

/// Requests of Cohere's APIs, both versions.
///
/// https://docs.cohere.com/reference/chat and `/v1/chat`
struct CohereRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case message = 1
    case role, oldResult, oldName
    /// What a chat has, and other requests of the same operation have not.
    case conversation, oldMessage
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "stream": .scalar(RequestMembers.Field.stream),
        "max_tokens": .object(RequestMembers.Field.tokensMax, [:]),
        "thinking": .object(["token_budget": .scalar(RequestMembers.Field.thinking)]),
        "num_generations": .text(RequestMembers.Field.choices),
        "messages": .array(Field.conversation, of: message),
        "tools": RequestMembers.tools, "tool_choice": RequestMembers.toolChoice, "documents": prompt,
        "response_format": prompt,
        // Version 1.
        "message": .size(Field.oldMessage), "preamble": RequestMembers.instructions, "chat_history": prompt,
        "tool_results": .array(of: .object(Field.oldResult, ["call": call, "outputs": prompt])),
        "prompt": text,
        // Embeddings, rankings, classifications.
        "texts": prompt, "images": .array(of: RequestMembers.media), "query": text, "text": text,
        "inputs": .array(of: prompt.orObject(["content": content])),
        "connectors": RequestMembers.stored, "conversation_id": RequestMembers.conversation,
      ]))

  /// Measured as it is written; it has no id.
  private static let call = JSONPattern.size(RequestMembers.Field.arguments).orObject(["name": .text(Field.oldName)])
  private static let prompt = JSONPattern.size(RequestMembers.Field.prompt)
  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)

  private static let content = text.orArray(
    of: .object([
      "type": .word(RequestMembers.Field.knownType, of: ["text", "thinking", "document", "image_url", "image"]),
      "text": text, "thinking": RequestMembers.thought, "document": prompt,
      "image_url": RequestMembers.image, "image": RequestMembers.image,
    ]))

  private static let message = JSONPattern.object(
    Field.message,
    [
      "role": .word(Field.role, of: ["assistant", "tool", "system", "developer"]),
      "tool_call_id": RequestMembers.callID,
      "content": content,
      "tool_plan": RequestMembers.thought,
      "tool_calls": .array(of: .object(["function": .object(["name": RequestMembers.toolName, "arguments": text])])),
    ])

  private var members = RequestMembers()
  private var roles = MessageRoles()
  private var isChat = false
  private let operation: Operation

  init(_ operation: Operation) { self.operation = operation }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
    switch Field(rawValue: label) {
    case .message: roles.begin(&facts)
    case .oldResult: facts.reading?.beginMessage()
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .role: roles.value(json)
    case .oldMessage:
      isChat = true
      members.value(RequestMembers.Field.prompt.rawValue, json, &facts)
    case .oldName: facts.reading?.readResultName(json)
    case .message, .oldResult, .conversation: break
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    members.end(label, json)
    switch Field(rawValue: label) {
    case .conversation: isChat = true
    case .oldResult:
      facts.toolResults &+= 1
      facts.reading?.endLooseResult()
    case .message: roles.end(&facts)
    default: break
    }
  }

  func isText(_ label: UInt8, _ facts: borrowing RequestFacts) -> Bool {
    RequestMembers.isText(label) || label == Field.oldMessage.rawValue
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    facts.isPromptToldApart = true
    // What generates without a chat ends after a few tokens where it names no limit.
    let limit: OutputLimitNaming = isChat ? .member("max_tokens") : .existing
    members.finish(&facts, isWhole: isWhole, limit: operation == .cohereChat ? limit : .none)
    facts.wantsStreamUsage = true
  }
}
