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
    case role, block, result, isError, status, source, sourceType, sourceText
    case images, width, height, quality, told
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "system": RequestMembers.instructions.orArray(
          of: .object(["text": RequestMembers.instructions, "guardContent": guarded])),
        "messages": .array(Field.told, of: message),
        "toolConfig": prompt.orObject([
          "tools": RequestMembers.toolList, "toolChoice": RequestMembers.converseToolChoice,
        ]),
        "tools": RequestMembers.tools, "tool_choice": RequestMembers.toolChoice,
        "promptVariables": RequestMembers.stored,
        "mcp_servers": RequestMembers.stored,
        "serviceTier": .object(["type": .text(RequestMembers.Field.tier)]),
        "performanceConfig": .object(["latency": .text(RequestMembers.Field.speed)]),
        "inferenceConfig": inference,
        "additionalModelRequestFields": .object([
          "thinking": thinking, "reasoning_config": thinking, "tools": RequestMembers.stored,
        ]),
        "thinking": thinking,
        "textGenerationConfig": .object(familyLimits),
        "maxTokens": .object(RequestMembers.Field.tokensMaxForeign, [:]),
        "imageGenerationConfig": images,
        "input": prompt,
        // The prompts of Titan, Llama, Mistral, Cohere and Claude 2.
        "inputText": told,
        "inputImage": RequestMembers.media,
        "images": .array(of: RequestMembers.media),
        "prompt": told,
        "message": told,
        "chat_history": prompt,
        "documents": prompt,
        "texts": .size(Field.told),
        "inputs": .array(of: RequestMembers.stored),
        "query": text,
        "text_prompts": prompt,
        "textToImageParams": .object(["text": text]),
      ]
    ).orObject(familyLimits))

  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)
  /// Text of a family whose requests are known here, as others may have other members.
  private static let told = JSONPattern.stringSize(Field.told)
  private static let prompt = JSONPattern.size(RequestMembers.Field.prompt)
  private static let guarded = JSONPattern.object(["text": .object(["text": text])])

  private static let inference = JSONPattern.object(
    RequestMembers.Field.limits, ["maxTokens": .object(RequestMembers.Field.tokensMax, [:])]
  ).orObject(familyLimits)

  /// The limit of the reply's tokens, by the names of the families; Converse knows none of them.
  private static let familyLimits: KeyValuePairs<String, JSONPattern> = [
    "max_tokens": .object(RequestMembers.Field.tokensMaxForeign, [:]),
    "max_completion_tokens": .object(RequestMembers.Field.tokensMaxForeign, [:]),
    "maxTokenCount": .object(RequestMembers.Field.tokensMaxForeign, [:]),
    "max_new_tokens": .object(RequestMembers.Field.tokensMaxForeign, [:]),
    "max_gen_len": .object(RequestMembers.Field.tokensMaxForeign, [:]),
    "max_tokens_to_sample": .object(RequestMembers.Field.tokensMaxForeign, [:]),
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
      "role": .word(Field.role, of: ["assistant", "tool", "system", "developer"]),
      "tool_call_id": RequestMembers.callID,
      "content": text.orArray(of: block),
      "tool_calls": prompt,
    ])

  private static let block = JSONPattern.object(Field.block, blockMembers)

  private static let blockMembers: KeyValuePairs<String, JSONPattern> = [
    "text": text,
    "reasoningContent": .object(["reasoningText": .object(["text": RequestMembers.thought])]),
    "guardContent": guarded,
    "searchResult": prompt,
    "toolUse": .object(["name": RequestMembers.toolName, "input": prompt]),
    "toolResult": .object(
      Field.result,
      [
        "toolUseId": RequestMembers.callID,
        "status": .word(Field.status, of: ["error", "success"]),
        "content": .array(
          of: .object([
            "text": text, "json": prompt, "searchResult": prompt, "image": held, "document": held, "video": held,
          ])),
      ]),
    "image": held, "document": held, "video": held, "audio": held,
    // Of Anthropic's.
    "type": .word(Field.result, of: blockTypes),
    "tool_use_id": RequestMembers.callID,
    "is_error": .scalar(Field.isError),
    "thinking": RequestMembers.thought,
    "name": RequestMembers.toolName,
    "input": prompt,
    "content": text.orArray(of: .object(["text": text, "source": source])),
    "citations": .object(["enabled": .scalar(RequestMembers.Field.stored)]),
    "source": source,
    // Of OpenAI's.
    "image_url": RequestMembers.image, "input_audio": RequestMembers.media.orObject(["data": RequestMembers.media]),
    "file": RequestMembers.stored,
  ]

  /// The first one is that of a result. Others than these bring what the body does not show.
  private static let blockTypes = [
    "tool_result", "text", "thinking", "redacted_thinking", "tool_use", "image", "document", "image_url", "input_audio",
  ]

  /// An image, a document, a film or a sound of Converse's.
  private static let held = JSONPattern.object(["source": source])

  /// Text that is handed over as a document. Images and files stand in the same place, and are no text.
  private static let source = JSONPattern.object(
    Field.source,
    [
      "type": .word(Field.sourceType, of: ["text", "base64"]), "data": .stringSize(Field.sourceText),
      "url": RequestMembers.media, "file_id": RequestMembers.media,
      "bytes": RequestMembers.media, "text": text, "s3Location": .object(["uri": RequestMembers.media]),
      "content": text.orArray(
        of: .object(["text": text, "image": .object(["source": .object(["bytes": RequestMembers.media])])])),
    ])

  private var members = RequestMembers()
  private var role: Int?
  private var isResult = false
  private var isMarked = false
  private var results = 0
  private var errors = 0
  private var source = DocumentSource()
  private var width: Int64?
  private var height: Int64?
  /// Whether the request is one whose text and media are told apart here.
  private var isTold = false
  private let operation: Operation

  init(_ operation: Operation) { self.operation = operation }

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
      // A message of the role `tool` is one result, whatever its parts.
      if role != 1 { facts.reading?.beginResult() }
    case .result: meetResult()
    case .source:
      source = DocumentSource()
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .role: readRole(json)
    case .result:
      if json.word == 0 { meetResult() }
      if json.word == nil, json.kind == .string { facts.hasStoredContext = true }
    case .status: if json.word != nil { readMark(json.word == 0, .status, &facts) }
    case .isError: if json.kind == .bool { readMark(json.isTrue, .mark, &facts) }
    case .sourceType: source.kind = json.word.flatMap(DocumentSource.Kind.init(rawValue:))
    case .sourceText: source.take(json)
    case .told:
      isTold = true
      members.value(RequestMembers.Field.prompt.rawValue, json, &facts)
    case .images: if let count = json.count { facts.choices = max(1, count) }
    case .width: width = json.count
    case .height: height = json.count
    case .quality: if json.kind == .string, json.size > 0 { facts.context.quality = json.string }
    case .message, .block, .source: break
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    members.end(label, json)
    switch Field(rawValue: label) {
    case .message: endMessage(&facts)
    case .block: if isResult { facts.reading?.endResult(isMarked: isMarked) }
    case .source: source.settle(&facts)
    case .told: isTold = true
    default: break
    }
  }

  func isText(_ label: UInt8, _ facts: borrowing RequestFacts) -> Bool {
    RequestMembers.isText(label) || label == Field.told.rawValue || label == Field.sourceText.rawValue && source.isText
  }

  func isMedia(_ label: UInt8, _ facts: borrowing RequestFacts) -> Bool {
    label == RequestMembers.Field.media.rawValue || label == Field.sourceText.rawValue && source.isBase64
  }

  mutating func endDocument(_ facts: inout RequestFacts) {
    if let width, let height { facts.context.size = "\(width)x\(height)" }
  }

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole, limit: limit, obeysForeign: operation != .converse)
    if facts.context.speed == "standard" { facts.context.speed = nil }
    facts.wantsStreamUsage = true
    facts.isPromptToldApart = isTold
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
    role = json.word
    if role == 1 { results &+= 1 }
  }

  private mutating func meetResult() {
    results &+= 1
    isResult = true
  }

  private mutating func readMark(_ isError: Bool, _ failure: ToolResultFailure, _ facts: inout RequestFacts) {
    isMarked = true
    guard isError else { return }
    errors &+= 1
    facts.reading?.fail(failure)
  }

  /// What stands before the last message of the assistant is history.
  private func endMessage(_ facts: inout RequestFacts) {
    facts.toolResults = role == 0 ? 0 : facts.toolResults &+ results
    facts.toolResultErrors = role == 0 ? 0 : facts.toolResultErrors &+ errors
    switch role {
    case 0: facts.reading?.endMessage(.model)
    case 1:
      facts.reading?.endResult()
      facts.reading?.endMessage(.client)
    case nil: facts.reading?.endMessage(.client)
    default: facts.reading?.endMessage(.instructions)
    }
  }
}
