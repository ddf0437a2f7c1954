internal import JSON
internal import Metering

/// The `usage` object of OpenAI's APIs, in both namings (`prompt_tokens`, `input_tokens`). Its details are parts of
/// its totals: cached, written and audio tokens are inside the prompt, reasoning tokens inside the completion, rejected
/// predictions too.
///
/// https://platform.openai.com/docs/api-reference/chat/object, and `/responses/object`.
struct OpenAIUsage {
  enum Field: UInt8 {
    case usage = 100
    case prompt, completion, cached, write, write30m, write12h
    case promptAudio, promptImage, cachedAudio, cachedImage
    case reasoning, completionAudio, completionImage
  }

  /// The members of the object, for a pattern under any name.
  static let members: KeyValuePairs<String, JSONPattern> = [
    "prompt_tokens": .scalar(Field.prompt),
    "input_tokens": .scalar(Field.prompt),
    "completion_tokens": .scalar(Field.completion),
    "output_tokens": .scalar(Field.completion),
    "prompt_tokens_details": promptDetails,
    "input_tokens_details": promptDetails,
    "completion_tokens_details": completionDetails,
    "output_tokens_details": completionDetails,
    // DeepSeek's name for what its cache held: https://api-docs.deepseek.com/guides/kv_cache
    "prompt_cache_hit_tokens": .scalar(Field.cached),
    // Of image generation.
    "cached_tokens": .scalar(Field.cached),
    "cached_tokens_details": .object(["cached_image_tokens": .scalar(Field.cachedImage)]),
  ]

  static let pattern = JSONPattern.object(Field.usage, keepsBytes: true, members)

  private static let promptDetails = JSONPattern.object([
    "cached_tokens": .scalar(Field.cached),
    "cache_write_tokens": .scalar(Field.write),
    "cache_write_tokens_details": .object([
      "ttl_30m_tokens": .scalar(Field.write30m), "ttl_12h_tokens": .scalar(Field.write12h),
    ]),
    "audio_tokens": .scalar(Field.promptAudio),
    "image_tokens": .scalar(Field.promptImage),
    "cached_tokens_details": .object([
      "audio_tokens": .scalar(Field.cachedAudio), "image_tokens": .scalar(Field.cachedImage),
    ]),
  ])

  private static let completionDetails = JSONPattern.object([
    "reasoning_tokens": .scalar(Field.reasoning),
    "audio_tokens": .scalar(Field.completionAudio),
    "image_tokens": .scalar(Field.completionImage),
  ])

  private var counts = InlineArray<14, Int64>(repeating: 0)
  private var hasTotal = false
  private var isMalformed = false

  /// Reads one of the object's numbers; other labels are left alone.
  mutating func value(_ label: UInt8, _ json: borrowing JSONReader) {
    guard let field = Field(rawValue: label), field != .usage, json.kind != .null else { return }
    let isTotal = field == .prompt || field == .completion
    guard let count = json.count else {
      if isTotal { isMalformed = true }
      return
    }
    if isTotal { hasTotal = true }
    self[field] = count
  }

  private subscript(field: Field) -> Int64 {
    get { counts[Int(field.rawValue &- Field.usage.rawValue)] }
    set { counts[Int(field.rawValue &- Field.usage.rawValue)] = newValue }
  }

  /// Whether any token was used.
  var isZero: Bool { self[.prompt] == 0 && self[.completion] == 0 }

  /// The disjoint cells; nil where the object has no total, or one that is no count. Parts that say more than their
  /// total are cut, so that the cells always add up to what the provider totalled.
  var cells: Usage? {
    guard hasTotal, !isMalformed else { return nil }
    var usage = Usage()
    var fresh = self[.prompt]
    var cached = Self.take(self[.cached], from: &fresh)
    var written = Self.take(self[.write], from: &fresh)
    usage[.cacheWrite30m] = Self.take(self[.write30m], from: &written)
    usage[.cacheWrite12h] = Self.take(self[.write12h], from: &written)
    usage[.cacheWrite] = written
    let cachedAudio = Self.take(self[.cachedAudio], from: &cached)
    let cachedImage = Self.take(self[.cachedImage], from: &cached)
    usage[.cachedInputAudio] = cachedAudio
    usage[.cachedInputImage] = cachedImage
    usage[.cachedInput] = cached
    // The audio and image tokens of the details count the cached ones too.
    usage[.inputAudio] = Self.take(max(0, self[.promptAudio] &- cachedAudio), from: &fresh)
    usage[.inputImage] = Self.take(max(0, self[.promptImage] &- cachedImage), from: &fresh)
    usage[.input] = fresh
    var output = self[.completion]
    usage[.reasoning] = Self.take(self[.reasoning], from: &output)
    usage[.outputAudio] = Self.take(self[.completionAudio], from: &output)
    usage[.outputImage] = Self.take(self[.completionImage], from: &output)
    usage[.output] = output
    return usage
  }

  /// Takes a part from what is left of a total, and no more than there is.
  private static func take(_ part: Int64, from rest: inout Int64) -> Int64 {
    let taken = min(part, rest)
    rest -= taken
    return taken
  }
}
