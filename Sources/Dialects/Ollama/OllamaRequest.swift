internal import JSON

/// Requests of Ollama's native APIs, which stream unless told otherwise.
struct OllamaRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case stream = 1
    case message, role
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "stream": .scalar(Field.stream),
        "options": .object(
          RequestMembers.Field.limits, ["num_predict": .object(RequestMembers.Field.tokensMax, [:])]),
        "messages": .array(of: message),
        "tools": RequestMembers.tools, "format": prompt, "input": prompt,
        "prompt": text, "suffix": text, "system": RequestMembers.instructions, "template": text,
        "images": .array(of: RequestMembers.media),
      ]))

  private static let prompt = JSONPattern.size(RequestMembers.Field.prompt)
  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)

  private static let message = JSONPattern.object(
    Field.message,
    [
      "role": .word(Field.role, of: ["assistant", "tool", "system"]),
      "tool_call_id": RequestMembers.callID,
      "tool_name": RequestMembers.toolName,
      "content": text, "thinking": RequestMembers.thought,
      "images": .array(of: RequestMembers.media),
      "tool_calls": .array(of: .object(["function": .object(["name": RequestMembers.toolName, "arguments": prompt])])),
    ])

  private var members = RequestMembers()
  private var roles = MessageRoles()
  private var streams: Bool?
  /// Whether it is embeddings that are asked for, which neither stream nor have a limit.
  private let embeds: Bool

  init(operation: Operation) { embeds = operation == .ollamaEmbed }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
    if label == Field.message.rawValue { roles.begin(&facts) }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .role: roles.value(json)
    case .stream where json.kind == .bool:
      if streams != nil { facts.isAmbiguous = true }
      streams = json.isTrue
    case .stream, .message: break
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    members.end(label, json)
    if label == Field.message.rawValue { roles.end(&facts) }
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole, limit: embeds ? .none : .within("options", member: "num_predict"))
    // A limit of zero is none.
    if facts.outputTokensMax == 0 { facts.outputTokensMax = nil }
    facts.wantsStream = streams ?? !embeds
    facts.wantsStreamUsage = true
    facts.isPromptToldApart = true
  }
}
