internal import JSON
internal import Metering

/// The `usageMetadata` of Gemini's Live API, of one turn with its whole tool loop. Thoughts and the prompts of tools are
/// additional, and thoughts are in no total; what was cached is inside the prompt.
///
/// https://ai.google.dev/api/live#UsageMetadata. The reply's count is `responseTokenCount`, through Vertex and gateways
/// `candidatesTokenCount`, and may be missing.
struct LiveUsage {
  enum Field: UInt8 {
    case usage = 60
    case prompt, cached, response, thoughts, toolPrompt, total
    case promptPart, cachedPart, responsePart, toolPart
    case modality, tokens
  }

  /// Members in both spellings.
  static let pattern = JSONPattern.object(
    Field.usage, keepsBytes: true,
    [
      "promptTokenCount": .text(Field.prompt), "prompt_token_count": .text(Field.prompt),
      "cachedContentTokenCount": .text(Field.cached), "cached_content_token_count": .text(Field.cached),
      "responseTokenCount": .text(Field.response), "response_token_count": .text(Field.response),
      "candidatesTokenCount": .text(Field.response), "candidates_token_count": .text(Field.response),
      "thoughtsTokenCount": .text(Field.thoughts), "thoughts_token_count": .text(Field.thoughts),
      "toolUsePromptTokenCount": .text(Field.toolPrompt), "tool_use_prompt_token_count": .text(Field.toolPrompt),
      "totalTokenCount": .text(Field.total), "total_token_count": .text(Field.total),
      "promptTokensDetails": parts(Field.promptPart), "prompt_tokens_details": parts(Field.promptPart),
      "cacheTokensDetails": parts(Field.cachedPart), "cache_tokens_details": parts(Field.cachedPart),
      "responseTokensDetails": parts(Field.responsePart), "response_tokens_details": parts(Field.responsePart),
      "candidatesTokensDetails": parts(Field.responsePart), "candidates_tokens_details": parts(Field.responsePart),
      "toolUsePromptTokensDetails": parts(Field.toolPart), "tool_use_prompt_tokens_details": parts(Field.toolPart),
    ])

  private static func parts(_ field: Field) -> JSONPattern {
    .array(
      of: .object(
        field,
        [
          "modality": .word(Field.modality, of: Modality.allCases.map(\.rawValue)),
          "tokenCount": .text(Field.tokens), "token_count": .text(Field.tokens),
        ]))
  }

  /// What tokens stand for. A document is read as text.
  enum Modality: String, CaseIterable {
    case text = "TEXT"
    case audio = "AUDIO"
    case image = "IMAGE"
    case video = "VIDEO"
    case document = "DOCUMENT"
  }

  /// Tokens by what they stand for; text is what the others leave of a total.
  private struct Parts {
    var audio: Int64 = 0
    var image: Int64 = 0
    var video: Int64 = 0
    var all: Int64 = 0

    mutating func add(_ tokens: Int64, of modality: Modality?) {
      all = all.addingSaturated(tokens)
      switch modality {
      case .audio: audio = audio.addingSaturated(tokens)
      case .image: image = image.addingSaturated(tokens)
      case .video: video = video.addingSaturated(tokens)
      case .text, .document, nil: break
      }
    }
  }

  private var prompt: Int64?
  private var cached: Int64?
  private var response: Int64?
  private var thoughts: Int64 = 0
  private var toolPrompt: Int64?
  private var total: Int64?
  private var promptParts = Parts()
  private var cachedParts = Parts()
  private var responseParts = Parts()
  private var toolParts = Parts()
  private var modality: Modality?
  private var tokens: Int64 = 0

  mutating func begin(_ label: UInt8) {
    switch Field(rawValue: label) {
    case .usage: self = LiveUsage()
    case .promptPart, .cachedPart, .responsePart, .toolPart:
      modality = nil
      tokens = 0
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader) {
    switch Field(rawValue: label) {
    case .prompt: prompt = json.wholeCount ?? prompt
    case .cached: cached = json.wholeCount ?? cached
    case .response: response = json.wholeCount ?? response
    case .thoughts: thoughts = json.wholeCount ?? thoughts
    case .toolPrompt: toolPrompt = json.wholeCount ?? toolPrompt
    case .total: total = json.wholeCount ?? total
    case .tokens: tokens = json.wholeCount ?? 0
    case .modality: modality = json.word.map { Modality.allCases[$0] }
    default: break
    }
  }

  mutating func end(_ label: UInt8) {
    switch Field(rawValue: label) {
    case .promptPart: promptParts.add(tokens, of: modality)
    case .cachedPart: cachedParts.add(tokens, of: modality)
    case .responsePart: responseParts.add(tokens, of: modality)
    case .toolPart: toolParts.add(tokens, of: modality)
    default: break
    }
  }

  /// The disjoint cells; nil where the object counts nothing.
  var cells: Usage? {
    guard
      prompt != nil || response != nil || total != nil || thoughts > 0 || promptParts.all > 0 || responseParts.all > 0
    else { return nil }
    var usage = Usage()
    let toolAll = toolPrompt ?? toolParts.all
    let promptAll = prompt ?? promptParts.all
    var fresh = promptAll
    var cachedRest = min(cached ?? cachedParts.all, fresh)
    fresh -= cachedRest
    usage[.cachedInputAudio] = Self.take(cachedParts.audio, from: &cachedRest)
    usage[.cachedInputImage] = Self.take(cachedParts.image, from: &cachedRest)
    usage[.cachedInputVideo] = Self.take(cachedParts.video, from: &cachedRest)
    usage[.cachedInput] = cachedRest
    // The parts of the prompt count what was cached too.
    let audio = Self.take(promptParts.audio - usage[.cachedInputAudio], from: &fresh)
    let image = Self.take(promptParts.image - usage[.cachedInputImage], from: &fresh)
    let video = Self.take(promptParts.video - usage[.cachedInputVideo], from: &fresh)
    var toolRest = toolAll
    usage[.inputAudio] = audio.addingSaturated(Self.take(toolParts.audio, from: &toolRest))
    usage[.inputImage] = image.addingSaturated(Self.take(toolParts.image, from: &toolRest))
    usage[.inputVideo] = video.addingSaturated(Self.take(toolParts.video, from: &toolRest))
    usage[.input] = fresh.addingSaturated(toolRest)
    var output = replyTokens(prompt: promptAll, tools: toolAll)
    usage[.outputAudio] = Self.take(responseParts.audio, from: &output)
    usage[.outputImage] = Self.take(responseParts.image, from: &output)
    usage[.outputVideo] = Self.take(responseParts.video, from: &output)
    usage[.output] = output
    usage[.reasoning] = thoughts
    return usage
  }

  /// The tokens of the reply: where its count is missing, its parts, else what the prompt leaves of the total.
  private func replyTokens(prompt: Int64, tools: Int64) -> Int64 {
    if let response { return response }
    if responseParts.all > 0 { return responseParts.all }
    guard let total else { return 0 }
    return max(0, total - min(total, prompt.addingSaturated(tools)))
  }

  private static func take(_ part: Int64, from rest: inout Int64) -> Int64 {
    let taken = max(0, min(part, rest))
    rest -= taken
    return taken
  }
}
