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
  /// - Parameter family: that of the model that answers.
  public func promptTokensBound(family: TokenizerFamily) -> Int64? {
    guard isComplete, isPromptToldApart, !hasStoredContext, !hasOtherModels, !looksUp, mediaCount == media.count else {
      return nil
    }
    let written = max(0, bodyBytes &- mediaWrittenBytes)
    var bound = frame(family)
    if let census = promptCensus {
      // Of what is no prompt text nothing is known; in a request most of it is keys and braces.
      let rest = max(0, written &- census.bytes)
      let restTokens = min(TokenBound.tokens(bytes: rest, family: family), 3 &* rest)
      bound = bound &+ TokenBound.tokens(census, family: family) &+ restTokens
    } else {
      bound = bound &+ TokenBound.tokens(bytes: written, family: family)
    }
    bound = bound &+ 2 &* renderedTextBytes
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

  private func frame(_ family: TokenizerFamily) -> Int64 {
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
