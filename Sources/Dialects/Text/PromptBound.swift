public import Tokenizers

extension RequestFacts {
  /// Tokens of a prompt that no text shows: hidden instructions, the frame of a template. A margin, not a figure of a provider;
  /// gpt-oss has a default system message of 50 tokens, Claude one of up to 530 for tools.
  private enum Frame {
    static let plain: Int64 = 200
    /// What explains to a model how it calls tools; Cohere's instructions are some 500 tokens, with tools or not.
    static let tools: Int64 = 600
  }

  /// The most tokens that the prompt can have, from the bytes of the body alone; nil where the body does not bound them: context
  /// that the provider keeps or looks up, files that it fetches, pages of documents, and bodies that are no whole object or of
  /// an API whose media are not told apart. Then the context window of the model is the bound.
  ///
  /// Every escape is at least as long as what it stands for, and a message's keys and braces (some 30 bytes) are more than its
  /// frame (3 to 11 tokens), so that the written body bounds text and frame. What a provider writes anew (definitions of tools,
  /// arguments, schemas) is counted three times: that it is not longer than so is an assumption.
  ///
  /// - Parameters:
  ///   - family: that of the model that answers.
  ///   - stored: tokens of the response that this one follows, and of all before it, which the provider keeps; nil where that is not
  ///     known, so that such a request has no bound.
  public func promptTokensBound(family: TokenizerFamily, behind stored: Int64? = nil) -> Int64? {
    guard isBounded, let media = mediaTokensBound(family) else { return nil }
    guard !followsResponse || stored != nil else { return nil }
    let text = PromptExtent(self).tokens(family)
    return (followsResponse ? stored ?? 0 : 0) &+ frame(family) &+ text &+ media
  }

  /// Whether all that becomes prompt stands in the body, but for a response that the request follows.
  var isBounded: Bool {
    isComplete && isPromptToldApart && !hasStoredContext && !hasOtherModels && !looksUp && mediaCount == media.count
  }

  /// The most tokens of what is handed over beside text; nil where that has none.
  func mediaTokensBound(_ family: TokenizerFamily) -> Int64? {
    var bound: Int64 = 0
    for item in media {
      guard let tokens = MediaTokens(of: item, family: family, model: model).bound else { return nil }
      bound = bound &+ tokens
    }
    return bound
  }

  /// Tokens that are expected of what is handed over beside text.
  public func mediaTokensExpected(family: TokenizerFamily) -> Int64 {
    let known = media.reduce(Int64(0)) { $0 &+ MediaTokens(of: $1, family: family, model: model).expected }
    return known / Int64(max(1, media.count)) &* Int64(mediaCount &- media.count) &+ known
  }

  func frame(_ family: TokenizerFamily) -> Int64 {
    let hasMore = !family.isExact && renderedTextBytes > 0 || family == .other
    return hasMore ? Frame.tools : Frame.plain
  }

  /// Whether the model looks things up of its own accord, or has a prompt that its name stands for: Perplexity's and OpenAI's
  /// researchers, OpenAI's searching chats, Groq's compound systems, OpenRouter's suffix and presets, Bedrock's stored prompts.
  private var looksUp: Bool {
    guard let model = model?.lowercased() else { return false }
    return Self.wordsOfLookingUp.contains { model.contains($0) }
  }

  private static let wordsOfLookingUp = [
    "deep-research", "search-preview", "search-api", "compound", ":online", "@preset/", ":prompt/",
  ]
}
