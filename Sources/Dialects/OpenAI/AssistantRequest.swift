internal import JSON

/// Requests of Assistants for a run: made on a thread or with one, or given what its tools returned.
///
/// https://platform.openai.com/docs/api-reference/runs/createRun and `/submitToolOutputs`.
struct AssistantRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case toolOutput = 1
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "stream": .scalar(RequestMembers.Field.stream),
        "max_completion_tokens": .object(RequestMembers.Field.tokensMax, [:]),
        "instructions": text,
        "additional_instructions": text,
        "additional_messages": messages,
        "thread": .object(["messages": messages]),
        "tools": .size(RequestMembers.Field.prompt),
        "tool_outputs": .array(of: .object(Field.toolOutput, ["tool_call_id": RequestMembers.callID, "output": text])),
      ]))

  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)
  private static let messages = JSONPattern.array(
    of: .object(["content": text.orArray(of: .object(["text": text]))]))

  private var members = RequestMembers()

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
    if label == Field.toolOutput.rawValue { facts.reading?.beginMessage() }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.value(label, json, &facts)
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    guard label == Field.toolOutput.rawValue else { return }
    facts.toolResults &+= 1
    facts.reading?.endResult()
    facts.reading?.endMessage(.client)
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    // What polls a run or goes on with it takes none.
    members.finish(&facts, isWhole: isWhole, limit: .existing)
    facts.wantsStreamUsage = true
  }
}
