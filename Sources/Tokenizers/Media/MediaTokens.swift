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
    case .image(let width, let height):
      let tokens = rule.tokens(width: width, height: height)
      self.init(tokens, bound: tokens)
    case .remote: self.init(rule.tokens(width: 1024, height: 1024), bound: nil)
    // A page has its text and its image (Anthropic: 1,500 to 3,000 tokens of text a page; Gemini: 258 in all). Scans and
    // drawings make about 50 kB of a page.
    case .pdf(let bytes): self.init((family == .gemma ? 258 : 2_500) &* (bytes / 50_000 &+ 1), bound: nil)
    // Gemini 32 a second, OpenAI 10 a second (their audio guides).
    case .audio(let milliseconds):
      self.init((milliseconds &* (family == .gemma ? 32 : 10) &+ 999) / 1000, bound: milliseconds / 20 &+ 50)
    case .unknown(let bytes): self.init(family.tokens(textBytes: bytes), bound: nil)
    }
  }
}

/// How a family turns an image into tokens.
///
/// Sources: OpenAI's "Images and vision" guide; Anthropic's "Vision" page; Gemini's "Understand and count tokens" and "Media
/// resolution" pages, all as of November 2026.
struct ImageRule {
  private enum Form {
    /// Squares of 512 pixels, after fitting 2,048 and then the shorter side 768.
    case tiles(base: Int64, tile: Int64)
    /// Squares of so many pixels up to a budget, times thousandths.
    case patches(side: Int64, edgeMax: Int64, budget: Int64, thousandths: Int64)
    /// Gemini 2: one piece up to 384 pixels, squares of 768 beyond.
    case pieces(tokens: Int64)
    case fixed(Int64)
  }

  private let form: Form

  init(family: TokenizerFamily, model: ModelName) {
    switch family {
    case .claude: form = .patches(side: 28, edgeMax: 1568, budget: 1568, thousandths: 1000)
    case .claude47: form = .patches(side: 28, edgeMax: 2576, budget: 4784, thousandths: 1000)
    case .gemma: form = model.isAtLeast(major: 3, minor: 0, orUnknown: false) ? .fixed(1120) : .pieces(tokens: 258)
    case .o200k, .cl100k: form = Self.openAI(model)
    // Qwen and others: patches of 28 pixels, up to 16,384 of them.
    default: form = .patches(side: 28, edgeMax: .max, budget: 16_384, thousandths: 1000)
    }
  }

  private static func openAI(_ model: ModelName) -> Form {
    if model.holds("gpt-4o-mini") { return .tiles(base: 2833, tile: 5667) }
    if model.holds("gpt-4.1-mini") { return patches(1536, 1620) }
    if model.holds("gpt-4.1-nano") { return patches(1536, 2460) }
    if model.holds("o4-mini") { return patches(1536, 1720) }
    if model.holds("gpt-5-mini") { return patches(1536, 1620) }
    if model.holds("gpt-5-nano") { return patches(1536, 2460) }
    if model.holds("o1") || model.holds("o3") { return .tiles(base: 75, tile: 150) }
    guard model.holds("gpt-5") || model.holds("gpt-6") else { return .tiles(base: 85, tile: 170) }
    if !model.isAtLeast(major: 5, minor: 2) { return .tiles(base: 70, tile: 140) }
    return patches(model.isAtLeast(major: 5, minor: 6) ? 30_000 : 10_000, 1200)
  }

  private static func patches(_ budget: Int64, _ thousandths: Int64) -> Form {
    .patches(side: 32, edgeMax: .max, budget: budget, thousandths: thousandths)
  }

  /// Sides of no pixel are unknown: the most that an image can be.
  func tokens(width: Int64, height: Int64) -> Int64 {
    let isKnown = width > 0 && height > 0
    let (width, height) = isKnown ? (min(width, 1 << 24), min(height, 1 << 24)) : (1 << 14, 1 << 14)
    switch form {
    case .fixed(let tokens): return tokens
    case .pieces(let tokens):
      if width <= 384, height <= 384 { return tokens }
      return tokens &* Self.squares(min(width, 8192), min(height, 8192), side: 768)
    case .patches(let side, let edgeMax, let budget, let thousandths):
      let fitted = Self.fit(width, height, edgeMax: edgeMax)
      let patches = min(budget, Self.squares(fitted.width, fitted.height, side: side))
      return (patches &* thousandths &+ 999) / 1000
    case .tiles(let base, let tile):
      let fitted = Self.fit(width, height, edgeMax: 2048)
      let short = min(fitted.width, fitted.height)
      let scaled =
        short > 768
        ? (width: fitted.width &* 768 / short, height: fitted.height &* 768 / short) : fitted
      return base &+ tile &* Self.squares(scaled.width, scaled.height, side: 512)
    }
  }

  private static func fit(_ width: Int64, _ height: Int64, edgeMax: Int64) -> (width: Int64, height: Int64) {
    let edge = max(width, height)
    guard edge > edgeMax else { return (width, height) }
    return (max(1, width &* edgeMax / edge), max(1, height &* edgeMax / edge))
  }

  private static func squares(_ width: Int64, _ height: Int64, side: Int64) -> Int64 {
    ((width &+ side &- 1) / side) &* ((height &+ side &- 1) / side)
  }
}
