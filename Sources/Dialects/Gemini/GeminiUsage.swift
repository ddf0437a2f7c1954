internal import JSON
internal import Metering

/// The `usageMetadata` of Gemini and Vertex, and the `usage` of Interactions, which says the same in other names.
///
/// The prompt includes what was read from a cache; thoughts and what tools put into the prompt are additional. Reports in a
/// stream are cumulative, but leave out what has not changed; a member that no report has is zero. Members come in camelCase
/// or snake_case.
///
/// https://ai.google.dev/api/generate-content#UsageMetadata and https://ai.google.dev/api/interactions-api
struct GeminiUsage {
  enum Field: UInt8 {
    case usage = 100
    case prompt, cached, candidates, thoughts, toolPrompt
    case promptDetail, cachedDetail, candidatesDetail, toolPromptDetail
    case modality, tokens
    case tier, traffic
    case searches, searchTool, searchCount
  }

  static let pattern = JSONPattern.object(
    Field.usage, keepsBytes: true,
    [
      "promptTokenCount": .text(Field.prompt), "prompt_token_count": .text(Field.prompt),
      "cachedContentTokenCount": .text(Field.cached), "cached_content_token_count": .text(Field.cached),
      "candidatesTokenCount": .text(Field.candidates), "candidates_token_count": .text(Field.candidates),
      "responseTokenCount": .text(Field.candidates), "response_token_count": .text(Field.candidates),
      "thoughtsTokenCount": .text(Field.thoughts), "thoughts_token_count": .text(Field.thoughts),
      "toolUsePromptTokenCount": .text(Field.toolPrompt), "tool_use_prompt_token_count": .text(Field.toolPrompt),
      "promptTokensDetails": details(.promptDetail), "prompt_tokens_details": details(.promptDetail),
      // So embeddings call it.
      "promptTokenDetails": details(.promptDetail), "prompt_token_details": details(.promptDetail),
      "cacheTokensDetails": details(.cachedDetail), "cache_tokens_details": details(.cachedDetail),
      "candidatesTokensDetails": details(.candidatesDetail), "candidates_tokens_details": details(.candidatesDetail),
      "responseTokensDetails": details(.candidatesDetail), "response_tokens_details": details(.candidatesDetail),
      "toolUsePromptTokensDetails": details(.toolPromptDetail),
      "tool_use_prompt_tokens_details": details(.toolPromptDetail),
      "serviceTier": .text(Field.tier), "service_tier": .text(Field.tier),
      "trafficType": .text(Field.traffic), "traffic_type": .text(Field.traffic),
    ])

  static let interactionsPattern = JSONPattern.object(
    Field.usage, keepsBytes: true,
    [
      "total_input_tokens": .text(Field.prompt), "totalInputTokens": .text(Field.prompt),
      "total_cached_tokens": .text(Field.cached), "totalCachedTokens": .text(Field.cached),
      "total_output_tokens": .text(Field.candidates), "totalOutputTokens": .text(Field.candidates),
      "total_thought_tokens": .text(Field.thoughts), "totalThoughtTokens": .text(Field.thoughts),
      "total_tool_use_tokens": .text(Field.toolPrompt), "totalToolUseTokens": .text(Field.toolPrompt),
      "input_tokens_by_modality": details(.promptDetail), "inputTokensByModality": details(.promptDetail),
      "cached_tokens_by_modality": details(.cachedDetail), "cachedTokensByModality": details(.cachedDetail),
      "output_tokens_by_modality": details(.candidatesDetail), "outputTokensByModality": details(.candidatesDetail),
      "tool_use_tokens_by_modality": details(.toolPromptDetail), "toolUseTokensByModality": details(.toolPromptDetail),
      "grounding_tool_count": searches, "groundingToolCount": searches,
    ])

  private static func details(_ side: Field) -> JSONPattern {
    .array(
      of: .object(
        side,
        [
          "modality": .word(Field.modality, of: ModalityTokens.Kind.names),
          "tokenCount": .text(Field.tokens), "token_count": .text(Field.tokens), "tokens": .text(Field.tokens),
        ]))
  }

  private static let searches = JSONPattern.array(
    of: .object(
      Field.searches,
      [
        "type": .word(Field.searchTool, of: ["google_search", "google_maps", "GOOGLE_SEARCH", "GOOGLE_MAPS"]),
        "count": .text(Field.searchCount),
      ]))

  /// Prompt, cached, candidates, thoughts, tool prompt; -1 for what no report had.
  private var counts = InlineArray<5, Int64>(repeating: -1)
  private var promptParts: ModalityTokens?
  private var cachedParts: ModalityTokens?
  private var candidatesParts: ModalityTokens?
  private var toolPromptParts: ModalityTokens?
  /// Searches that the provider counted itself; nil where it does not.
  private(set) var webSearches: Int64?
  private(set) var mapsSearches: Int64?
  /// Whether a number that the sum rests on is no count.
  private(set) var isMalformed = false

  /// The entry of a list that is being read.
  private var kind: ModalityTokens.Kind?
  private var tokens: Int64 = 0
  /// 0 for searches of the web, 1 for those of maps; nil for what is billed elsewhere.
  private var searchTool: Int?

  private subscript(field: Field) -> Int64 {
    get { counts[Int(field.rawValue &- Field.prompt.rawValue)] }
    set { counts[Int(field.rawValue &- Field.prompt.rawValue)] = newValue }
  }

  // MARK: Reading

  mutating func begin(_ label: UInt8) {
    switch Field(rawValue: label) {
    case .usage: self = GeminiUsage()
    case .promptDetail, .cachedDetail, .candidatesDetail, .toolPromptDetail, .searches:
      kind = nil
      tokens = 0
      searchTool = nil
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ context: inout PricingContext) {
    guard let field = Field(rawValue: label), json.kind != .null else { return }
    switch field {
    case .prompt, .cached, .candidates, .thoughts, .toolPrompt:
      if let count = json.protoCount { self[field] = count } else { isMalformed = true }
    case .modality: kind = json.kind == .number ? json.count.flatMap(ModalityTokens.Kind.init(number:)) : .at(json.word)
    case .tokens, .searchCount: tokens = json.protoCount ?? 0
    case .searchTool: searchTool = json.word.map { $0 % 2 }
    case .tier: if let tier = GeminiTier.served(json) { context.serviceTier = tier }
    case .traffic: if let tier = GeminiTier.traffic(json) { context.serviceTier = tier }
    default: break
    }
  }

  /// Takes an object that ended; true for the usage itself.
  mutating func end(_ label: UInt8) -> Bool {
    switch Field(rawValue: label) {
    case .promptDetail: Self.add(kind, tokens, to: &promptParts)
    case .cachedDetail: Self.add(kind, tokens, to: &cachedParts)
    case .candidatesDetail: Self.add(kind, tokens, to: &candidatesParts)
    case .toolPromptDetail: Self.add(kind, tokens, to: &toolPromptParts)
    case .searches:
      if searchTool == 0 { webSearches = (webSearches ?? 0).addingSaturated(tokens) }
      if searchTool == 1 { mapsSearches = (mapsSearches ?? 0).addingSaturated(tokens) }
    case .usage: return true
    default: break
    }
    return false
  }

  private static func add(_ kind: ModalityTokens.Kind?, _ tokens: Int64, to parts: inout ModalityTokens?) {
    if parts == nil { parts = ModalityTokens() }
    parts?.add(tokens, of: kind)
  }

  // MARK: Meaning

  /// Whether there is a number of tokens, rather than only the kind of traffic.
  var hasCounts: Bool { counts.indices.contains { counts[$0] >= 0 } }

  /// Takes over everything that a later report has.
  mutating func merge(_ later: GeminiUsage) {
    for index in counts.indices where later.counts[index] >= 0 { counts[index] = later.counts[index] }
    promptParts = later.promptParts ?? promptParts
    cachedParts = later.cachedParts ?? cachedParts
    candidatesParts = later.candidatesParts ?? candidatesParts
    toolPromptParts = later.toolPromptParts ?? toolPromptParts
    webSearches = later.webSearches ?? webSearches
    mapsSearches = later.mapsSearches ?? mapsSearches
  }

  /// Fills in the reply's count where no report has it, by what the prompt and its tools leave of a total that has no thoughts
  /// in it: that of the Live API.
  mutating func completeReply(totalWithoutThoughts total: Int64) {
    guard self[.candidates] < 0 else { return }
    let prompt = max(0, self[.prompt]).addingSaturated(max(0, self[.toolPrompt]))
    self[.candidates] = total - min(total, prompt)
  }

  /// The disjoint cells of tokens. Parts that say more than their total are cut.
  var cells: Usage {
    var usage = Usage()
    var fresh = max(0, self[.prompt])
    let cached = ModalityTokens.split(Self.take(max(0, self[.cached]), from: &fresh), by: cachedParts)
    usage[.cachedInput] = cached.rest
    usage[.cachedInputAudio] = cached.parts.audio
    usage[.cachedInputImage] = cached.parts.image
    usage[.cachedInputVideo] = cached.parts.video
    // The parts of the prompt count what was cached too.
    let prompt = ModalityTokens.split(fresh, by: promptParts?.without(cached.parts))
    let tools = ModalityTokens.split(max(0, self[.toolPrompt]), by: toolPromptParts)
    usage[.input] = prompt.rest.addingSaturated(tools.rest)
    usage[.inputAudio] = prompt.parts.audio.addingSaturated(tools.parts.audio)
    usage[.inputImage] = prompt.parts.image.addingSaturated(tools.parts.image)
    usage[.inputVideo] = prompt.parts.video.addingSaturated(tools.parts.video)
    let output = ModalityTokens.split(max(0, self[.candidates]), by: candidatesParts)
    usage[.output] = output.rest
    usage[.outputAudio] = output.parts.audio
    usage[.outputImage] = output.parts.image
    usage[.outputVideo] = output.parts.video
    usage[.reasoning] = self[.thoughts]
    return usage
  }

  /// Takes a part from what is left of a total, and no more than there is.
  private static func take(_ part: Int64, from rest: inout Int64) -> Int64 {
    let taken = min(part, rest)
    rest -= taken
    return taken
  }
}
