internal import JSON
internal import Metering

/// Messages of an MCP client: one of JSON-RPC, or a list of them as the revision of 2025-03-26 had it.
///
/// https://modelcontextprotocol.io/specification/2025-06-18/server/tools
struct MCPRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case message = 1
    case id, method, name, answers
  }

  static let shape = JSONShape(message.orArray(of: message))

  private static let message = JSONPattern.object(
    Field.message,
    [
      "id": .text(Field.id),
      "method": .word(Field.method, of: ["tools/call"]),
      "params": .object(["name": .text(Field.name), "inputResponses": .object(Field.answers, [:])]),
    ])

  private var id = ""
  private var name = ""
  private var isCall = false
  private var isAnswer = false

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    if label == Field.message.rawValue {
      id = ""
      name = ""
      isCall = false
      isAnswer = false
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    case .id: id = MCPMessageID.text(json)
    case .method: isCall = json.word != nil
    case .name: if json.kind == .string { name = json.string }
    case .message, .answers, nil: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    switch Field(rawValue: label) {
    // A call that goes on, since its server had asked for more, was counted when it began.
    case .answers: isAnswer = true
    case .message:
      if isCall, !isAnswer { facts.addToolCall(id: id, name: name) }
      // A list ends as its last message did.
      isCall = false
    default: break
    }
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    facts.isComplete = isWhole
    facts.wantsStreamUsage = true
  }
}

/// The id of a JSON-RPC message, which is a text or a number.
enum MCPMessageID {
  /// The id as a text; empty where there is none.
  static func text(_ json: borrowing JSONReader) -> String {
    switch json.kind {
    case .string: json.isTextWhole ? json.string : ""
    case .number: json.decimal?.integer.map { String($0) } ?? ""
    case .bool, .null, .container: ""
    }
  }
}

extension RequestFacts {
  /// How many tool calls of one request are kept.
  static let toolCallsMax = 1024

  mutating func addToolCall(id: String, name: String) {
    if toolCalls.count < Self.toolCallsMax { toolCalls.append(ToolCall(id: id, name: name)) }
  }
}
