internal import JSON
internal import Metering

/// Replies of Chat Completions, Completions and Embeddings: one document, or chunks of the same shape.
///
/// https://platform.openai.com/docs/api-reference/chat/object and `/chat-streaming`.
struct ChatReply: ~Copyable, DocumentWire {
  /// None of the numbers is one of `ResponsesReply.Field`: results of batches are read by both.
  enum Field: UInt8 {
    case id = 50
    case model, tier, choice, choiceIndex, finish, content
    case toolCall, toolIndex, toolID, toolName, functionCall, functionName
    case citation
    case delta, message, reasoning, namedReasoning, reasoningPart
    case deferredID
    case arguments, input, refusal, media
  }

  static let shape = JSONShape(
    .object(members).orObject(ErrorMembers.flatMembers)
      // Google's errors come in a list of one.
      .orArray(of: .object(["error": ErrorMembers.pattern])))

  static let members: KeyValuePairs<String, JSONPattern> = [
    "id": .text(Field.id),
    "model": .text(Field.model),
    "service_tier": .text(Field.tier),
    "choices": choices,
    "usage": OpenAIUsage.pattern,
    "timings": LlamaTimings.pattern,
    "x_groq": ChatVendorMembers.groq,
    "usage_breakdown": ChatVendorMembers.breakdown,
    // xAI's answer to a request that is deferred: https://docs.x.ai/docs/guides/deferred-chat-completions
    "request_id": .scalar(Field.deferredID),
  ]

  static let choices = JSONPattern.array(
    of: .object(
      Field.choice,
      [
        "index": .scalar(Field.choiceIndex),
        "finish_reason": .text(Field.finish),
        "text": .stringSize(Field.content),
        "delta": .object(Field.delta, message),
        "message": .object(Field.message, message),
        "error": ErrorMembers.pattern,
        // Moonshot's streams: https://platform.moonshot.ai/docs/api/chat
        "usage": OpenAIUsage.pattern,
      ]))

  private static let message: KeyValuePairs<String, JSONPattern> = [
    "content": .stringSize(Field.content).orArray(of: part),
    "reasoning_content": .stringSize(Field.reasoning),
    "reasoning": .stringSize(Field.namedReasoning),
    "reasoning_details": .array(
      of: .object(["text": .stringSize(Field.reasoningPart), "summary": .stringSize(Field.reasoningPart)])),
    "refusal": .stringSize(Field.refusal),
    "audio": .object(["transcript": .stringSize(Field.content), "data": .stringSize(Field.media)]),
    // OpenRouter's: https://openrouter.ai/docs/features/multimodal/image-generation
    "images": .array(of: .object(["image_url": .object(["url": .stringSize(Field.media)])])),
    "tool_calls": .array(of: toolCall),
    "annotations": .array(of: .object(["type": .word(Field.citation, of: ["url_citation"])])),
    "function_call": .object(
      Field.functionCall, ["name": .text(Field.functionName), "arguments": .size(Field.arguments)]),
    "executed_tools": ChatVendorMembers.executedTools,
  ]

  /// Mistral's thinking is a part with parts of its own.
  private static let part = JSONPattern.object([
    "text": .stringSize(Field.content),
    "thinking": .array(of: .object(["text": .stringSize(Field.content)])),
  ])

  private static let toolCall = JSONPattern.object(
    Field.toolCall,
    [
      "index": .scalar(Field.toolIndex),
      "id": .text(Field.toolID),
      "function": .object(["name": .text(Field.toolName), "arguments": .size(Field.arguments)]),
      "custom": .object(["name": .text(Field.toolName), "input": .stringSize(Field.input)]),
    ])

  private var usage = OpenAIUsage()
  private var error = ErrorMembers()
  private var calls: ChoiceCalls
  private var text = ChoiceText()
  private var vendor = ChatVendorMembers()
  private var choiceUsage = ChoiceUsage()
  /// Whether a document was only the receipt for a request that is answered later.
  private var isDeferred = false

  private var hasCitation = false

  private let isGemini: Bool

  /// - Parameter isGemini: whether the reply is Gemini's, which says some things in its own way.
  init(isGemini: Bool = false) {
    self.isGemini = isGemini
    calls = ChoiceCalls(comeWhole: isGemini)
  }

  func tellsConversation(_ label: UInt8) -> Bool { label == Field.content.rawValue }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    vendor.begin(label)
    if label == OpenAIUsage.Field.usage.rawValue || label == ChatVendorMembers.Field.partUsage.rawValue {
      usage = OpenAIUsage()
      usage.hasThoughtsInTotal = isGemini
    }
    switch Field(rawValue: label) {
    case .delta: text.begin(.delta)
    case .message:
      text.begin(.message)
      calls.beginMessage()
    case .choice:
      text = ChoiceText()
      choiceUsage.begin()
      calls.beginChoice()
    case .toolCall: calls.beginCall(&tally)
    case .functionCall: calls.beginFunctionCall(&tally)
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      usage.value(label, json)
      vendor.value(label, json)
      error.value(label, json, &tally)
      return
    }
    switch field {
    case .content: text.add(content: json.size)
    case .refusal:
      text.add(content: json.size)
      if json.size > 0 { tally.facts.hasRefusal = true }
    case .arguments, .input:
      text.add(content: json.size)
      calls.setArguments(bytes: json.size, isFreeText: field == .input)
    case .reasoning: text.add(reasoning: json.size)
    case .namedReasoning: text.add(namedReasoning: json.size)
    case .reasoningPart: text.add(reasoningPart: json.size)
    case .media: if json.size > 0 { tally.hasContent = true }
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case .tier: tally.readServiceTier(json)
    case .choiceIndex: calls.setChoice(index: json.count)
    case .finish: if json.kind == .string, json.size > 0 { calls.setFinish(json.string) }
    case .toolIndex: calls.setCall(index: json.count)
    case .toolID: if json.kind == .string, json.size > 0 { calls.setCall(id: json.string) }
    case .toolName, .functionName: if json.kind == .string, json.size > 0 { calls.setCall(name: json.string) }
    case .citation: if json.word != nil { hasCitation = true }
    case .deferredID: if json.kind == .string { isDeferred = true }
    case .choice, .toolCall, .functionCall, .delta, .message: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    vendor.end(label, choice: calls.choiceIndex, usage, &json, &tally)
    switch label {
    case Field.delta.rawValue, Field.message.rawValue: text.end()
    case Field.toolCall.rawValue, Field.functionCall.rawValue: calls.endCall(&tally)
    case Field.choice.rawValue:
      choiceUsage.end(choice: calls.choiceIndex)
      tally.addContent(bytes: text.bytes(isStream: tally.isStream))
      calls.endChoice(&tally)
    case OpenAIUsage.Field.usage.rawValue: endUsage(&json, &tally)
    default: break
    }
  }

  private mutating func endUsage(_ json: inout JSONReader, _ tally: inout ReplyTally) {
    // The sum goes before what each choice says.
    if choiceUsage.isInChoice, vendor.hasUsage { return }
    if let cost = usage.reportedCostPicodollars { tally.facts.reportedCostPicodollars = cost }
    guard let cells = usage.cells else { return }
    usage.vendor.complete(&tally.facts.context)
    _ = json.exchangeUsage(&tally.facts.usageRaw)
    if choiceUsage.isInChoice {
      choiceUsage.read(cells)
    } else {
      tally.report(cells)
      vendor.hasUsage = true
    }
  }

  /// Also what a server writes twice: the bytes of the facts say how much of it counts.
  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool {
    switch Field(rawValue: label) {
    case .content, .reasoning, .namedReasoning, .reasoningPart, .arguments, .input, .refusal: true
    default: false
    }
  }

  func isArguments(_ label: UInt8) -> Bool {
    label == Field.arguments.rawValue || label == Field.input.rawValue
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    if isDeferred, !calls.hasChoices, tally.usage == nil, tally.facts.responseID == nil { tally.facts.isPending = true }
    isDeferred = false
    calls.endDocument()
    error.endDocument(&tally)
    if !vendor.hasUsage, let cells = choiceUsage.takeReport() { tally.report(cells) }
    countSearch(&tally)
    vendor.endDocument(&tally)
    tally.endDocument()
  }

  /// Adds the search that OpenAI bills for each request to its search models, and counts nowhere.
  private func countSearch(_ tally: inout ReplyTally) {
    guard hasCitation, var usage = tally.usage, usage[.webSearch] == 0, let model = tally.facts.model,
      model.contains("-search-")
    else { return }
    usage[.webSearch] = 1
    tally.report(usage, others: tally.otherUsage)
  }
}

extension JSONReader {
  /// Takes the usage object that has just ended, as it was written; nil where it is too long to be kept.
  mutating func exchangeUsage(_ raw: inout [UInt8]?) -> Bool {
    var bytes = raw.take() ?? []
    guard exchangeKeptBytes(&bytes) else { return false }
    raw = bytes
    return true
  }
}
