internal import JSON
internal import Metering

/// Replies of Audio that are JSON: a transcription or translation, its stream, or the stream of a speech. Their usage counts
/// tokens, or the seconds of the audio.
///
/// https://platform.openai.com/docs/api-reference/audio
struct AudioReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case event = 1
    case model, delta, text, audio, duration, seconds
  }

  /// The events that end a stream.
  private static let ends = ["transcript.text.done", "speech.audio.done"]

  static let shape = JSONShape(
    .object([
      "type": .word(Field.event, of: ends),
      "model": .text(Field.model),
      "delta": .stringSize(Field.delta),
      "text": .stringSize(Field.text),
      "audio": .scalar(Field.audio),
      // Of a verbose transcription. Some servers write it as text.
      "duration": .text(Field.duration),
      "usage": OpenAIUsage.pattern.orObject([
        "seconds": .text(Field.seconds)
      ]),
      "error": ErrorMembers.pattern,
      "code": ErrorMembers.codePattern,
    ]))

  private let isSpeech: Bool
  private var error = ErrorMembers()
  private var usage = OpenAIUsage()
  private var usageMilliseconds: Int64?
  private var durationMilliseconds: Int64?

  init(isSpeech: Bool) { self.isSpeech = isSpeech }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    if label == OpenAIUsage.Field.usage.rawValue { usage = OpenAIUsage() }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .event: if json.word != nil { tally.facts.isTerminal = true }
    case .model: tally.readModel(json)
    case .delta: tally.addContent(bytes: json.size)
    // The last event of a stream repeats the whole text.
    case .text: if !tally.isStream { tally.addContent(bytes: json.size) }
    case .audio: if json.kind == .string { tally.hasContent = true }
    case .duration: durationMilliseconds = json.decimal?.scaled(byPowerOfTen: 3)
    case .seconds: usageMilliseconds = json.decimal?.scaled(byPowerOfTen: 3)
    case nil:
      usage.value(label, json)
      error.value(label, json, &tally)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    guard label == OpenAIUsage.Field.usage.rawValue else { return }
    _ = json.exchangeUsage(&tally.facts.usageRaw)
    if let cost = usage.reportedCostPicodollars { tally.facts.reportedCostPicodollars = cost }
    if let cells {
      tally.report(cells)
    } else if let usageMilliseconds {
      tally.report(Self.audio(usageMilliseconds))
    }
  }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool {
    label == (tally.isStream ? Field.delta : Field.text).rawValue
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    error.endDocument(&tally)
    if tally.usage == nil, let durationMilliseconds { tally.report(Self.audio(durationMilliseconds)) }
    tally.endDocument()
  }

  /// The tokens; all that a speech puts out is audio.
  private var cells: Usage? {
    guard var cells = usage.cells, isSpeech else { return usage.cells }
    cells[.outputAudio] += cells[.output]
    cells[.output] = 0
    return cells
  }

  private static func audio(_ milliseconds: Int64) -> Usage {
    var usage = Usage()
    usage[.inputAudioTime] = milliseconds
    return usage
  }
}
