public import Tokenizers

/// A request's body as a whole, where a hard budget asks how long its prompt can be.
public enum PromptBody {
  /// What stands for all that decides how a prompt is made besides its body: who writes it cannot aim at another one.
  public static func seed(of text: String, key: FingerprintKey) -> Fingerprint {
    var hash = PromptHash(key: key, seed: 3)
    hash.absorb(.string, text.utf8.span.bytes)
    return hash.joined(hash)
  }

  /// What tells this prompt and others apart.
  ///
  /// - Parameters:
  ///   - body: one that was read to its end as one object (``RequestFacts/isComplete``), without a coding.
  ///   - seed: what else decides how the prompt is made: path, header fields, whose call it is.
  /// - Returns: nil for an API without messages, and where the body has what may make the provider shorten prompts, or may be understood
  ///   in two ways.
  public static func outline(
    of body: RawSpan, endpoint: Endpoint, key: FingerprintKey, seed: Fingerprint
  ) -> PromptOutline? {
    PromptForm.of(endpoint).flatMap { PromptScan.outline(of: body, $0, key: key, seed: seed) }
  }

  /// Tokens by which the prompt of one more message may be longer than its bytes say: what providers put between messages, and tell the
  /// model with the results of tools (Anthropic's "token usage" is some 30).
  private static let messageFrame: Int64 = 64

  /// The most tokens that the prompt can have, one of whose beginnings a provider has counted: what it counted, and everything that is
  /// not known to be in that count by its bytes: the messages behind, media (what they come to may change with their place and number),
  /// marks, labels, and thoughts.
  ///
  /// - Parameters:
  ///   - beginning: one of the outline's.
  ///   - counted: what a provider reported of a prompt that consisted of the beginning and the same rest.
  ///   - making: how the provider makes prompts.
  ///   - family: that of the model that answers.
  /// - Returns: nil where the body alone does not bound the prompt either.
  public static func tokensBound(
    of body: RawSpan, endpoint: Endpoint, _ outline: PromptOutline, behind beginning: PromptBeginning,
    counted: CountedPrompt, made making: PromptMaking, family: TokenizerFamily
  ) -> Int64? {
    guard let last = outline.beginnings.last, 0 <= outline.start, outline.start <= beginning.end,
      beginning.end <= last.end, last.end <= body.byteCount
    else { return nil }
    var reader = RequestReader(endpoint: endpoint)
    reader.consume(body.extracting(0..<outline.start))
    let start = reader.extent.tokens(family)
    reader.consume(body.extracting(outline.start..<beginning.end))
    let cut = reader.extent.tokens(family)
    reader.consume(body.extracting(beginning.end..<last.end))
    let end = reader.extent.tokens(family)
    reader.consume(body.extracting(last.end..<body.byteCount))
    let facts = reader.finish()
    guard facts.isBounded, !facts.followsResponse, let media = facts.mediaTokensBound(family) else { return nil }
    var bound = counted.tokens &+ (end &- cut) &+ media &+ facts.frame(family)
    bound = bound &+ messageFrame &* Int64(last.messages &- beginning.messages)
    bound = bound &+ TokenBound.tokens(bytes: outline.labelBytes &+ beginning.markBytes, family: family)
    if making != .once || counted.thoughts != beginning.thoughts {
      bound = bound &+ 3 &* beginning.thoughtText.bytes &+ TokenBound.tokens(beginning.thoughtText, family: family)
    }
    if making != .once || outline.defersTools {
      bound = bound &+ (PromptExtent(facts).tokens(family) &- (end &- start))
    }
    return bound
  }
}
