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
    case total, costTicks
    case webSearches, socialSearches, codeRuns, fileSearches, documentSearches
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
    // Runs of assistants and transcriptions write the details in the singular.
    "prompt_token_details": promptDetails,
    "input_token_details": promptDetails,
    "completion_token_details": completionDetails,
    "output_token_details": completionDetails,
    "total_tokens": .scalar(Field.total),
    // Of xAI: https://docs.x.ai/docs/key-information/consumption-and-rate-limits
    "cost_in_usd_ticks": .scalar(Field.costTicks),
    "server_side_tool_usage_details": .object([
      "web_search_calls": .scalar(Field.webSearches),
      "x_search_calls": .scalar(Field.socialSearches),
      "code_interpreter_calls": .scalar(Field.codeRuns),
      "file_search_calls": .scalar(Field.fileSearches),
      "document_search_calls": .scalar(Field.documentSearches),
    ]),
    // DeepSeek's name for what its cache held: https://api-docs.deepseek.com/guides/kv_cache
    "prompt_cache_hit_tokens": .scalar(Field.cached),
    // Of image generation.
    "cached_tokens": .scalar(Field.cached),
    "cached_tokens_details": .object(["cached_image_tokens": .scalar(Field.cachedImage)]),
  ]

  static let pattern = JSONPattern.object(Field.usage, keepsBytes: true, members).orObject(VendorUsage.costMembers)
    .orObject(VendorUsage.members)

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

  /// What a tick of `cost_in_usd_ticks` is worth: 10^-10 dollars.
  private static let picodollarsPerTick: Int64 = 100

  private var counts = InlineArray<21, Int64>(repeating: 0)
  private var hasTotal = false
  /// Whether the object says which part of its output is images, be it none.
  private(set) var splitsOutput = false
  private var isMalformed = false
  /// What others than OpenAI say in it.
  private(set) var vendor = VendorUsage()
  /// Whether thoughts are in the total alone, as Gemini writes it.
  var hasThoughtsInTotal = false

  /// Reads one of the object's numbers; other labels are left alone.
  mutating func value(_ label: UInt8, _ json: borrowing JSONReader) {
    guard let field = Field(rawValue: label) else {
      vendor.value(label, json)
      return
    }
    guard field != .usage, json.kind != .null else { return }
    let isTotal = field == .prompt || field == .completion
    guard let count = json.wholeCount else {
      if isTotal { isMalformed = true }
      return
    }
    if isTotal { hasTotal = true }
    if field == .completionImage { splitsOutput = true }
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
    guard hasTotal || self[.total] > 0, !isMalformed else { return nil }
    var usage = Usage()
    var fresh = allInput
    var cached = Self.take(max(self[.cached], vendor.cachedTokens), from: &fresh)
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
    var output = allOutput
    let thoughts = hasThoughtsInTotal ? max(0, output &- self[.completion]) : 0
    usage[.reasoning] = Self.take(max(self[.reasoning], thoughts), from: &output)
    usage[.outputAudio] = Self.take(self[.completionAudio], from: &output)
    usage[.outputImage] = Self.take(self[.completionImage], from: &output)
    usage[.output] = output
    usage[.webSearch] = self[.webSearches]
    usage[.socialSearch] = self[.socialSearches]
    usage[.codeExecution] = self[.codeRuns]
    usage[.fileSearch] = self[.fileSearches]
    if usage[.fileSearch] == 0 { usage[.fileSearch] = self[.documentSearches] }
    vendor.complete(&usage)
    return usage
  }

  /// The cells of what a model draws: output that is not split is all images.
  var drawingCells: Usage? {
    guard var usage = cells else { return nil }
    if !splitsOutput {
      usage[.outputImage] = usage[.output]
      usage[.output] = 0
    }
    return usage
  }

  /// What the object says that the call cost; nil where it does not. Nothing is what Azure writes for models that it bills by
  /// its own prices.
  var reportedCostPicodollars: Int64? {
    guard self[.costTicks] > 0 else { return vendor.reportedCostPicodollars }
    let cost = self[.costTicks].multipliedReportingOverflow(by: Self.picodollarsPerTick)
    return cost.overflow ? nil : cost.partialValue
  }

  /// The prompt, with what some count beside it, unless their total shows that it is inside. Voyage names a total alone.
  private var allInput: Int64 {
    guard hasTotal else { return self[.total] }
    var apart = vendor.toolPromptTokens
    if vendor.countsAudioApart { apart = apart.addingReportingOverflow(self[.promptAudio]).partialValue }
    let (input, overflow) = self[.prompt].addingReportingOverflow(apart)
    guard apart > 0, !overflow else { return self[.prompt] }
    let isInside = self[.total] == self[.prompt].addingReportingOverflow(self[.completion]).partialValue
    return isInside ? self[.prompt] : input
  }

  /// The completion, reasoning included. Older models of xAI leave reasoning out of it, as their total shows.
  private var allOutput: Int64 {
    let completion = self[.completion]
    let rest = self[.total].subtractingReportingOverflow(self[.prompt])
    guard !rest.overflow, rest.partialValue > completion else { return completion }
    let isReasoning = self[.reasoning] > 0 && rest.partialValue &- completion == self[.reasoning]
    return hasThoughtsInTotal || isReasoning ? rest.partialValue : completion
  }

  /// Takes a part from what is left of a total, and no more than there is.
  private static func take(_ part: Int64, from rest: inout Int64) -> Int64 {
    let taken = min(part, rest)
    rest -= taken
    return taken
  }
}
