internal import JSON
internal import Tokenizers

/// Requests of Messages and `count_tokens`.
///
/// https://docs.anthropic.com/en/api/messages
struct MessagesRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case message = 1
    case role, blockType, isError, source, sourceType, sourceText
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
        "system": text.orArray(of: .object(["text": text])),
        "messages": .array(of: message),
        "tools": RequestMembers.tools,
        "mcp_servers": .size(RequestMembers.Field.stored),
      ]))

  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)

  private static let message = JSONPattern.object(
    Field.message,
    [
      "role": .word(Field.role, of: ["assistant"]),
      "content": text.orArray(
        of: .object([
          "type": .word(Field.blockType, of: ["tool_result"]),
          "is_error": .scalar(Field.isError),
          "text": text,
          "thinking": text,
          "name": text,
          "input": .size(RequestMembers.Field.prompt),
          "content": text.orArray(of: .object(["text": text, "source": source])),
          "source": source,
        ])),
    ])

  /// Text that is handed over as a document. Images and files stand in the same place, and are no text.
  private static let source = JSONPattern.object(
    Field.source,
    [
      "type": .word(Field.sourceType, of: ["text", "base64"]), "data": .stringSize(Field.sourceText),
      "url": .stringSize(RequestMembers.Field.media), "file_id": .stringSize(RequestMembers.Field.media),
    ])

  private var members = RequestMembers()
  private var isAssistant = false
  private var results = 0
  private var errors = 0
  private var sourceType: Int?
  private var sourceBytes = 0
  /// Whether the data came before its type, so that it was not looked at.
  private var isSourceUnread = false

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json)
    switch Field(rawValue: label) {
    case .message:
      isAssistant = false
      results = 0
      errors = 0
    case .source:
      sourceType = nil
      sourceBytes = 0
      isSourceUnread = false
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .role: isAssistant = json.word != nil
    case .blockType: if json.word != nil { results &+= 1 }
    case .isError: if json.isTrue { errors &+= 1 }
    case .sourceType: sourceType = json.word
    case .sourceText:
      sourceBytes = json.size
      isSourceUnread = sourceType == nil
    case .message, .source: break
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    // What stands before the last message of the assistant is history.
    case .message:
      facts.toolResults = isAssistant ? 0 : facts.toolResults &+ results
      facts.toolResultErrors = isAssistant ? 0 : facts.toolResultErrors &+ errors
    case .source: endSource(&facts)
    default: break
    }
  }

  private func endSource(_ facts: inout RequestFacts) {
    if sourceType == 0 {
      facts.promptTextBytes &+= Int64(sourceBytes)
    } else if isSourceUnread {
      let written = Int64(sourceBytes)
      facts.readMedia?.add(.unknown(bytes: written &* 3 / 4), writtenBytes: written)
    }
  }

  /// The data of a source is text if its type was said before it.
  func isText(_ label: UInt8, _ facts: borrowing RequestFacts) -> Bool {
    RequestMembers.isText(label) || label == Field.sourceText.rawValue && sourceType == 0
  }

  func isMedia(_ label: UInt8, _ facts: borrowing RequestFacts) -> Bool {
    label == RequestMembers.Field.media.rawValue || label == Field.sourceText.rawValue && sourceType == 1
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole, limit: .existing)
    facts.wantsStreamUsage = true
  }
}
