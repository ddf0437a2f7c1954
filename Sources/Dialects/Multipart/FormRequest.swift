internal import Metering
internal import Tokenizers

/// Requests that are forms: transcriptions, edits of images, videos. Files pass through it unread, but for the head of a sound,
/// which tells how long it is: what is billed where the reply does not say it.
///
/// https://platform.openai.com/docs/api-reference/audio/createTranscription and `/images/createEdit`.
struct FormRequest: ~Copyable {
  /// The longest value of a field that is kept: no model, size or number is longer.
  private static let valueBytesMax = 256

  private enum Field: String, CaseIterable {
    case model, stream, n, size, quality, resolution, prompt, instructions, file
  }

  /// The bytes of a WAV before its sound; with others in between, it comes out longer by a few milliseconds.
  private static let waveHeaderBytes: Int64 = 44

  private let operation: Operation
  /// Nil where the content type names no boundary, so that nothing can be told apart.
  private var reader: MultipartReader?
  private var field: Field?
  private var value: [UInt8] = []
  private var valueBytes = 0
  private var met: Set<Field> = []
  private var choices = MediaChoices()
  private var header = MediaHeader()
  private var fileBytes: Int64 = 0

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
    header = MediaHeader()
    fileBytes = 0
    value.removeAll(keepingCapacity: true)
    valueBytes = 0
  }

  private mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
    guard let field else { return }
    if field == .file { return appendFile(bytes, range) }
    valueBytes &+= range.count
    let count = min(range.count, Self.valueBytesMax &- value.count)
    guard count > 0 else { return }
    let kept = bytes.extracting(range.lowerBound..<range.lowerBound &+ count)
    kept.withUnsafeBytes { value.append(contentsOf: $0) }
  }

  private mutating func appendFile(_ bytes: RawSpan, _ range: Range<Int>) {
    fileBytes &+= Int64(range.count)
    guard operation == .transcription, !header.isDone else { return }
    for offset in range {
      header.take(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
      if header.isDone { return }
    }
  }

  /// The length of a sound that says how many bytes a second has; of others it would be a guess.
  private func endFile(_ facts: inout RequestFacts) {
    guard operation == .transcription, case .audio(let bytesPerSecond, isExact: true) = header.kind, bytesPerSecond > 0
    else { return }
    let soundBytes = max(0, fileBytes &- Self.waveHeaderBytes)
    facts.usage[.inputAudioTime] = Int64(clamping: Int128(soundBytes) * 1000 / Int128(bytesPerSecond))
  }

  private mutating func end(_ facts: inout RequestFacts) {
    guard let field = field.take() else { return }
    if field == .file { return endFile(&facts) }
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
    case .prompt, .instructions, .file: break
    }
  }
}
