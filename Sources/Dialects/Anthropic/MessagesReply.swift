internal import JSON
internal import Metering

/// Replies of Messages: the message itself, or the events that build it.
///
/// https://docs.anthropic.com/en/api/messages and `/en/docs/build-with-claude/streaming`.
struct MessagesReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case id = 20
    case model, stop, eventType, message, content, text
    case block, blockType, blockIndex, blockID, blockName, blockInput, partialInput
  }

  private enum BlockType: Int {
    case toolUse, serverToolUse, mcpToolUse

    static let names = ["tool_use", "server_tool_use", "mcp_tool_use"]
  }

  static let shape = JSONShape(pattern(usage: MessagesUsage.pattern))

  /// A whole message, or an event.
  static func pattern(usage: JSONPattern) -> JSONPattern {
    .object([
      "type": .word(Field.eventType, of: ["message_stop"]),
      "message": .object(Field.message, message(usage: usage)),
      "index": .scalar(Field.blockIndex),
      "content_block": block,
      "delta": .object([
        "text": .stringSize(Field.text),
        "thinking": .stringSize(Field.text),
        "partial_json": .stringSize(Field.partialInput),
        "content": .stringSize(Field.text),
        "stop_reason": .text(Field.stop),
      ]),
      "error": ErrorMembers.pattern,
    ]).orObject(message(usage: usage))
  }

  /// The members of a message.
  static func message(usage: JSONPattern) -> KeyValuePairs<String, JSONPattern> {
    [
      "id": .text(Field.id),
      "model": .text(Field.model),
      "content": .array(Field.content, of: block),
      "stop_reason": .text(Field.stop),
      "usage": usage,
    ]
  }

  private static let block = JSONPattern.object(
    Field.block,
    [
      "type": .word(Field.blockType, of: BlockType.names),
      "id": .text(Field.blockID),
      "name": .text(Field.blockName),
      "input": .size(Field.blockInput),
      "text": .stringSize(Field.text),
      "thinking": .stringSize(Field.text),
      // The summary of a compaction. The content of the results of server tools is no text, and not the model's.
      "content": .stringSize(Field.text),
    ])

  private struct Block {
    var type: BlockType?
    var id = ""
    var name = ""
    var inputBytes = 0
  }

  private var usage = MessagesReplyUsage()
  private var error = ErrorMembers()
  private var isInMessage = false

  /// Whether the current document is the event that ends a stream.
  private var isStop = false
  private var blockIndex: Int64 = 0
  private var block = Block()
  private var waiting: Block?
  private var contentPlace: Int64?
  private var counted: Set<Int64> = []
  /// Where the calls of a stream stand, by the index of their block, and which of them no fragment has followed yet.
  private var places: [Int64: Int] = [:]
  private var begun: Set<Int64> = []

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    usage.begin(label)
    switch Field(rawValue: label) {
    case .message: isInMessage = true
    case .content: contentPlace = 0
    case .block:
      block = Block()
      _ = tally.arguments.takeText()
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      usage.value(label, json, &tally)
      error.value(label, json, &tally)
      return
    }
    switch field {
    case .text, .partialInput: tally.addContent(bytes: json.size)
    case .eventType: isStop = json.word != nil
    case .blockIndex: if let index = json.count { blockIndex = index }
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case .stop: if json.kind == .string, json.size > 0 { tally.facts.finishReason = json.string }
    case .blockType: block.type = json.word.flatMap { BlockType(rawValue: $0) }
    case .blockID: if json.kind == .string { block.id = json.string }
    case .blockName: if json.kind == .string { block.name = json.string }
    case .blockInput: block.inputBytes = json.size
    case .message, .content, .block: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    switch label {
    case Field.message.rawValue: isInMessage = false
    case Field.content.rawValue: contentPlace = nil
    case Field.block.rawValue: endBlock(&tally)
    default:
      if usage.end(label, isProvisional: isInMessage, &tally) { _ = json.exchangeUsage(&tally.facts.usageRaw) }
    }
  }

  /// The input of a tool call is text in a document; a stream begins with an empty one.
  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool {
    label == Field.text.rawValue || label == Field.partialInput.rawValue
      || label == Field.blockInput.rawValue && !tally.isStream
  }

  /// The arguments of all calls: those of the provider's tools are dropped.
  func isArguments(_ label: UInt8) -> Bool {
    label == Field.blockInput.rawValue || label == Field.partialInput.rawValue
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    if let waiting {
      count(waiting, at: blockIndex, &tally)
    } else if let place = places[blockIndex] {
      // What the block began with is what streams begin with: an empty object in the place of what follows.
      var text = tally.arguments.takeText()
      if !text.isEmpty {
        text.isWhole = begun.remove(blockIndex) != nil
        tally.arguments.add(text, to: place)
      }
    }
    waiting = nil
    usage.report(to: &tally)
    if isStop { tally.facts.isTerminal = true }
    isStop = false
    tally.endDocument()
  }

  private mutating func endBlock(_ tally: inout ReplyTally) {
    guard let place = contentPlace else {
      // A block that begins in a stream: its index may come behind it, its input comes later.
      waiting = block
      return
    }
    tally.addContent(bytes: block.type == nil ? 0 : block.inputBytes)
    count(block, at: place, &tally)
    contentPlace = place &+ 1
  }

  private mutating func count(_ block: Block, at index: Int64, _ tally: inout ReplyTally) {
    guard let type = block.type, !block.name.isEmpty else { return }
    guard counted.count < ReplyTally.blocksMax, counted.insert(index).inserted else { return }
    switch type {
    case .toolUse:
      var text = tally.arguments.takeText()
      text.isWhole = true
      guard let place = tally.addToolCall(id: block.id, name: block.name) else { return }
      tally.arguments.add(text, to: place)
      guard tally.isStream else { return }
      places[index] = place
      begun.insert(index)
    case .serverToolUse: tally.addServerToolCall(name: block.name)
    case .mcpToolUse: tally.addServerToolCall(name: block.name, isMCP: true)
    }
  }
}
