internal import JSON
internal import Metering

/// Requests of Images and Videos that are JSON: what they ask for decides the price, where the reply does not say it.
///
/// https://platform.openai.com/docs/api-reference/images/create and `/videos/create`.
struct MediaRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case size = 1
    case quality, resolution
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "stream": .scalar(RequestMembers.Field.stream),
        "n": .text(RequestMembers.Field.choices),
        "prompt": .stringSize(RequestMembers.Field.prompt),
        "size": .text(Field.size),
        "quality": .text(Field.quality),
        "resolution": .text(Field.resolution),
      ]))

  private let isImage: Bool
  private var members = RequestMembers()
  private var choices = MediaChoices()

  init(isImage: Bool) { self.isImage = isImage }

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    let text = json.kind == .string && json.isTextWhole ? json.string : ""
    switch Field(rawValue: label) {
    case .size: choices.size = text
    case .quality: choices.quality = text
    case .resolution: choices.resolution = text
    case nil: members.value(label, json, &facts)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {}

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole)
    facts.wantsStreamUsage = true
    choices.settle(&facts, isImage: isImage)
  }
}

/// What a request for images or a video chooses; empty where it leaves it open.
struct MediaChoices {
  var size = ""
  var quality = ""
  var resolution = ""

  /// The most images that an API draws at once: OpenAI and xAI ten, others some more. A larger number is refused there, and
  /// must not become a charge here.
  private static let imagesMax: Int64 = 16

  /// Writes the choices into the facts. The number of images is fixed by the request, the length of a video by its reply.
  func settle(_ facts: inout RequestFacts, isImage: Bool) {
    facts.context.size = Self.chosen(size)
    facts.context.quality = Self.chosen(quality)
    facts.context.resolution = Self.chosen(resolution)
    if isImage {
      facts.usage[.outputImages] = min(facts.choices, Self.imagesMax)
    } else if facts.context.resolution == nil {
      facts.context.resolution = facts.context.size.flatMap(VideoResolution.name)
    }
  }

  private static func chosen(_ text: String) -> String? { text.isEmpty || text == "auto" ? nil : text }
}
