/// The most tokens that text can be for a family.
///
/// - A byte-level BPE begins with a token a byte and only merges: bytes are a bound, also of a request as it is written, since
///   no escape is shorter than what it stands for. So they are for SentencePiece with byte fallback.
/// - Qwen normalises first (NFC), which can lengthen the text.
/// - Claude spends tokens on capital letters and several on each byte beyond ASCII: with t = NFC(text), at most bytes(t) + ASCII
///   capitals of t + 2 × (bytes of t beyond ASCII) + 2. Checked against ctok 1.3.0 on 72,000 hostile texts.
/// - Of the others nothing is known: they are bounded like Claude.
public enum TokenBound {
  private enum Rule {
    case bytes, normalised, marked
  }

  private static func rule(_ family: TokenizerFamily) -> Rule {
    switch family {
    case .o200k, .cl100k, .llama3, .tekken, .deepSeek, .gemma, .sentencePiece: .bytes
    case .qwen, .qwen35: .normalised
    case .claude, .claude47, .other: .marked
    }
  }

  /// Tokens of text as it is written in a request.
  public static func tokens(_ census: TextCensus, family: TokenizerFamily) -> Int64 {
    switch rule(family) {
    case .bytes: census.bytes
    // An escape of six bytes stands for at most half of twelve.
    case .normalised: census.bytes &+ census.growth
    // An escape stands for at most three bytes, or half of four; normalised for at most six, or half of twelve; each counts
    // three times: eighteen, of which it has six itself.
    case .marked:
      census.bytes &+ census.capitals &+ 2 &* census.beyondASCII &+ 3 &* census.growth &+ 12 &* census.unicodeEscapes
    }
  }

  /// Tokens of so many bytes of which nothing else is known.
  public static func tokens(bytes: Int64, family: TokenizerFamily) -> Int64 {
    let bytes = min(max(0, bytes), 1 << 50)
    return switch rule(family) {
    case .bytes: bytes
    case .normalised: 3 &* bytes
    case .marked: 9 &* bytes
    }
  }
}
