internal import JSON
internal import Tokenizers

/// Requests of Messages and `count_tokens`.
///
/// https://docs.anthropic.com/en/api/messages
struct MessagesRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case message = 1
    case role, block, blockType, isError, source, sourceType, sourceText
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "stream": .scalar(RequestMembers.Field.stream),
        "max_tokens": .object(RequestMembers.Field.tokensMax, [:]),
        "thinking": .object(["budget_tokens": .scalar(RequestMembers.Field.thinking)]),
        "service_tier": .text(RequestMembers.Field.tier),
        "speed": .text(RequestMembers.Field.speed),
        "system": RequestMembers.instructions.orArray(of: .object(["text": RequestMembers.instructions])),
        "messages": .array(of: message),
        "tools": RequestMembers.tools, "tool_choice": RequestMembers.toolChoice,
        "mcp_servers": RequestMembers.stored,
        // Models that may answer instead. Compaction is a reply of its own, billed besides; what only clears takes away.
        "models": RequestMembers.otherModels, "fallbacks": RequestMembers.otherModels,
        "context_management": management,
        "output_format": .size(RequestMembers.Field.prompt),
        "output_config": .object(["format": .size(RequestMembers.Field.prompt)]),
      ]))

  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)
  private static let management = JSONPattern.object(["edits": .array(of: edit)])
  private static let edit = JSONPattern.object([
    "type": .word(RequestMembers.Field.knownType, of: ["clear_tool_uses_20250919", "clear_thinking_20251015"])
  ])

  private static let message = JSONPattern.object(
    Field.message,
    [
      "role": .word(Field.role, of: ["assistant", "system"]),
      "content": text.orArray(of: block),
    ])

  private static let block = JSONPattern.object(
    Field.block,
    [
      "type": .word(Field.blockType, of: blockTypes),
      "tool_use_id": RequestMembers.callID,
      "is_error": .scalar(Field.isError),
      "text": text,
      "thinking": RequestMembers.thought,
      "name": RequestMembers.toolName,
      "input": .size(RequestMembers.Field.prompt),
      "content": text.orArray(of: inner),
      "title": text, "context": text,
      // Text that may be cited is cut into numbered pieces.
      "citations": .object(["enabled": .scalar(RequestMembers.Field.stored)]),
      "source": source,
    ])

  /// The first one is that of a result. Other types bring what the body does not show (files by id, what the provider's tools
  /// found), or media in places that are not looked into.
  private static let blockTypes = [
    "tool_result", "text", "thinking", "redacted_thinking", "tool_use", "image", "document", "search_result",
    "server_tool_use",
  ]

  private static let inner = JSONPattern.object([
    "type": .word(
      RequestMembers.Field.knownType, of: ["text", "image", "document", "search_result", "tool_reference"]),
    "text": text, "title": text, "content": text.orArray(of: .object(["text": text])), "source": source,
  ])

  /// Text that is handed over as a document. Images and files stand in the same place, and are no text.
  private static let source = JSONPattern.object(
    Field.source,
    [
      "content": text.orArray(of: .object(["text": text, "source": innermostSource])),
      "type": .word(Field.sourceType, of: ["text", "base64"]), "data": .stringSize(Field.sourceText),
      "url": RequestMembers.media, "file_id": RequestMembers.media,
    ])

  /// The images of a document that is put together from blocks.
  private static let innermostSource = JSONPattern.object([
    "data": RequestMembers.media, "url": RequestMembers.media, "file_id": RequestMembers.media,
  ])

  private var members = RequestMembers()
  private var role: Int?
  private var isResult = false
  private var isMarked = false
  private var results = 0
  private var errors = 0
  private var source = DocumentSource()

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
    switch Field(rawValue: label) {
    case .message:
      role = nil
      results = 0
      errors = 0
      facts.reading?.beginMessage()
    case .block:
      isResult = false
      isMarked = false
      facts.reading?.beginResult()
    case .source: source = DocumentSource()
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .role: role = json.word
    case .blockType:
      if json.word == 0 {
        results &+= 1
        isResult = true
      }
      if json.word == nil, json.kind == .string { facts.hasStoredContext = true }
    case .isError: readMark(json, &facts)
    case .sourceType: source.kind = json.word.flatMap(DocumentSource.Kind.init(rawValue:))
    case .sourceText: source.take(json)
    case .message, .block, .source: break
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .message: endMessage(&facts)
    case .block: if isResult { facts.reading?.endResult(isMarked: isMarked) }
    case .source: source.settle(&facts)
    default: break
    }
  }

  private mutating func readMark(_ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    isMarked = json.kind == .bool
    guard json.isTrue else { return }
    errors &+= 1
    facts.reading?.fail(.mark)
  }

  /// What stands before the last message of the assistant is history.
  private func endMessage(_ facts: inout RequestFacts) {
    facts.toolResults = role == 0 ? 0 : facts.toolResults &+ results
    facts.toolResultErrors = role == 0 ? 0 : facts.toolResultErrors &+ errors
    facts.reading?.endMessage(role == 0 ? .model : role == nil ? .client : .instructions)
  }

  /// The data of a source is text if its type was said before it.
  func isText(_ label: UInt8, _ facts: borrowing RequestFacts) -> Bool {
    RequestMembers.isText(label) || label == Field.sourceText.rawValue && source.isText
  }

  func isMedia(_ label: UInt8, _ facts: borrowing RequestFacts) -> Bool {
    label == RequestMembers.Field.media.rawValue || label == Field.sourceText.rawValue && source.isBase64
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole, limit: .existing)
    facts.wantsStreamUsage = true
    facts.isPromptToldApart = true
  }
}
