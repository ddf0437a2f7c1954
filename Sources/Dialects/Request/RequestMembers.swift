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
  }

  /// Definitions of tools: measured as they are written, and looked into for those that the provider runs.
  static let tools = JSONPattern.size(Field.prompt).orArray(
    of: .object([
      "type": .word(Field.knownType, of: ["function", "custom"]),
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
    ]))

  static let media = JSONPattern.stringSize(Field.media)
  static let stored = JSONPattern.size(Field.stored)
  static let otherModels = JSONPattern.size(Field.otherModels)
  static let detail = JSONPattern.word(Field.detail, of: ["low"])

  /// An address or data by itself, or in an object with the detail in which it is looked at.
  static let image = media.orObject(["url": media, "file_id": media, "detail": detail]).announced()

  /// Whether a label is that of prompt text.
  static func isText(_ label: UInt8) -> Bool { label == Field.prompt.rawValue || label == Field.arguments.rawValue }

  /// Members that have been met, one bit each.
  private var met: UInt32 = 0
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
    case .tokensMax, .tokensMaxOld: outputLimit.beginLimit()
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
    case .prompt, .arguments:
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
    case .media, .part: return
    default: break
    }
    if meet(field) { facts.isAmbiguous = true }
    switch field {
    case .model: facts.model = json.wholeText
    case .stream: facts.wantsStream = json.isTrue
    case .tokensMax, .tokensMaxOld: takeLimit(json, &facts)
    case .choices, .bestOf: if let count = json.count { facts.choices = max(facts.choices, count) }
    case .tier: facts.context.serviceTier = json.wholeText
    case .speed: facts.context.speed = json.wholeText
    case .body, .prompt, .arguments, .media, .stored, .otherModels, .knownType, .detail, .part, .limits, .thinking:
      break
    }
  }

  /// Takes a limit of the reply's tokens. Of two by different names, it is not known which one counts: at most the larger.
  private mutating func takeLimit(_ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    outputLimit.takeLimit(json)
    guard let count = json.protoCount else { return }
    facts.outputTokensMax = max(facts.outputTokensMax ?? 0, count)
  }

  private func takeThinking(_ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    guard let count = json.protoCount else { return }
    facts.thinkingTokensMax = max(facts.thinkingTokensMax ?? 0, count)
  }

  /// - Parameter limit: how the API is told the most tokens of a reply.
  func finish(_ facts: inout RequestFacts, isWhole: Bool, limit: OutputLimitNaming = .none) {
    facts.isComplete = isWhole && isObject
    guard facts.isComplete, !facts.isAmbiguous else { return }
    facts.outputLimitLocation = outputLimit.location(limit, brace: braceOffset)
  }
}
