internal import JSON

/// What one message of a Live server says.
///
/// https://ai.google.dev/api/live#BidiGenerateContentServerMessage
struct LiveServerMessage {
  var isTurnComplete = false
  /// Whether the model was interrupted by the client; the turn completes all the same.
  var isInterrupted = false
  var hasContent = false
  var textBytes: Int64 = 0
  var grounding = GeminiGrounding()
  /// The bill that the message has, with the total that it names; nil where it has none.
  var usage: GeminiUsage?
  var tally = ReplyTally()
}

/// Reads the messages of a Live server, in both spellings.
struct LiveServerWire: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case turnComplete = 1
    case interrupted, text, data, query, source, total
    case call, callID, callName
  }

  static let shape = JSONShape(
    .object([
      "serverContent": content, "server_content": content,
      "toolCall": calls, "tool_call": calls,
      "usageMetadata": usage, "usage_metadata": usage,
      "error": ErrorMembers.pattern,
    ]))

  /// The reply's count may be missing (through gateways): then the total tells it.
  private static let usage = GeminiUsage.pattern.orObject([
    "totalTokenCount": .text(Field.total), "total_token_count": .text(Field.total),
  ])

  private static let content = JSONPattern.object([
    "turnComplete": .scalar(Field.turnComplete), "turn_complete": .scalar(Field.turnComplete),
    "interrupted": .scalar(Field.interrupted),
    "modelTurn": turn, "model_turn": turn,
    "outputTranscription": transcription, "output_transcription": transcription,
    "groundingMetadata": grounding, "grounding_metadata": grounding,
  ])

  private static let blob = JSONPattern.object(["data": .stringSize(Field.data)])
  private static let turn = JSONPattern.object([
    "parts": .array(
      of: .object([
        "text": .stringSize(Field.text), "inlineData": blob, "inline_data": blob,
        "functionCall": call, "function_call": call,
      ]))
  ])
  private static let transcription = JSONPattern.object(["text": .stringSize(Field.text)])
  private static let queries = JSONPattern.array(of: .text(Field.query))
  private static let sources = JSONPattern.array(of: .object(["web": .object(Field.source, [:])]))
  private static let grounding = JSONPattern.object([
    "webSearchQueries": queries, "web_search_queries": queries, "groundingChunks": sources, "grounding_chunks": sources,
  ])

  private static let call = JSONPattern.object(Field.call, ["id": .text(Field.callID), "name": .text(Field.callName)])
  private static let calls = JSONPattern.object([
    "functionCalls": .array(of: call), "function_calls": .array(of: call),
  ])

  private var usage = GeminiUsage()
  private var total: Int64?
  private var error = ErrorMembers()
  private var callID = ""
  private var callName = ""

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ message: inout LiveServerMessage) {
    usage.begin(label)
    error.begin(label)
    switch Field(rawValue: label) {
    case .call:
      callID = ""
      callName = ""
    case .source: message.grounding.addWebSource()
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ message: inout LiveServerMessage) {
    switch Field(rawValue: label) {
    case .turnComplete: message.isTurnComplete = json.isTrue
    case .interrupted: message.isInterrupted = json.isTrue
    case .text:
      message.textBytes &+= Int64(json.size)
      message.hasContent = message.hasContent || json.size > 0
    case .data: message.hasContent = message.hasContent || json.size > 0
    case .query: message.grounding.addQuery(json, isImageSearch: false)
    case .total: total = json.protoCount
    case .callID: callID = json.wholeText ?? ""
    case .callName: callName = json.wholeText ?? ""
    case .call, .source: break
    case nil:
      usage.value(label, json, &message.tally.facts.context)
      error.value(label, json, &message.tally)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ message: inout LiveServerMessage) {
    error.end(label, &message.tally)
    if label == Field.call.rawValue, !callName.isEmpty { message.tally.addToolCall(id: callID, name: callName) }
    guard usage.end(label) else { return }
    if let total { usage.completeReply(totalWithoutThoughts: total) }
    guard usage.hasCounts, !usage.isMalformed else { return }
    message.usage = usage
    _ = json.exchangeUsage(&message.tally.facts.usageRaw)
  }

  mutating func endDocument(_ message: inout LiveServerMessage) { total = nil }
}

/// What one message of a Live client says.
struct LiveClientMessage {
  var isSetup = false
  var model: String?
  /// Whether it ends the client's turn, so that the model is to answer.
  var asks = false
  var hasToolResults = false
  var toolResults = 0
  var textBytes: Int64 = 0
}

/// Reads the messages of a Live client, in both spellings.
struct LiveClientWire: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case setup = 1
    case model, text, content, turnComplete, toolResponse, result
  }

  static let shape = JSONShape(
    .object([
      "setup": .object(
        Field.setup,
        [
          "model": .text(Field.model),
          "systemInstruction": instruction, "system_instruction": instruction,
          "tools": .size(Field.text),
        ]),
      "clientContent": content, "client_content": content,
      "realtimeInput": .object(["text": text]), "realtime_input": .object(["text": text]),
      "toolResponse": results, "tool_response": results,
    ]))

  private static let text = JSONPattern.stringSize(Field.text)
  private static let parts = JSONPattern.array(of: .object(["text": text]))
  private static let instruction = text.orObject(["parts": parts])
  private static let content = JSONPattern.object(
    Field.content,
    [
      "turns": .array(of: .object(["parts": parts])).orObject(["parts": parts]),
      "turnComplete": .scalar(Field.turnComplete), "turn_complete": .scalar(Field.turnComplete),
    ])
  private static let result = JSONPattern.object(Field.result, ["response": .size(Field.text)])
  private static let results = JSONPattern.object(
    Field.toolResponse, ["functionResponses": .array(of: result), "function_responses": .array(of: result)])

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ message: inout LiveClientMessage) {
    switch Field(rawValue: label) {
    case .setup: message.isSetup = true
    case .toolResponse: message.hasToolResults = true
    case .result: message.toolResults &+= 1
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ message: inout LiveClientMessage) {
    switch Field(rawValue: label) {
    case .model: message.model = json.wholeText
    case .text: message.textBytes &+= Int64(json.size)
    case .turnComplete: message.asks = json.isTrue
    default: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ message: inout LiveClientMessage) {}

  mutating func endDocument(_ message: inout LiveClientMessage) {}
}
