internal import JSON
internal import Metering

/// Requests of Interactions.
///
/// https://ai.google.dev/api/interactions-api
struct InteractionsRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case step = 1
    case type, role, isError, agent, tier
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "agent": .text(Field.agent),
        "stream": .scalar(RequestMembers.Field.stream),
        "service_tier": .text(Field.tier), "serviceTier": .text(Field.tier),
        "generation_config": generation, "generationConfig": generation,
        "system_instruction": .size(RequestMembers.Field.instructions),
        "tools": RequestMembers.tools, "tool_choice": RequestMembers.toolChoice,
        "response_format": prompt,
        "previous_interaction_id": RequestMembers.previousResponse,
        "previousInteractionId": RequestMembers.previousResponse,
        // It is charged when it is fetched.
        "background": .scalar(RequestMembers.Field.stored),
        "questions": prompt,
        "instructions": prompt,
        "input": input.orArray(of: step),
      ]))

  private static let generation = JSONPattern.object(
    RequestMembers.Field.limits,
    [
      "max_output_tokens": .text(RequestMembers.Field.tokensMax),
      "maxOutputTokens": .text(RequestMembers.Field.tokensMax),
    ])

  private static let prompt = JSONPattern.size(RequestMembers.Field.prompt)
  private static let text = JSONPattern.stringSize(RequestMembers.Field.prompt)

  /// Text, or one content.
  private static let input = JSONPattern.stringSize(RequestMembers.Field.soleMessage).orObject(members)
  private static let step = JSONPattern.object(Field.step, [:]).orObject(members).orObject([
    "type": .word(Field.type, of: StepKind.names),
    "role": .word(Field.role, of: ["model"]),
    "is_error": .scalar(Field.isError),
    "call_id": RequestMembers.callID, "callId": RequestMembers.callID,
  ])

  /// Images, sounds and files are no text.
  private static let members: KeyValuePairs<String, JSONPattern> = [
    "text": text,
    "name": RequestMembers.toolName,
    "arguments": prompt,
    "result": prompt.orArray(of: content),
    "content": content.orArray(of: content),
    "summary": thought.orArray(of: thought),
    "data": RequestMembers.media, "uri": RequestMembers.media,
  ]

  private static let thought = RequestMembers.thought.orObject([
    "type": .word(RequestMembers.Field.knownType, of: ["text", "thought_summary"]), "text": RequestMembers.thought,
  ])

  private static let content = text.orObject([
    "type": .word(
      RequestMembers.Field.knownType, of: ["text", "image", "audio", "document", "video", "thought_summary"]),
    "text": text, "data": RequestMembers.media, "uri": RequestMembers.media,
  ])

  private enum StepKind: Int {
    case functionResult, modelOutput, thought, functionCall

    /// The others are what the client says. What a tool of the provider's found is not known from the body.
    static let names = [
      "function_result", "model_output", "thought", "function_call", "user_input", "text", "image", "audio", "document",
      "video",
    ]
  }

  private let operation: Operation
  private var members = RequestMembers()
  private var agent: String?
  private var kind: StepKind?
  private var isModel = false
  private var isError = false
  private var isMarked = false

  init(_ operation: Operation) { self.operation = operation }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
    guard label == Field.step.rawValue else { return }
    kind = nil
    isModel = false
    isError = false
    isMarked = false
    facts.reading?.beginMessage()
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .type:
      kind = json.word.flatMap(StepKind.init(rawValue:))
      if json.word == nil, json.kind == .string { facts.hasStoredContext = true }
    case .role: isModel = json.word != nil
    case .isError:
      isError = json.isTrue
      isMarked = json.kind == .bool
    case .agent: agent = json.wholeText
    case .tier:
      if members.meet(.tier) { facts.isAmbiguous = true }
      facts.context.serviceTier = GeminiTier.served(json)
    // Input that is text without a list around it.
    case .step: break
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    members.end(label, json)
    guard label == Field.step.rawValue else { return }
    switch kind {
    case .functionResult: endResult(&facts)
    case .thought: endModelStep(.thought, &facts)
    case .modelOutput, .functionCall: endModelStep(.model, &facts)
    case nil where isModel: endModelStep(.model, &facts)
    case nil: facts.reading?.endMessage(.client)
    }
  }

  private func endResult(_ facts: inout RequestFacts) {
    facts.toolResults &+= 1
    if isError {
      facts.toolResultErrors &+= 1
      facts.reading?.fail(.mark)
    }
    facts.reading?.endResult(isMarked: isMarked)
    facts.reading?.endMessage(.client)
  }

  /// What stands before the last step of the model is history.
  private func endModelStep(_ author: MessageAuthor, _ facts: inout RequestFacts) {
    facts.toolResults = 0
    facts.toolResultErrors = 0
    facts.reading?.endMessage(author)
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  /// An agent chooses how its models are asked.
  private var limit: OutputLimitNaming {
    guard operation == .interactions else { return .none }
    return agent == nil ? .within("generation_config", member: "max_output_tokens") : .existing
  }

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole, limit: limit)
    if facts.model == nil { facts.model = agent }
    facts.wantsStreamUsage = true
    facts.isPromptToldApart = operation == .interactions && agent == nil
  }
}
