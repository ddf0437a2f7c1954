internal import JSON
internal import Metering

/// Replies of Images: one document, or events of which the last has the usage. DALL·E reports none, xAI only what it cost: then
/// the images that came are what is billed, be it fewer than were asked for.
///
/// https://platform.openai.com/docs/api-reference/images and `/images-streaming`.
struct ImagesReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case event = 1
    case id, model, size, quality, data, datum, image, svgUsage, svgModel
  }

  /// The events that end a stream.
  private static let ends = ["image_generation.completed", "image_edit.completed"]

  static let shape = JSONShape(
    .object([
      "type": .word(Field.event, of: ends),
      "id": .text(Field.id),
      "model": .text(Field.model),
      "size": .text(Field.size),
      "quality": .text(Field.quality),
      "b64_json": .scalar(Field.image),
      "data": .array(
        Field.data, of: .object(Field.datum, ["b64_json": .scalar(Field.image), "url": .scalar(Field.image)])),
      "usage": OpenAIUsage.pattern,
      "svg_usage": .object(Field.svgUsage, OpenAIUsage.members).orObject([
        "model": .text(Field.svgModel), "reasoning_tokens": .scalar(OpenAIUsage.Field.reasoning),
      ]),
      "error": ErrorMembers.pattern,
      "code": ErrorMembers.codePattern,
    ]))

  private var error = ErrorMembers()
  /// The usage object that is being read.
  private var usage = OpenAIUsage()
  private var svgModel: String?

  private var own: Usage?
  private var drawing: ModelUsage?
  private var hasNews = false
  /// Images that have come; nil before any could.
  private var images: Int64?
  private var hasImage = false
  private var isEnd = false

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    switch Field(rawValue: label) {
    case .data: images = 0
    case .datum: hasImage = false
    default: break
    }
    guard label == OpenAIUsage.Field.usage.rawValue || label == Field.svgUsage.rawValue else { return }
    usage = OpenAIUsage()
    svgModel = nil
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .event:
      guard json.word != nil else { return }
      isEnd = true
      tally.facts.isTerminal = true
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case .size: tally.facts.context.size = Self.choice(json) ?? tally.facts.context.size
    case .quality: tally.facts.context.quality = Self.choice(json) ?? tally.facts.context.quality
    case .image:
      guard json.kind == .string else { return }
      hasImage = true
      tally.hasContent = true
    case .svgModel: if json.kind == .string, json.size > 0 { svgModel = json.string }
    case .svgUsage, .data, .datum: break
    case nil:
      usage.value(label, json)
      error.value(label, json, &tally)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    switch label {
    case Field.data.rawValue: hasNews = true
    case Field.datum.rawValue: countImage()
    case OpenAIUsage.Field.usage.rawValue:
      _ = json.exchangeUsage(&tally.facts.usageRaw)
      if let cost = usage.reportedCostPicodollars { tally.facts.reportedCostPicodollars = cost }
      guard let cells = usage.drawingCells else { return }
      own = cells
      hasNews = true
    case Field.svgUsage.rawValue:
      guard let cells = usage.cells, !usage.isZero else { return }
      drawing = ModelUsage(model: svgModel, usage: cells)
      hasNews = true
    default: break
    }
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    error.endDocument(&tally)
    // The last event of each image has it.
    if isEnd { countImage() }
    hasImage = false
    isEnd = false
    guard hasNews else { return }
    hasNews = false
    tally.report(report, others: drawing.map { [$0] } ?? [])
  }

  private mutating func countImage() {
    guard hasImage else { return }
    hasImage = false
    images = (images ?? 0) &+ 1
    hasNews = true
  }

  /// The tokens, or the images where there are none.
  private var report: Usage {
    var usage = own ?? Usage()
    if usage.isEmpty, drawing == nil { usage[.outputImages] = images ?? 0 }
    return usage
  }

  /// A choice that was made: `auto` leaves it open.
  private static func choice(_ json: borrowing JSONReader) -> String? {
    json.isText("auto") ? nil : json.wholeText
  }
}
