internal import JSON
internal import Metering

/// Replies of Mistral's audio and OCR APIs: one document, or events whose last one has the usage.
///
/// https://docs.mistral.ai/api/endpoint/ocr and `/audio/transcriptions`, `/audio/speech`
struct MistralMediaReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case id = 1
    case model, text, event, finish, pages, pageUsage
  }

  static let shape = JSONShape(
    .object([
      "id": .text(Field.id),
      "model": .text(Field.model),
      "text": .stringSize(Field.text),
      "type": .word(Field.event, of: ["transcription.done", "speech.audio.done"]),
      "finish_reason": .text(Field.finish),
      "usage": OpenAIUsage.pattern,
      "usage_info": .object(Field.pageUsage, keepsBytes: true, ["pages_processed": .scalar(Field.pages)]),
    ]
    ).orObject(ErrorMembers.flatMembers))

  private let operation: Operation
  private var usage = OpenAIUsage()
  private var error = ErrorMembers()
  private var isDone = false
  private var textBytes = 0
  private var pages: Int64?

  init(operation: Operation) { self.operation = operation }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    if label == OpenAIUsage.Field.usage.rawValue { usage = OpenAIUsage() }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    guard let field = Field(rawValue: label) else {
      usage.value(label, json)
      error.value(label, json, &tally)
      return
    }
    switch field {
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case .text: textBytes = json.size
    case .event: isDone = json.word != nil
    case .finish: if json.kind == .string, json.size > 0 { tally.facts.finishReason = json.string }
    case .pages: pages = json.wholeCount
    case .pageUsage: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    var cells: Usage?
    switch label {
    case OpenAIUsage.Field.usage.rawValue:
      usage.vendor.complete(&tally.facts.context)
      if let all = usage.cells { cells = billed(all) }
    case Field.pageUsage.rawValue:
      guard let pages else { return }
      var usage = Usage()
      usage[.inputPages] = pages
      cells = usage
    default: return
    }
    guard let cells else { return }
    _ = json.exchangeUsage(&tally.facts.usageRaw)
    tally.report(cells)
  }

  /// What is billed of it: a transcription costs by the length of its audio, where that is told, and not by its tokens.
  private func billed(_ cells: Usage) -> Usage {
    guard operation == .transcription, cells[.inputAudioTime] > 0 else { return cells }
    var billed = Usage()
    billed[.inputAudioTime] = cells[.inputAudioTime]
    return billed
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    // The last event of a stream repeats the text of those before it.
    if !isDone { tally.addContent(bytes: textBytes) }
    if isDone { tally.facts.isTerminal = true }
    isDone = false
    textBytes = 0
    error.endDocument(&tally)
    tally.endDocument()
  }
}
