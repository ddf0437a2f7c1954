internal import JSON
internal import Metering

/// Replies of llama.cpp's own `/completion`: one document, or events of which the last one counts.
///
/// https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
struct LlamaCompletionReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case model = 1
    case content, stop, stopType, evaluated, predicted
  }

  static let shape = JSONShape(
    .object([
      "model": .text(Field.model),
      "content": .stringSize(Field.content),
      "stop": .scalar(Field.stop),
      "stop_type": .text(Field.stopType),
      "tokens_evaluated": .scalar(Field.evaluated),
      "tokens_predicted": .scalar(Field.predicted),
      "timings": LlamaTimings.pattern,
      "error": ErrorMembers.pattern,
    ]))

  private var error = ErrorMembers()
  private var timings = LlamaTimings()
  private var evaluated: Int64?
  private var predicted: Int64?
  private var isStopped = false

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    if label == LlamaTimings.Field.timings.rawValue { timings = LlamaTimings() }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .model: tally.readModel(json)
    case .content: tally.addContent(bytes: json.size)
    case .stop: if json.isTrue { isStopped = true }
    case .stopType: if json.kind == .string, json.size > 0 { tally.facts.finishReason = json.string }
    case .evaluated: evaluated = json.wholeCount
    case .predicted: predicted = json.wholeCount
    case nil:
      timings.value(label, json)
      error.value(label, json, &tally)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    if label == LlamaTimings.Field.timings.rawValue { _ = json.exchangeUsage(&tally.facts.usageRaw) }
  }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool { label == Field.content.rawValue }

  mutating func endDocument(_ tally: inout ReplyTally) {
    // Only the last event counts the prompt.
    if isStopped {
      tally.facts.isTerminal = true
      if let cells { tally.report(cells) }
    }
    error.endDocument(&tally)
    tally.endDocument()
  }

  /// The timings tell what of the prompt was still known; builds without them count the whole of it.
  private var cells: Usage? {
    if let cells = timings.cells { return cells }
    guard evaluated != nil || predicted != nil else { return nil }
    var usage = Usage()
    usage[.input] = evaluated ?? 0
    usage[.output] = predicted ?? 0
    return usage
  }
}
