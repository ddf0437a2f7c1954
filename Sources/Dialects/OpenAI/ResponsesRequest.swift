internal import JSON

/// Requests of Responses.
///
/// https://platform.openai.com/docs/api-reference/responses/create
struct ResponsesRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case item = 1
    case type, role, execution
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "stream": .scalar(RequestMembers.Field.stream),
        "max_output_tokens": .object(RequestMembers.Field.tokensMax, [:]),
        "service_tier": .text(RequestMembers.Field.tier),
        "instructions": text.orArray(of: item),
        "input": text.orArray(of: item),
        "tools": RequestMembers.tools,
        "previous_response_id": .size(RequestMembers.Field.stored),
        "conversation": .size(RequestMembers.Field.stored),
        "prompt": .size(RequestMembers.Field.stored),
        "text": .object(["format": .size(RequestMembers.Field.prompt)]),
      ]))

  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)
  private static let arguments = JSONPattern.stringSize(RequestMembers.Field.arguments)
  private static let media = JSONPattern.stringSize(RequestMembers.Field.media)
  private static let texts = text.orArray(
    of: .object([
      "text": text, "refusal": text, "transcript": text, "stdout": text, "stderr": text,
      "image_url": media, "file_data": media, "file_url": media, "file_id": media,
      "input_audio": .object(["data": media]),
    ]))

  private static let item = JSONPattern.object(
    Field.item,
    [
      "type": .word(Field.type, of: ResponsesItem.names),
      "role": .word(Field.role, of: ["assistant"]),
      "execution": .word(Field.execution, of: ["client"]),
      "content": texts,
      "summary": texts,
      "output": texts,
      "name": text,
      "arguments": arguments,
      "input": arguments,
      "code": text,
    ])

  private var members = RequestMembers()
  private var type: ResponsesItem?
  private var isAssistant = false
  private var isClientExecution = false
  private let isCompaction: Bool

  init(isCompaction: Bool) { self.isCompaction = isCompaction }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json)
    guard label == Field.item.rawValue else { return }
    type = nil
    isAssistant = false
    isClientExecution = false
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .type: type = ResponsesItem.at(json.word)
    case .role: isAssistant = json.word != nil
    case .execution: isClientExecution = json.word != nil
    case .item: break
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    members.end(label, json)
    guard label == Field.item.rawValue else { return }
    // An item without a type is a message.
    switch (type ?? .message).role(isClientExecution: isClientExecution) {
    case .result: facts.toolResults &+= 1
    // What stands before the last item that the model wrote is history.
    case .message: if isAssistant { facts.toolResults = 0 }
    case .clientCall, .serverCall, .model: facts.toolResults = 0
    }
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole, limit: isCompaction ? .none : .member("max_output_tokens"))
    facts.wantsStreamUsage = true
  }
}
