internal import JSON
internal import Metering

/// A `GenerateContentResponse`, wherever it stands: alone, as a chunk of a stream, in the results of a batch.
///
/// https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
struct GenerateContentResponse {
  enum Field: UInt8 {
    case id = 1
    case model, blockReason
    case candidate, candidateIndex, finish, content
    case functionCall, callID, callName, callContinues, arguments, partialArguments
    case code, toolCall, toolType, media
    case webQuery, imageQuery, webSource, mapsSource
  }

  /// The members of the object, for a pattern under any name.
  static let members: KeyValuePairs<String, JSONPattern> = [
    "responseId": .text(Field.id), "response_id": .text(Field.id),
    "modelVersion": .text(Field.model), "model_version": .text(Field.model),
    "candidates": .array(of: candidate),
    "promptFeedback": feedback, "prompt_feedback": feedback,
    "usageMetadata": GeminiUsage.pattern, "usage_metadata": GeminiUsage.pattern,
  ]

  private static let feedback = JSONPattern.object([
    "blockReason": .text(Field.blockReason), "block_reason": .text(Field.blockReason),
  ])

  private static let candidate = JSONPattern.object(
    Field.candidate,
    [
      "index": .scalar(Field.candidateIndex),
      "finishReason": .text(Field.finish), "finish_reason": .text(Field.finish),
      "content": .object(["parts": .array(of: part)]),
      "groundingMetadata": grounding, "grounding_metadata": grounding,
    ])

  private static let part = JSONPattern.object([
    "text": .stringSize(Field.content),
    "functionCall": functionCall, "function_call": functionCall,
    "executableCode": code, "executable_code": code,
    "toolCall": toolCall, "tool_call": toolCall,
    "inlineData": .object(Field.media, [:]), "inline_data": .object(Field.media, [:]),
  ])

  private static let functionCall = JSONPattern.object(
    Field.functionCall,
    [
      "id": .text(Field.callID),
      "name": .text(Field.callName),
      "args": .size(Field.arguments),
      "partialArgs": .array(Field.partialArguments, of: partialArgument),
      "partial_args": .array(Field.partialArguments, of: partialArgument),
      "willContinue": .scalar(Field.callContinues), "will_continue": .scalar(Field.callContinues),
    ])

  private static let partialArgument = JSONPattern.object([
    "stringValue": .stringSize(Field.content), "string_value": .stringSize(Field.content),
  ])

  private static let code = JSONPattern.object(Field.code, ["code": .stringSize(Field.content)])

  private static let toolCall = JSONPattern.object(
    Field.toolCall,
    [
      "toolType": .text(Field.toolType), "tool_type": .text(Field.toolType),
      "args": .size(Field.content),
    ])

  private static let grounding = JSONPattern.object([
    "webSearchQueries": .array(of: .text(Field.webQuery)), "web_search_queries": .array(of: .text(Field.webQuery)),
    "imageSearchQueries": .array(of: .text(Field.imageQuery)),
    "image_search_queries": .array(of: .text(Field.imageQuery)),
    "groundingChunks": .array(of: source), "grounding_chunks": .array(of: source),
  ])

  private static let source = JSONPattern.object([
    "web": .object(Field.webSource, [:]), "image": .object(Field.webSource, [:]),
    "maps": .object(Field.mapsSource, [:]),
  ])

  /// The model that was asked for, as long as the reply names none.
  private let requestedModel: String?
  private var usage = GeminiUsage()
  private var report = GeminiUsage()
  private var hasReport = false
  private var hasUsageObject = false
  private var grounding = GeminiGrounding()
  private var calls = FunctionCallRuns()

  private var candidateIndex: Int64 = 0
  private var finish: String?
  /// The candidate that the finish reason comes from: the first one.
  private var finishCandidate = Int64.max
  private var isBlocked = false
  private var isFinished = false
  private var toolType: String?

  init(requestedModel: String? = nil) { self.requestedModel = requestedModel }

  // MARK: Reading

  mutating func begin(_ label: UInt8, _ tally: inout ReplyTally) {
    report.begin(label)
    switch Field(rawValue: label) {
    case .candidate:
      candidateIndex = 0
      finish = nil
    case .functionCall: calls.begin(&tally)
    case .partialArguments: calls.notePieces()
    case .toolCall: toolType = nil
    case .code: tally.addServerToolCall(name: "code_execution")
    case .media: tally.hasContent = true
    case .webSource: grounding.addWebSource()
    case .mapsSource: grounding.addMapsSource()
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      report.value(label, json, &tally.facts.context)
      return
    }
    switch field {
    case .content, .arguments: tally.addContent(bytes: json.size)
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case .blockReason:
      isBlocked = isBlocked || Self.reason(json) != nil
      tally.facts.isBlocked = isBlocked
    case .candidateIndex: if let index = json.protoCount { candidateIndex = index }
    case .finish: finish = Self.reason(json)
    case .callID, .callName, .callContinues: calls.value(field, json)
    case .toolType: toolType = json.wholeText
    case .webQuery: grounding.addQuery(json, isImageSearch: false)
    case .imageQuery: grounding.addQuery(json, isImageSearch: true)
    case .candidate, .functionCall, .partialArguments, .code, .toolCall, .media, .webSource, .mapsSource: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .functionCall: calls.end(candidateIndex, &tally)
    case .toolCall:
      let name = toolType?.lowercased() ?? "tool"
      grounding.addCall(name)
      tally.addServerToolCall(name: name)
    case .candidate: endCandidate(&tally)
    case nil: if report.end(label) { endUsage(&json, &tally) }
    default: break
    }
  }

  /// The reason in the provider's word, which an enumeration's number may stand for; nil for none.
  private static func reason(_ json: borrowing JSONReader) -> String? {
    if let number = json.count { return number == 0 ? nil : String(number) }
    guard let text = json.wholeText, !text.hasSuffix("_UNSPECIFIED") else { return nil }
    return text
  }

  private mutating func endCandidate(_ tally: inout ReplyTally) {
    calls.endCandidate(candidateIndex, &tally)
    guard let finish else { return }
    isFinished = true
    guard candidateIndex <= finishCandidate else { return }
    finishCandidate = candidateIndex
    tally.facts.finishReason = finish
  }

  private mutating func endUsage(_ json: inout JSONReader, _ tally: inout ReplyTally) {
    guard !report.isMalformed else { return }
    _ = json.exchangeUsage(&tally.facts.usageRaw)
    hasUsageObject = true
    guard report.hasCounts else { return }
    usage.merge(report)
    hasReport = true
  }

  // MARK: Ends

  /// Settles what rests on the whole of a response, or of a chunk of it.
  mutating func endResponse(_ tally: inout ReplyTally) {
    tally.endDocument()
    // A blocked prompt has generated nothing; its usage names at most the kind of traffic.
    let isFree = isBlocked && hasUsageObject && !usage.hasCounts && tally.facts.outputTextBytes == 0
    if hasReport || (usage.hasCounts && !grounding.isEmpty) || (isFree && tally.usage == nil) {
      var cells = usage.cells
      grounding.bill(&cells, model: tally.facts.model ?? requestedModel)
      if cells != tally.usage { tally.report(cells) }
    }
    hasReport = false
    if isFinished || isBlocked { tally.facts.isTerminal = true }
  }
}
