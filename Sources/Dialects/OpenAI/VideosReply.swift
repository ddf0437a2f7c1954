internal import JSON
internal import Metering

/// A video while it is made, and once it is done: billed by its length at its resolution, once, when it is complete. xAI says
/// what it cost.
///
/// https://platform.openai.com/docs/api-reference/videos, https://docs.x.ai/docs/guides/video-generations
struct VideosReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case id = 1
    case model, status, seconds, size, resolution
  }

  static let shape = JSONShape(
    .object([
      "id": .text(Field.id),
      "request_id": .text(Field.id),
      "model": .text(Field.model),
      "status": .text(Field.status),
      // OpenAI writes it as text.
      "seconds": .text(Field.seconds),
      "size": .text(Field.size),
      "resolution": .text(Field.resolution),
      "video": .object(["duration": .text(Field.seconds), "resolution": .text(Field.resolution)]),
      "usage": OpenAIUsage.pattern,
      "error": ErrorMembers.pattern,
      "code": ErrorMembers.codePattern,
    ]))

  private var error = ErrorMembers()
  private var usage = OpenAIUsage()
  private var status: String?
  private var milliseconds: Int64?

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    error.begin(label)
    if label == OpenAIUsage.Field.usage.rawValue { usage = OpenAIUsage() }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .id: tally.readResponseID(json)
    case .model: tally.readModel(json)
    case .status: status = json.wholeText ?? status
    case .seconds: milliseconds = json.decimal?.scaled(byPowerOfTen: 3) ?? milliseconds
    case .resolution: tally.facts.context.resolution = json.wholeText ?? tally.facts.context.resolution
    case .size:
      guard let size = json.wholeText else { return }
      tally.facts.context.size = size
      tally.facts.context.resolution = tally.facts.context.resolution ?? VideoResolution.name(ofSize: size)
    case nil:
      usage.value(label, json)
      error.value(label, json, &tally)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    error.end(label, &tally)
    guard label == OpenAIUsage.Field.usage.rawValue else { return }
    _ = json.exchangeUsage(&tally.facts.usageRaw)
    tally.facts.reportedCostPicodollars = usage.reportedCostPicodollars ?? tally.facts.reportedCostPicodollars
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    error.endDocument(&tally)
    tally.facts.finishReason = status
    switch status {
    case "queued", "in_progress", "pending", "processing": tally.facts.isPending = true
    case "completed", "done", "succeeded":
      guard usage.cells != nil || milliseconds != nil else { return }
      var cells = usage.cells ?? Usage()
      cells[.outputVideoTime] = milliseconds ?? 0
      tally.report(cells)
    default: break
    }
  }
}

/// The resolution of a video, as prices name it.
enum VideoResolution {
  /// `720p` for `1280x720` as for `720x1280`; nil for what is no size.
  static func name(ofSize size: String) -> String? {
    let sides = size.split(separator: "x", omittingEmptySubsequences: false).map { UInt16($0) }
    guard sides.count == 2, let width = sides[0], let height = sides[1] else { return nil }
    return "\(min(width, height))p"
  }
}
