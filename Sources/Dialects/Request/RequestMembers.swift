internal import JSON
internal import Metering

/// The members at the top of a request that decide the call, by whichever name an API gives them.
struct RequestMembers {
  enum Field: UInt8 {
    case body = 100
    case model, stream, tokensMax, tokensMaxOld, choices, bestOf, tier, speed, prompt
    /// The arguments of a tool call: prompt text that a provider may write anew.
    case arguments
    /// An image, a sound or a file: base64, a data URL or an address.
    case media
    /// What names context that the provider keeps: a stored conversation, prompt, cache or file. Or a tool of the provider's own,
    /// which adds what it finds to the prompt.
    case stored
    /// What names models that may answer instead.
    case otherModels
    /// The type of a tool, or of a part of a message: one that is not known here may bring what the body does not show.
    case knownType
    /// The detail in which an image is looked at.
    case detail
    /// An object with an image, whose detail may stand beside it.
    case part
    /// The object in which an API has the limit of the reply's tokens, where it does not stand at the top.
    case limits
    /// How much of the reply may be thought.
    case thinking
    /// A limit of the reply's tokens by a name that only some who speak the API know (`max_completion_tokens`), or by one of
    /// another API.
    case tokensMaxNew, tokensMaxForeign
    /// Thoughts of the model's: prompt text that clients leave out of a conversation once it has gone on.
    case thought
    /// Prompt text that is no message: what the model is told beside the conversation.
    case instructions
    /// Prompt text that is all of a conversation: one message of the user's.
    case soleMessage
    /// The name of a tool that was called, which is prompt text.
    case toolName
    /// The id of the call that a result answers.
    case callID
    /// The response that this one follows, and the conversation that the provider keeps.
    case previousResponse, conversation
    /// The declaration of a tool, its name, and the schema of its arguments.
    case tool, declaredName, schema, property, propertyType, nullable, requiredName, additional, alternatives
    /// Tools that stand within a tool, and are not read.
    case moreTools
    /// Whether the model may answer with words, by a word or by what names the tool that it has to call.
    case toolChoice, forcedTool
  }

  /// `tool_choice`: a word, or an object that has one, or that names a tool. Words are those of OpenAI, Anthropic, Mistral and Cohere.
  static let toolChoice = choiceWord.orObject([
    "type": choiceWord, "mode": choiceWord, "allowed_tools": .object(["mode": choiceWord]),
  ])
  private static let choiceWord = JSONPattern.word(
    Field.toolChoice, of: ["required", "any", "REQUIRED", "ANY", "tool", "function", "custom"])
  /// The same of Chat Completions before tools: `auto`, `none`, or an object with a name.
  static let functionCall = JSONPattern.object(["name": .text(Field.forcedTool)])
  /// Converse's: an object with a member for each choice.
  static let converseToolChoice = JSONPattern.object(["any": .size(Field.forcedTool), "tool": .size(Field.forcedTool)])
  /// Gemini's.
  static let geminiToolConfig: KeyValuePairs<String, JSONPattern> = [
    "functionCallingConfig": .object(["mode": choiceWord]), "function_calling_config": .object(["mode": choiceWord]),
  ]

  /// Definitions of tools: measured as they are written, and looked into for those that the provider runs.
  static let tools = JSONPattern.size(Field.prompt).orArray(of: tool).orObject(toolMembers)
  /// Likewise where they are measured with what stands around them.
  static let toolList = JSONPattern.array(of: tool)

  private static let tool = JSONPattern.object(Field.tool, toolMembers)

  private static let toolMembers: KeyValuePairs<String, JSONPattern> = [
    "type": .word(Field.knownType, of: ["function", "custom"]),
    "name": declaredName,
    "function": .object(["name": declaredName, "parameters": schema]),
    "custom": .object(["name": declaredName]),
    "parameters": schema, "input_schema": schema,
    "toolSpec": .object(["name": declaredName, "inputSchema": .object(["json": schema])]),
    "functionDeclarations": declarations, "function_declarations": declarations,
    "tools": .size(Field.moreTools), "systemTool": .size(Field.stored),
    "googleSearch": .size(Field.stored), "google_search": .size(Field.stored),
    "googleSearchRetrieval": .size(Field.stored), "google_search_retrieval": .size(Field.stored),
    "urlContext": .size(Field.stored), "url_context": .size(Field.stored),
    "codeExecution": .size(Field.stored), "code_execution": .size(Field.stored),
    "fileSearch": .size(Field.stored), "file_search": .size(Field.stored),
    "googleMaps": .size(Field.stored), "google_maps": .size(Field.stored),
    "computerUse": .size(Field.stored), "computer_use": .size(Field.stored),
    "enterpriseWebSearch": .size(Field.stored), "enterprise_web_search": .size(Field.stored),
    "parallelAiSearch": .size(Field.stored), "parallel_ai_search": .size(Field.stored),
    "exaAiSearch": .size(Field.stored), "exa_ai_search": .size(Field.stored),
    "mcpServers": .size(Field.stored), "mcp_servers": .size(Field.stored),
    "retrieval": .size(Field.stored),
  ]

  private static let declaredName = JSONPattern.text(Field.declaredName)
  private static let declarations = JSONPattern.array(
    of: .object(
      Field.tool,
      [
        "name": declaredName, "parameters": schema, "parametersJsonSchema": schema, "parameters_json_schema": schema,
      ]))

  private static let schema = JSONPattern.object(
    Field.schema,
    [
      "properties": JSONPattern().orAnyMember(property),
      "required": .array(of: .text(Field.requiredName)),
      "additionalProperties": .scalar(Field.additional),
      "anyOf": .size(Field.alternatives), "oneOf": .size(Field.alternatives), "allOf": .size(Field.alternatives),
      "$ref": .size(Field.alternatives), "patternProperties": .size(Field.alternatives),
    ])

  private static let propertyType = JSONPattern.word(Field.propertyType, of: DeclaredToolReader.typeNames)
  private static let property = JSONPattern.object(
    Field.property, ["type": propertyType.orArray(of: propertyType), "nullable": .scalar(Field.nullable)])

  static let media = JSONPattern.stringSize(Field.media)
  static let thought = JSONPattern.stringSize(Field.thought)
  static let instructions = JSONPattern.stringSize(Field.instructions)
  static let toolName = JSONPattern.stringSize(Field.toolName)
  static let callID = JSONPattern.text(Field.callID)
  static let previousResponse = JSONPattern.text(Field.previousResponse)
  /// The conversation's id, or an object that has it.
  static let conversation = JSONPattern.text(Field.conversation).orObject(["id": .text(Field.conversation)])

  static let stored = JSONPattern.size(Field.stored)
  static let otherModels = JSONPattern.size(Field.otherModels)
  static let detail = JSONPattern.word(Field.detail, of: ["low"])

  /// An address or data by itself, or in an object with the detail in which it is looked at.
  static let image = media.orObject(["url": media, "file_id": media, "detail": detail]).announced()

  /// Whether a label is that of prompt text.
  @inline(__always)
  static func isText(_ label: UInt8) -> Bool {
    switch Field(rawValue: label) {
    case .prompt, .arguments, .thought, .instructions, .soleMessage, .toolName: true
    default: false
    }
  }

  /// Members that have been met, one bit each.
  private var met: UInt32 = 0
  /// By which names the reply's tokens are limited.
  private var isLimited = (usual: false, completionTokens: false, foreign: false)
  private var outputLimit = OutputLimitReader()
  /// Whether the document is an object.
  private(set) var isObject = false
  /// Where the object's brace stands.
  private(set) var braceOffset = 0

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .media, .part: facts.readMedia?.beginPart()
    case .body:
      isObject = json.isInObject
      braceOffset = json.valueStart
    case .limits: outputLimit.beginHolder(json)
    case .tokensMax, .tokensMaxOld, .tokensMaxNew, .tokensMaxForeign: outputLimit.beginLimit()
    default: break
    }
  }

  mutating func end(_ label: UInt8, _ json: borrowing JSONReader) {
    switch Field(rawValue: label) {
    case .body: outputLimit.endBody(json)
    case .limits: outputLimit.endHolder(json)
    default: break
    }
  }

  /// Notes a member that occurs; true where it is there for the second time.
  mutating func meet(_ field: Field) -> Bool {
    let bit: UInt32 = 1 << UInt32(field.rawValue &- Field.body.rawValue)
    let isKnown = met & bit != 0
    met |= bit
    return isKnown
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    guard let field = Field(rawValue: label) else { return }
    switch field {
    case .prompt, .arguments, .thought, .instructions, .soleMessage, .toolName:
      facts.promptTextBytes &+= Int64(json.size)
      facts.promptTexts &+= 1
      if field == .arguments || json.kind == .container { facts.renderedTextBytes &+= Int64(json.size) }
      return
    case .stored:
      if json.kind != .null, json.kind != .bool || json.isTrue { facts.hasStoredContext = true }
      return
    case .otherModels:
      if json.kind != .null { facts.hasOtherModels = true }
      return
    case .knownType:
      if json.kind == .string, json.word == nil { facts.hasStoredContext = true }
      return
    case .detail:
      if json.word != nil { facts.readMedia?.lowerDetail() }
      return
    case .thinking:
      takeThinking(json, &facts)
      return
    case .limits:
      outputLimit.takeHolder(json)
      return
    case .callID:
      facts.reading?.readCallID(json)
      return
    case .previousResponse:
      if json.kind == .string, json.size > 0 { facts.followsResponse = true }
      facts.reading?.readPreviousResponse(json)
      return
    case .conversation:
      if json.kind == .string, json.size > 0 { facts.hasStoredContext = true }
      facts.reading?.readConversation(json)
      return
    case .media, .part, .tool, .declaredName, .schema, .property, .propertyType, .nullable, .requiredName, .additional,
      .alternatives, .moreTools, .toolChoice, .forcedTool:
      return
    default: break
    }
    if meet(field) { facts.isAmbiguous = true }
    switch field {
    case .model: facts.model = json.wholeText
    case .stream: facts.wantsStream = json.isTrue
    case .tokensMax, .tokensMaxOld: isLimited.usual = takeLimit(json, &facts) || isLimited.usual
    case .tokensMaxNew: isLimited.completionTokens = takeLimit(json, &facts)
    case .tokensMaxForeign: isLimited.foreign = takeLimit(json, &facts) || isLimited.foreign
    case .choices, .bestOf: takeChoices(json, &facts)
    case .tier: facts.context.serviceTier = json.wholeText
    case .speed: facts.context.speed = json.wholeText
    default: break
    }
  }

  /// Takes a limit of the reply's tokens. Of two by different names, it is not known which one counts: at most the larger. False
  /// where it is none.
  private mutating func takeLimit(_ json: borrowing JSONReader, _ facts: inout RequestFacts) -> Bool {
    outputLimit.takeLimit(json)
    guard let count = json.protoCount else { return false }
    facts.outputTokensMax = max(facts.outputTokensMax ?? 0, count)
    return true
  }

  /// Takes a number of choices, in any spelling that a server may read; one that cannot be read may be any.
  private func takeChoices(_ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    if let count = json.protoCount {
      facts.choices = max(facts.choices, count)
    } else if json.kind != .null {
      facts.isAmbiguous = true
    }
  }

  private func takeThinking(_ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    guard let count = json.protoCount else { return }
    facts.thinkingTokensMax = max(facts.thinkingTokensMax ?? 0, count)
  }

  /// - Parameters:
  ///   - limit: how the API is told the most tokens of a reply.
  ///   - obeysForeign: whether the API knows the names of others.
  func finish(
    _ facts: inout RequestFacts, isWhole: Bool, limit: OutputLimitNaming = .none, obeysForeign: Bool = false
  ) {
    facts.isComplete = isWhole && isObject
    if isLimited.usual || isLimited.foreign && obeysForeign {
      facts.outputLimitName = .usual
    } else if isLimited.completionTokens {
      facts.outputLimitName = .completionTokens
    } else if isLimited.foreign {
      facts.outputLimitName = .foreign
    }
    guard facts.isComplete, !facts.isAmbiguous, facts.outputLimitName != .foreign else { return }
    facts.outputLimitLocation = outputLimit.location(limit, brace: braceOffset)
  }
}
