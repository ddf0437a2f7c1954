internal import JSON

/// Requests of Responses.
///
/// https://platform.openai.com/docs/api-reference/responses/create
struct ResponsesRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case item = 1
    case type, id, role, execution, thought, status
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "stream": .scalar(RequestMembers.Field.stream),
        "max_output_tokens": .object(RequestMembers.Field.tokensMax, [:]),
        "service_tier": .text(RequestMembers.Field.tier),
        "instructions": RequestMembers.instructions.orArray(of: item),
        "input": JSONPattern.stringSize(RequestMembers.Field.soleMessage).orArray(of: item),
        "tools": RequestMembers.tools, "tool_choice": RequestMembers.toolChoice,
        "previous_response_id": RequestMembers.previousResponse,
        "conversation": RequestMembers.conversation,
        "prompt": RequestMembers.stored,
        "search_parameters": RequestMembers.stored,
        "plugins": RequestMembers.stored,
        "models": RequestMembers.otherModels,
        "context_management": RequestMembers.stored,
        // It is charged when it is fetched.
        "background": .scalar(RequestMembers.Field.stored),
        "text": .object(["format": .size(RequestMembers.Field.prompt)]),
      ]))

  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)
  private static let arguments = JSONPattern.stringSize(RequestMembers.Field.arguments)
  private static let texts = text.orArray(of: part).orObject(partMembers)
  private static let part = JSONPattern.object(RequestMembers.Field.part, partMembers)
  private static let partMembers: KeyValuePairs<String, JSONPattern> = [
    "type": .word(
      RequestMembers.Field.knownType,
      of: [
        "input_text", "output_text", "text", "summary_text", "reasoning_text", "refusal", "input_image", "input_file",
        "input_audio", "computer_screenshot", "encrypted_content",
      ]),
    "text": text, "refusal": text, "transcript": text, "stdout": text, "stderr": text,
    "image_url": RequestMembers.image, "detail": RequestMembers.detail,
    "file_data": RequestMembers.media, "file_url": RequestMembers.media, "file_id": RequestMembers.media,
    "input_audio": .object(["data": RequestMembers.media]),
  ]

  private static let thoughts = RequestMembers.thought.orArray(
    of: .object(["type": .word(RequestMembers.Field.knownType, of: ["summary_text"]), "text": RequestMembers.thought]))

  private static let item = JSONPattern.object(
    Field.item,
    [
      "type": .word(Field.type, of: ResponsesItem.names),
      "id": .scalar(Field.id),
      "call_id": RequestMembers.callID,
      "approval_request_id": RequestMembers.callID,
      "status": .word(Field.status, of: ["incomplete", "failed"]),
      "role": .word(Field.role, of: ["assistant", "system", "developer"]),
      "execution": .word(Field.execution, of: ["client"]),
      "content": texts,
      "encrypted_content": .stringSize(Field.thought),
      "result": RequestMembers.media,
      "summary": thoughts,
      "output": texts,
      "name": RequestMembers.toolName,
      "arguments": arguments,
      "input": arguments,
      "action": .size(RequestMembers.Field.arguments), "operation": .size(RequestMembers.Field.arguments),
      "code": text,
    ])

  private var members = RequestMembers()
  private var type: ResponsesItem?
  private var role: Int?
  /// Whether the item has an id, by which the provider may know it.
  private var hasID = false
  private var isClientExecution = false
  /// Whether the item has text of its own, or what it stands for in a form that only the provider reads.
  private var hasContent = false
  private var textsBefore: Int64 = 0
  private let isCompaction: Bool

  init(isCompaction: Bool) { self.isCompaction = isCompaction }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
    guard label == Field.item.rawValue else { return }
    type = nil
    role = nil
    hasID = false
    isClientExecution = false
    hasContent = false
    textsBefore = facts.promptTexts
    facts.reading?.beginMessage()
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .type:
      type = ResponsesItem.at(json.word)
      if type == nil, json.kind == .string { facts.hasStoredContext = true }
    case .thought: hasContent = json.size > 0
    case .id: hasID = hasID || json.kind == .string
    case .role: role = json.word
    case .status: if json.word != nil { facts.reading?.fail(.status) }
    case .execution: isClientExecution = json.word != nil
    case .item: break
    case nil:
      if label == RequestMembers.Field.media.rawValue, json.size > 0 { hasContent = true }
      members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    members.end(label, json)
    guard label == Field.item.rawValue else { return }
    if !isWhole(facts) { facts.hasStoredContext = true }
    // An item without a type is a message.
    switch (type ?? .message).role(isClientExecution: isClientExecution) {
    case .result:
      facts.toolResults &+= 1
      facts.reading?.endResult()
      facts.reading?.endMessage(.client)
    // What stands before the last item that the model wrote is history.
    case .message where role == 0: endModelItem(&facts)
    case .message: facts.reading?.endMessage(role == nil ? .client : .instructions)
    case .clientCall, .serverCall, .model: endModelItem(&facts)
    }
  }

  /// Thoughts are left out by clients, or named by their id alone.
  private func endModelItem(_ facts: inout RequestFacts) {
    facts.toolResults = 0
    facts.reading?.endMessage(type == .reasoning || type == .itemReference ? .thought : .model)
  }

  /// Whether all that the item becomes in the prompt stands in it. What is named by its id alone is kept by the provider, with a type or
  /// without one, as is what its tools found.
  private func isWhole(_ facts: borrowing RequestFacts) -> Bool {
    switch type {
    case .reasoning: hasContent || facts.promptTexts > textsBefore
    case .itemReference, .compaction, .compactionTrigger, .additionalTools, .mcpListTools, .program, .programOutput:
      false
    case .webSearchCall, .fileSearchCall, .codeInterpreterCall, .mcpCall, .toolSearchCall, .toolSearchOutput: false
    default: hasContent || facts.promptTexts > textsBefore || !hasID
    }
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    facts.isPromptToldApart = true
    members.finish(&facts, isWhole: isWhole, limit: isCompaction ? .none : .member("max_output_tokens"))
    facts.wantsStreamUsage = true
  }
}
