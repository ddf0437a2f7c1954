internal import Tokenizers

/// How much of a prompt a body holds, up to a place in it.
struct PromptExtent {
  /// Bytes as they are written, without media.
  private var written: Int64
  private var rendered: Int64
  private var census: TextCensus?

  /// Of a body that was read to its end, or is being read.
  init(_ facts: RequestFacts) {
    written = max(0, facts.bodyBytes &- (facts.readMedia?.writtenBytes ?? facts.mediaWrittenBytes))
    rendered = facts.renderedTextBytes
    census = facts.text?.census ?? facts.promptCensus
  }

  /// No fewer tokens than these bytes are, so that the tokens of what stands between two places are the difference of both: every
  /// byte counts by what it is, wherever it stands.
  func tokens(_ family: TokenizerFamily) -> Int64 {
    let again = 2 &* rendered
    guard let census else { return TokenBound.tokens(bytes: written, family: family) &+ again }
    // Of what is no prompt text nothing is known; in a request most of it is keys and braces.
    let rest = max(0, written &- census.bytes)
    let restTokens = min(TokenBound.tokens(bytes: rest, family: family), 3 &* rest)
    return TokenBound.tokens(census, family: family) &+ restTokens &+ again
  }
}
