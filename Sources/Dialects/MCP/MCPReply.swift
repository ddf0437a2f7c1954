internal import JSON
internal import Metering

/// What an MCP server answers: one message of JSON-RPC or a list of them, as a document or as events. Its notifications and
/// its own requests may stand before and behind the answer.
///
/// https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
struct MCPReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case message = 1
    case id, method, result, resultType, isError, failure, failureCode
  }

  static let shape = JSONShape(message.orArray(of: message))

  private static let message = JSONPattern.object(
    Field.message,
    [
      "id": .text(Field.id),
      "method": .text(Field.method),
      "result": .object(
        Field.result, ["isError": .scalar(Field.isError), "resultType": .word(Field.resultType, of: ["complete"])]),
      "error": .object(Field.failure, ["code": .text(Field.failureCode)]),
    ])

  private var id = ""
  private var hasMethod = false
  private var hasResult = false
  private var hasFailed = false
  private var isUnfinished = false
  private var code: String?

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard label == Field.message.rawValue else { return }
    clear()
  }

  private mutating func clear() {
    id = ""
    hasMethod = false
    hasResult = false
    hasFailed = false
    isUnfinished = false
    code = nil
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .id: id = MCPMessageID.text(json)
    case .method: hasMethod = true
    case .isError: if json.isTrue { hasFailed = true }
    // The revision of 2026-07-28: the server wants more input, or works on and tells later.
    case .resultType: isUnfinished = json.kind == .string && json.word == nil
    case .failureCode: code = Self.code(json)
    case .message, .result, .failure, nil: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .result: hasResult = true
    case .failure:
      hasResult = true
      hasFailed = true
      if code == nil { code = "error" }
    case .message:
      endMessage(&tally)
      clear()
    default: break
    }
  }

  private func endMessage(_ tally: inout ReplyTally) {
    guard hasResult, !hasMethod else { return }
    tally.hasContent = true
    tally.facts.isTerminal = true
    if let code { tally.fail(code: code) }
    guard !isUnfinished, tally.facts.toolAnswers.count < RequestFacts.toolCallsMax else { return }
    tally.facts.toolAnswers.append(ToolAnswer(id: id, isError: hasFailed))
  }

  mutating func endDocument(_ tally: inout ReplyTally) {}

  /// The code of a protocol error, most of which are negative.
  private static func code(_ json: borrowing JSONReader) -> String? {
    guard json.kind == .number else { return json.kind == .string && json.size > 0 ? json.string : nil }
    return json.decimal?.integer.map { String($0) }
  }
}
