/// Tokens of what a request hands over beside text: as many as are expected, and a bound.
public struct MediaTokens: Sendable, Equatable {
  public var expected: Int64
  /// No more than this; nil where nothing bounds it (the pages of a document, a file that the provider fetches).
  public var bound: Int64?

  init(_ expected: Int64, bound: Int64?) {
    self.expected = expected
    self.bound = bound
  }

  /// Tokens of an item for a model.
  public init(of item: MediaItem, family: TokenizerFamily, model: String?) {
    let rule = ImageRule(family: family, model: ModelName(model ?? ""))
    switch item {
    case .image(let width, let height, let isLow):
      let tokens = rule.tokens(width: width, height: height, isLow: isLow)
      self.init(tokens, bound: rule.bound(width: width, height: height, isLow: isLow).map { max($0, tokens) })
    case .remote: self.init(rule.tokens(width: 1024, height: 1024, isLow: false), bound: nil)
    // A page has its text and its image (Anthropic: 1,500 to 3,000 tokens of text a page; Gemini: 258 in all). Scans and
    // drawings make about 50 kB of a page.
    case .pdf(let bytes): self.init((family == .gemma ? 258 : 2_500) &* (bytes / 50_000 &+ 1), bound: nil)
    // Gemini 32 a second, OpenAI 10 a second (their audio guides). How long a compressed sound is, its size does not say.
    case .audio(let milliseconds, let isExact):
      self.init(
        (milliseconds &* (family == .gemma ? 32 : 10) &+ 999) / 1000, bound: isExact ? milliseconds / 20 &+ 50 : nil)
    case .unknown(let bytes): self.init(family.tokens(textBytes: bytes), bound: nil)
    }
  }
}
