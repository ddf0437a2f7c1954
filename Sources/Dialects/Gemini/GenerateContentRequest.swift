internal import JSON
internal import Metering

/// Requests of generateContent, and of what takes the same contents: countTokens, embeddings, predict, caches and batches.
///
/// The model and whether the reply is a stream stand in the path. Members come in camelCase or snake_case, and a list of one
/// entry may stand without its brackets. The limit of the reply includes thoughts, so that a thinking budget adds nothing.
///
/// https://ai.google.dev/api/generate-content#request-body
struct GenerateContentRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case content = 1
    case role, result, resultBody, resultError
    case candidates, tier
    /// One request of several in a body.
    case request
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "generationConfig": generation, "generation_config": generation,
        "serviceTier": .text(Field.tier), "service_tier": .text(Field.tier),
        "generateContentRequest": .object(request), "generate_content_request": .object(request),
        "requests": .array(of: .object(Field.request, [:]).orObject(request)),
        "instances": .array(
          of: .object(["content": text, "title": text, "prompt": text, "text": text]).orObject([
            "contents": contents
          ])),
        "batch": .object(["inputConfig": batch, "input_config": batch]),
      ]
    ).orObject(request))

  private static let toolConfig = JSONPattern.size(RequestMembers.Field.prompt).orObject(
    RequestMembers.geminiToolConfig)
  private static let request: KeyValuePairs<String, JSONPattern> = [
    "contents": contents,
    "content": content,
    "systemInstruction": instructions, "system_instruction": instructions,
    "tools": RequestMembers.tools,
    "toolConfig": toolConfig, "tool_config": toolConfig,
    "title": text,
    "cachedContent": RequestMembers.stored, "cached_content": RequestMembers.stored,
  ]

  private static let batch = JSONPattern.object([
    "requests": .object([
      "requests": .array(of: .object(Field.request, ["request": .object(request)]))
    ])
  ])

  private static let generation = JSONPattern.object(RequestMembers.Field.limits, [:]).orObject([
    "maxOutputTokens": .text(RequestMembers.Field.tokensMax),
    "max_output_tokens": .text(RequestMembers.Field.tokensMax),
    "thinkingConfig": thinking, "thinking_config": thinking,
    "candidateCount": .text(Field.candidates), "candidate_count": .text(Field.candidates),
    "responseSchema": .size(RequestMembers.Field.prompt), "response_schema": .size(RequestMembers.Field.prompt),
    "responseJsonSchema": .size(RequestMembers.Field.prompt),
    "response_json_schema": .size(RequestMembers.Field.prompt),
  ])

  private static let thinking = JSONPattern.object([
    "thinkingBudget": .text(RequestMembers.Field.thinking), "thinking_budget": .text(RequestMembers.Field.thinking),
  ])

  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)
  private static let instruction = JSONPattern.object(["text": RequestMembers.instructions])
  private static let instructions = JSONPattern.object(["parts": instruction.orArray(of: instruction)])
  private static let contents = content.orArray(of: content)

  /// Images, sounds and files are no text.
  private static let content = JSONPattern.object(
    Field.content,
    [
      "role": .word(Field.role, of: ["model"]),
      "parts": parts,
    ])

  private static let parts = part.orArray(of: part)

  private static let part = JSONPattern.object([
    "text": text,
    "inlineData": data, "inline_data": data, "fileData": data, "file_data": data,
    "functionCall": call, "function_call": call,
    "functionResponse": result, "function_response": result,
    "executableCode": code, "executable_code": code,
    "codeExecutionResult": output, "code_execution_result": output,
    "toolCall": .size(RequestMembers.Field.prompt), "tool_call": .size(RequestMembers.Field.prompt),
    "toolResponse": .size(RequestMembers.Field.prompt), "tool_response": .size(RequestMembers.Field.prompt),
  ])

  private static let data = JSONPattern.object([
    "data": RequestMembers.media, "fileUri": RequestMembers.media, "file_uri": RequestMembers.media,
  ])
  private static let call = JSONPattern.object([
    "name": RequestMembers.toolName, "args": .size(RequestMembers.Field.prompt),
  ])
  private static let code = JSONPattern.object(["code": text])
  private static let output = JSONPattern.object(["output": text])

  private static let result = JSONPattern.object(
    Field.result,
    [
      "id": RequestMembers.callID,
      "name": RequestMembers.toolName,
      "response": .size(Field.resultBody).orObject(["error": .object(Field.resultError, [:])]),
      "parts": .array(of: .object(["inlineData": data, "inline_data": data, "fileData": data, "file_data": data])),
    ])

  private let operation: Operation
  private var members = RequestMembers()
  /// Whether one content is read, rather than the list of them.
  private var isInContent = false
  private var isModel = false
  private var results = 0
  private var errors = 0
  private var hasError = false
  /// Results of earlier requests of the body.
  private var earlier = (results: 0, errors: 0)

  init(_ operation: Operation) { self.operation = operation }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
    switch Field(rawValue: label) {
    case .content where json.isInObject:
      isInContent = true
      isModel = false
      results = 0
      errors = 0
      facts.reading?.beginMessage()
    case .result:
      hasError = false
      facts.reading?.beginResult()
    case .resultError: hasError = true
    case .request: earlier = (facts.toolResults, facts.toolResultErrors)
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .role: isModel = json.word != nil
    case .resultBody: facts.promptTextBytes &+= Int64(json.size)
    case .resultError: hasError = json.kind == .string ? json.size > 0 : json.isTrue
    case .candidates:
      if members.meet(.choices) { facts.isAmbiguous = true }
      if let count = json.protoCount { facts.choices = max(facts.choices, count) }
    case .tier:
      if members.meet(.tier) { facts.isAmbiguous = true }
      facts.context.serviceTier = GeminiTier.served(json)
    case .content, .result, .request: break
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    members.end(label, json)
    switch Field(rawValue: label) {
    case .resultError: hasError = !json.isContainerEmpty
    case .result: endResult(&facts)
    case .content: endContent(&facts)
    default: break
    }
  }

  private mutating func endResult(_ facts: inout RequestFacts) {
    results &+= 1
    if hasError {
      errors &+= 1
      facts.reading?.fail(.errorMember)
    }
    facts.reading?.endResult()
  }

  /// What stands before the last content of the model is history.
  private mutating func endContent(_ facts: inout RequestFacts) {
    facts.toolResults = isModel ? earlier.results : facts.toolResults &+ results
    facts.toolResultErrors = isModel ? earlier.errors : facts.toolResultErrors &+ errors
    if isInContent { facts.reading?.endMessage(isModel ? .model : .client) }
    isInContent = false
    isModel = false
    results = 0
    errors = 0
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    let generates = operation == .generateContent
    facts.isPromptToldApart = generates || operation == .embedContent || operation == .cachedContents
    members.finish(
      &facts, isWhole: isWhole, limit: generates ? .within("generationConfig", member: "maxOutputTokens") : .none)
    // In protocol buffers, zero is as good as nothing.
    if facts.outputTokensMax == 0 { facts.outputTokensMax = nil }
    facts.wantsStreamUsage = true
  }
}
