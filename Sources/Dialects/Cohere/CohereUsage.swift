internal import JSON
internal import Metering

/// What Cohere says that a call used: what it bills (`billed_units`), beside what its models read and wrote (`tokens`), which
/// is more, since instructions and tool definitions of Cohere's own are in it. The cells hold what is billed.
///
/// https://docs.cohere.com/reference/chat, `usage`, and `meta` of all other APIs.
struct CohereUsage {
  enum Field: UInt8 {
    case usage = 180
    case billedInput, billedText, billedImage, billedOutput, images, searches, classifications, pages
    case input, output, reasoning, cached
  }

  static let pattern = JSONPattern.object(Field.usage, keepsBytes: true, members)

  static let members: KeyValuePairs<String, JSONPattern> = [
    "billed_units": .object([
      "input_tokens": .scalar(Field.billedInput),
      "text_tokens": .scalar(Field.billedText),
      "image_tokens": .scalar(Field.billedImage),
      "output_tokens": .scalar(Field.billedOutput),
      "images": .scalar(Field.images),
      "search_units": .scalar(Field.searches),
      "classifications": .scalar(Field.classifications),
      "pages": .scalar(Field.pages),
    ]),
    "tokens": .object([
      "input_tokens": .scalar(Field.input),
      "output_tokens": .scalar(Field.output),
      "reasoning_tokens": .scalar(Field.reasoning),
    ]),
    "cached_tokens": .scalar(Field.cached),
  ]

  private var counts = InlineArray<13, Int64>(repeating: 0)
  private var hasBilled = false
  private var hasTokens = false

  /// Reads one of the object's numbers, which the API's description calls floating ones; other labels are left alone.
  mutating func value(_ label: UInt8, _ json: borrowing JSONReader) {
    guard let field = Field(rawValue: label), let count = json.wholeCount else { return }
    switch field {
    case .input, .output: hasTokens = true
    case .usage, .reasoning, .cached: break
    default: hasBilled = true
    }
    self[field] = count
  }

  private subscript(field: Field) -> Int64 {
    get { counts[Int(field.rawValue &- Field.usage.rawValue)] }
    set { counts[Int(field.rawValue &- Field.usage.rawValue)] = newValue }
  }

  /// The disjoint cells; nil where the object has neither billed units nor tokens.
  ///
  /// - Parameter operation: what the units are of: search units of a ranking are searches that were ranked, those of a chat
  ///   are searches of the web.
  func cells(of operation: Operation) -> Usage? {
    guard hasBilled else { return hasTokens ? tokens : nil }
    var usage = Usage()
    usage[.input] = self[.billedInput] > 0 ? self[.billedInput] : self[.billedText]
    usage[.inputImage] = self[.billedImage]
    // Images are billed by their tokens where those are counted.
    if self[.billedImage] == 0 { usage[.inputImages] = self[.images] }
    usage[.reasoning] = min(self[.reasoning], self[.billedOutput])
    usage[.output] = self[.billedOutput] - usage[.reasoning]
    usage[operation == .rerank ? .rerank : .webSearch] = self[.searches]
    usage[.inputMessages] = self[.classifications]
    usage[.inputPages] = self[.pages]
    return usage
  }

  /// The tokens themselves, where nothing is said to be billed. Cached ones are inside the input.
  private var tokens: Usage {
    var usage = Usage()
    usage[.cachedInput] = min(self[.cached], self[.input])
    usage[.input] = self[.input] - usage[.cachedInput]
    usage[.reasoning] = min(self[.reasoning], self[.output])
    usage[.output] = self[.output] - usage[.reasoning]
    return usage
  }
}
