internal import JSON
internal import Metering

/// Requests of Converse, InvokeModel and CountTokens. InvokeModel takes the body that each family of models has: messages of
/// Anthropic's, Nova's or OpenAI's shape, or a prompt under one of many names.
///
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and
/// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
struct BedrockRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case message = 1
    case role, result, isError, status, source, sourceType, sourceText
    case images, width, height, quality
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "system": text.orArray(of: .object(["text": text, "guardContent": guarded])),
        "messages": .array(of: message),
        "toolConfig": prompt,
        "tools": prompt,
        "promptVariables": prompt,
        "serviceTier": .object(["type": .text(RequestMembers.Field.tier)]),
        "performanceConfig": .object(["latency": .text(RequestMembers.Field.speed)]),
        "inferenceConfig": .object(RequestMembers.Field.limits, [:]).orObject(limits),
        "additionalModelRequestFields": .object(["thinking": thinking, "reasoning_config": thinking]),
        "thinking": thinking,
        "textGenerationConfig": .object(limits),
        "imageGenerationConfig": images,
        "input": prompt,
        // The prompts of Titan, Llama, Mistral, Cohere and Claude 2.
        "inputText": text,
        "prompt": text,
        "message": text,
        "chat_history": prompt,
        "documents": prompt,
        "texts": prompt,
        "query": text,
        "text_prompts": prompt,
        "textToImageParams": .object(["text": text]),
      ]
    ).orObject(limits))

  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)
  private static let prompt = JSONPattern.size(RequestMembers.Field.prompt)
  private static let guarded = JSONPattern.object(["text": .object(["text": text])])

  /// The limit of the reply's tokens, by the names of the families.
  private static let limits: KeyValuePairs<String, JSONPattern> = [
    "maxTokens": .object(RequestMembers.Field.tokensMax, [:]),
    "max_tokens": .object(RequestMembers.Field.tokensMax, [:]),
    "max_completion_tokens": .object(RequestMembers.Field.tokensMax, [:]),
    "maxTokenCount": .object(RequestMembers.Field.tokensMax, [:]),
    "max_new_tokens": .object(RequestMembers.Field.tokensMax, [:]),
    "max_gen_len": .object(RequestMembers.Field.tokensMax, [:]),
    "max_tokens_to_sample": .object(RequestMembers.Field.tokensMax, [:]),
  ]

  private static let thinking = JSONPattern.object(["budget_tokens": .scalar(RequestMembers.Field.thinking)])

  private static let images = JSONPattern.object([
    "numberOfImages": .scalar(Field.images),
    "width": .scalar(Field.width),
    "height": .scalar(Field.height),
    "quality": .text(Field.quality),
  ])

  private static let message = JSONPattern.object(
    Field.message,
    [
      "role": .word(Field.role, of: ["assistant", "tool"]),
      "content": text.orArray(of: block),
      "tool_calls": prompt,
    ])

  private static let block = JSONPattern.object([
    "text": text,
    "reasoningContent": .object(["reasoningText": .object(["text": text])]),
    "guardContent": guarded,
    "searchResult": prompt,
    "toolUse": .object(["name": text, "input": prompt]),
    "toolResult": .object(
      Field.result,
      [
        "status": .word(Field.status, of: ["error"]),
        "content": .array(of: .object(["text": text, "json": prompt, "searchResult": prompt])),
      ]),
    // Of Anthropic's.
    "type": .word(Field.result, of: ["tool_result"]),
    "is_error": .scalar(Field.isError),
    "thinking": text,
    "name": text,
    "input": prompt,
    "content": text.orArray(of: .object(["text": text, "source": source])),
    "source": source,
  ])

  /// Text that is handed over as a document. Images and files stand in the same place, and are no text.
  private static let source = JSONPattern.object(
    Field.source,
    ["type": .word(Field.sourceType, of: ["text"]), "data": .stringSize(Field.sourceText)])

  private var members = RequestMembers()
  private var isAssistant = false
  private var results = 0
  private var errors = 0
  private var isTextSource = false
  private var sourceBytes = 0
  private var width: Int64?
  private var height: Int64?
  private let operation: Operation

  init(_ operation: Operation) { self.operation = operation }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json)
    switch Field(rawValue: label) {
    case .message:
      isAssistant = false
      results = 0
      errors = 0
    case .result: results &+= 1
    case .source:
      isTextSource = false
      sourceBytes = 0
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .role: readRole(json)
    case .result: if json.word != nil { results &+= 1 }
    case .status: if json.word != nil { errors &+= 1 }
    case .isError: if json.isTrue { errors &+= 1 }
    case .sourceType: isTextSource = json.word != nil
    case .sourceText: sourceBytes = json.size
    case .images: if let count = json.count { facts.choices = max(1, count) }
    case .width: width = json.count
    case .height: height = json.count
    case .quality: if json.kind == .string, json.size > 0 { facts.context.quality = json.string }
    case .message, .source: break
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    members.end(label, json)
    switch Field(rawValue: label) {
    // What stands before the last message of the assistant is history.
    case .message:
      facts.toolResults = isAssistant ? 0 : facts.toolResults &+ results
      facts.toolResultErrors = isAssistant ? 0 : facts.toolResultErrors &+ errors
    case .source: if isTextSource { facts.promptTextBytes &+= Int64(sourceBytes) }
    default: break
    }
  }

  mutating func endDocument(_ facts: inout RequestFacts) {
    if let width, let height { facts.context.size = "\(width)x\(height)" }
  }

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole, limit: limit)
    if facts.context.speed == "standard" { facts.context.speed = nil }
    facts.wantsStreamUsage = true
  }

  /// Models that are invoked in their own words have small limits of their own, where none is named.
  private var limit: OutputLimitNaming {
    switch operation {
    case .converse: .within("inferenceConfig", member: "maxTokens")
    case .invokeModel: .existing
    default: .none
    }
  }

  /// A message of the role `tool` is a result by itself, in OpenAI's shape.
  private mutating func readRole(_ json: borrowing JSONReader) {
    switch json.word {
    case 0: isAssistant = true
    case 1: results &+= 1
    default: break
    }
  }
}
