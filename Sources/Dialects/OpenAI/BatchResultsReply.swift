internal import JSON

/// Results of batches: a file with a line for each (OpenAI, Azure, Mistral), or a document with a list of them (xAI). Each is
/// the reply of a chat completion, a response or an embedding of its own, at the price of a batch.
///
/// A file that holds anything else says nothing that is taken for a result: no line of it has the caller's name for a request
/// beside a response with its status, and a usage in that. A copy of results that a customer has stored cannot be told apart; it
/// repeats their ids, so that it is counted once with them.
///
/// https://platform.openai.com/docs/guides/batch, https://docs.x.ai/docs/guides/batch-api
struct BatchResultsReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case lineID = 240
    case requestID, customID, status, result, body
  }

  static let shape = JSONShape(
    .object([
      "id": .text(Field.lineID),
      "custom_id": .text(Field.customID),
      "response": response,
      "results": results,
      "batch_results": results,
      // The request itself was refused.
      "error": ErrorMembers.pattern,
      "code": ErrorMembers.codePattern,
    ]))

  private static let results = JSONPattern.array(
    of: .object(
      Field.result,
      [
        "id": .text(Field.lineID),
        "batch_request_id": .text(Field.customID), "custom_id": .text(Field.customID),
        "response": response,
        "batch_result": .object(["response": response]),
      ]))

  private static let response = JSONPattern.object([
    "request_id": .text(Field.requestID),
    "status_code": .scalar(Field.status),
    "body": body, "chat_get_completion": body, "responses": body,
  ])

  private static let body = JSONPattern.object(Field.body, ResponsesReply.response).orObject([
    "choices": ChatReply.choices
  ])

  private var chat = ChatReply()
  private var responses = ResponsesReply()
  private var error = ErrorMembers()
  /// The facts of the result that is being read.
  private var result = ReplyTally()
  private var lineID: String?
  private var requestID: String?
  /// The caller's name for the request, which tells results apart within one file only.
  private var customID: String?
  private var hasStatus = false
  private let resultsID: String?
  private var isInBody = false
  private var hasBody = false

  /// - Parameter resultsID: the file or batch that is read.
  init(resultsID: String?) { self.resultsID = resultsID }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .result: reset()
    case .body:
      isInBody = true
      hasBody = true
    case .lineID, .requestID, .customID, .status: break
    case nil where !isInBody: error.begin(label)
    case nil where Self.isOfChat(label): chat.begin(label, json, &result)
    case nil: responses.begin(label, json, &result)
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .lineID: lineID = json.wholeText
    case .requestID: requestID = json.wholeText
    case .customID: customID = json.wholeText
    case .status: hasStatus = json.kind == .number
    case .result, .body: break
    case nil where !isInBody: error.value(label, json, &tally)
    case nil where Self.isOfChat(label): chat.value(label, json, &result)
    case nil: responses.value(label, json, &result)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .result: if customID != nil { emit(to: &tally) }
    case .body:
      isInBody = false
      responses.endDocument(&result)
      chat.endDocument(&result)
    case .lineID, .requestID, .customID, .status: break
    case nil where !isInBody: error.end(label, &tally)
    case nil where Self.isOfChat(label): chat.end(label, &json, &result)
    case nil: responses.end(label, &json, &result)
    }
  }

  /// Whether a label stands within the choices of a chat completion.
  private static func isOfChat(_ label: UInt8) -> Bool {
    ChatReply.Field(rawValue: label) != nil || ChatVendorMembers.Field(rawValue: label) != nil
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    error.endDocument(&tally)
    if isLine { emit(to: &tally) }
    reset()
  }

  /// Whether the line that has been read is a result: the caller's name for its request, beside a response over HTTP.
  private var isLine: Bool { customID != nil && (hasStatus || requestID != nil) }

  /// Hands over the result that has been read. One without usage cost nothing: it failed, or never ran.
  private mutating func emit(to tally: inout ReplyTally) {
    if hasBody {
      var facts = result.finish()
      if !facts.usage.isEmpty || facts.reportedCostPicodollars != nil {
        // Embeddings have no id of their own, and Azure's lines none either.
        if facts.responseID == nil { facts.responseID = lineID ?? requestID ?? idInFile }
        facts.isTerminal = true
        tally.addItem(ReplyItem(facts: facts, isBatch: true))
      }
    }
    hasBody = false
  }

  private var idInFile: String? {
    guard let resultsID, let customID else { return nil }
    return "\(resultsID)#\(customID)"
  }

  private mutating func reset() {
    chat = ChatReply()
    responses = ResponsesReply()
    result = ReplyTally()
    lineID = nil
    requestID = nil
    customID = nil
    hasStatus = false
    isInBody = false
    hasBody = false
  }
}
