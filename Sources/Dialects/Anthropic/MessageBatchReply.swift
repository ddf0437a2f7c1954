internal import JSON
internal import Metering

/// The results of a Message Batch: a line for each request, with the message that it got, at the batch's price.
///
/// https://docs.anthropic.com/en/api/retrieving-message-batch-results
struct MessageBatchReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case resultType = 1
  }

  static let shape = JSONShape(
    .object([
      "result": .object([
        "type": .word(Field.resultType, of: ["succeeded"]),
        "message": .object(MessagesReply.message(usage: MessagesUsage.pattern)),
      ]),
      // The whole of a reply that is an error.
      "error": ErrorMembers.pattern,
    ]))

  private var message = MessagesReply()
  private var error = ErrorMembers()
  /// What the current line says.
  private var line = ReplyTally()
  private var hasSucceeded = false

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    message.begin(label, json, &line)
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    if label == Field.resultType.rawValue {
      hasSucceeded = json.word != nil
      return
    }
    error.value(label, json, &tally)
    message.value(label, json, &line)
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    message.end(label, &json, &line)
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    message.endDocument(&line)
    if hasSucceeded {
      var facts = line.finish()
      facts.isTerminal = true
      facts.context.processing = "batch"
      tally.addItem(ReplyItem(facts: facts, isBatch: true))
    }
    message = MessagesReply()
    line = ReplyTally()
    hasSucceeded = false
  }
}
