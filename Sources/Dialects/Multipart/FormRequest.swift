internal import Metering

/// Requests that are forms: transcriptions, edits of images, videos. Files pass through it unread.
///
/// https://platform.openai.com/docs/api-reference/audio/createTranscription and `/images/createEdit`.
struct FormRequest: ~Copyable {
  /// The longest value of a field that is kept: no model, size or number is longer.
  private static let valueBytesMax = 256

  private enum Field: String, CaseIterable {
    case model, stream, n, size, quality, resolution, prompt, instructions
  }

  private let operation: Operation
  /// Nil where the content type names no boundary, so that nothing can be told apart.
  private var reader: MultipartReader?
  private var field: Field?
  private var value: [UInt8] = []
  private var valueBytes = 0
  private var met: Set<Field> = []
  private var choices = MediaChoices()

  init(_ operation: Operation, contentType: String) {
    self.operation = operation
    // What is looked after has no price that its fields could decide.
    reader = operation.isFree ? nil : MultipartBoundary(contentType: contentType).map(MultipartReader.init)
  }

  /// Whether a body of a content type is a form.
  static func isForm(_ contentType: String) -> Bool {
    contentType.utf8.count >= 10 && contentType.prefix(10).lowercased() == "multipart/"
  }

  mutating func read(_ bytes: RawSpan, into facts: inout RequestFacts) {
    guard var reader = reader.take() else { return }
    defer { self.reader = reader }
    var offset = 0
    while true {
      switch reader.next(bytes, at: &offset) {
      case .needsMore: return
      case .begin: begin(reader.name)
      case .data(let range): append(bytes, range)
      case .held: append(reader.held.span.bytes, 0..<reader.held.count)
      case .end: end(&facts)
      }
    }
  }

  consuming func finish(_ facts: inout RequestFacts) {
    facts.isComplete = reader?.isWhole == true
    facts.wantsStreamUsage = true
    switch operation {
    case .images: choices.settle(&facts, isImage: true)
    case .videos: choices.settle(&facts, isImage: false)
    default: break
    }
  }

  // MARK: Fields

  private mutating func begin(_ name: String) {
    field = Field(rawValue: name)
    value.removeAll(keepingCapacity: true)
    valueBytes = 0
  }

  private mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
    guard field != nil else { return }
    valueBytes &+= range.count
    let count = min(range.count, Self.valueBytesMax &- value.count)
    guard count > 0 else { return }
    let kept = bytes.extracting(range.lowerBound..<range.lowerBound &+ count)
    kept.withUnsafeBytes { value.append(contentsOf: $0) }
  }

  private mutating func end(_ facts: inout RequestFacts) {
    guard let field = field.take() else { return }
    if field == .prompt || field == .instructions {
      facts.promptTextBytes &+= Int64(valueBytes)
      return
    }
    if !met.insert(field).inserted { facts.isAmbiguous = true }
    guard valueBytes == value.count, valueBytes > 0 else { return }
    let text = String(decoding: value, as: UTF8.self)
    switch field {
    case .model: facts.model = text
    case .stream: facts.wantsStream = text.lowercased() == "true" || text == "1"
    case .n: facts.choices = max(facts.choices, Int64(text) ?? 1)
    case .size: choices.size = text
    case .quality: choices.quality = text
    case .resolution: choices.resolution = text
    case .prompt, .instructions: break
    }
  }
}
