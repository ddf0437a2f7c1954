/// How a family turns an image into tokens.
///
/// Sources: OpenAI's "Images and vision" guide; Anthropic's "Vision" page; Gemini's "Understand and count tokens" and "Media
/// resolution" pages, all as of November 2026.
struct ImageRule {
  private enum Form {
    /// Squares of 512 pixels, after fitting 2,048 and then the shorter side 768. In low detail the base alone.
    case tiles(base: Int64, tile: Int64)
    /// Squares of so many pixels up to a budget, times thousandths.
    case patches(side: Int64, edgeMax: Int64, budget: Int64, thousandths: Int64)
    /// Gemini 2: one piece up to 384 pixels, squares of 768 beyond.
    case pieces(tokens: Int64)
    case fixed(Int64)
  }

  private let form: Form
  private let family: TokenizerFamily

  /// OpenAI's low detail of its newer models: the image fits into a square of so many pixels.
  private static let lowEdgeMax: Int64 = 512
  /// What an image may be in the highest resolution that a request can ask of Gemini 3.
  private static let geminiTokensMax: Int64 = 2240
  private static let openWeightsTokensMax: Int64 = 16_384

  init(family: TokenizerFamily, model: ModelName) {
    self.family = family
    switch family {
    case .claude: form = .patches(side: 28, edgeMax: 1568, budget: 1568, thousandths: 1000)
    case .claude47: form = .patches(side: 28, edgeMax: 2576, budget: 4784, thousandths: 1000)
    case .gemma: form = model.isAtLeast(major: 3, minor: 0, orUnknown: false) ? .fixed(1120) : .pieces(tokens: 258)
    case .o200k, .cl100k: form = Self.openAI(model)
    // Qwen and others: patches of 28 pixels.
    default:
      form = .patches(side: 28, edgeMax: .max, budget: Self.openWeightsTokensMax, thousandths: 1000)
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

  /// Tokens of an image. Sides of no pixel are unknown: the most that an image can be.
  ///
  /// - Parameter isBound: whether what the provider may round either way is rounded up.
  func tokens(width: Int64, height: Int64, isLow: Bool, isBound: Bool = false) -> Int64 {
    let size = PixelSize(width: width, height: height)
    switch form {
    case .fixed(let tokens): return tokens
    case .pieces(let tokens):
      return size.edge <= 384 ? tokens : tokens &* size.limited(to: 8192).squares(of: 768)
    case .patches(let side, let edgeMax, let budget, let thousandths):
      let isSmall = isLow && family.isExact
      let fitted = size.fitting(isSmall ? min(edgeMax, Self.lowEdgeMax) : edgeMax, roundingUp: isBound)
      return (min(budget, fitted.squares(of: side)) &* thousandths &+ 999) / 1000
    case .tiles(let base, let tile):
      if isLow { return base }
      let fitted = size.fitting(2048, roundingUp: isBound)
      return base &+ tile &* fitted.fittingShortSide(768, roundingUp: isBound).squares(of: 512)
    }
  }

  /// No image of this size has more tokens; nil where the model is not known, whose rule may be any.
  func bound(width: Int64, height: Int64, isLow: Bool) -> Int64? {
    let size = PixelSize(width: width, height: height)
    let tokens = tokens(width: width, height: height, isLow: isLow, isBound: true)
    switch form {
    case .fixed: return Self.geminiTokensMax
    // Its older page cuts an image into squares of two thirds of the shorter side, of 256 to 768 pixels.
    case .pieces(let piece):
      let unit = min(768, max(256, size.shortSide &* 2 / 3))
      return max(tokens, piece &* size.limited(to: 8192).squares(of: unit))
    // Its older page divides the pixels by 750.
    case .patches(_, _, let budget, _) where family.isClaude: return max(tokens, min(budget, size.pixels / 750 &+ 1))
    case .patches, .tiles:
      if family.isExact { return tokens }
      return family == .other ? nil : Self.openWeightsTokensMax
    }
  }
}

/// The size of an image in pixels.
struct PixelSize {
  var width: Int64
  var height: Int64

  /// Far beyond any image, and small enough for products.
  private static let sideMax: Int64 = 1 << 24
  private static let unknownSide: Int64 = 1 << 14

  /// Sides of no pixel are unknown: large ones take their place.
  init(width: Int64, height: Int64) {
    let isKnown = width > 0 && height > 0
    self.width = isKnown ? min(width, Self.sideMax) : Self.unknownSide
    self.height = isKnown ? min(height, Self.sideMax) : Self.unknownSide
  }

  var edge: Int64 { max(width, height) }
  var shortSide: Int64 { min(width, height) }
  var pixels: Int64 { width &* height }

  func limited(to side: Int64) -> PixelSize { PixelSize(width: min(width, side), height: min(height, side)) }

  /// The size after shrinking so that the longer side fits.
  func fitting(_ edgeMax: Int64, roundingUp: Bool) -> PixelSize { scaled(edgeMax, of: edge, roundingUp: roundingUp) }

  /// The size after shrinking so that the shorter side fits.
  func fittingShortSide(_ sideMax: Int64, roundingUp: Bool) -> PixelSize {
    scaled(sideMax, of: shortSide, roundingUp: roundingUp)
  }

  private func scaled(_ target: Int64, of side: Int64, roundingUp: Bool) -> PixelSize {
    guard side > target else { return self }
    let slack = roundingUp ? side &- 1 : 0
    return PixelSize(
      width: max(1, (width &* target &+ slack) / side), height: max(1, (height &* target &+ slack) / side))
  }

  /// How many squares of a side cover the image.
  func squares(of side: Int64) -> Int64 { ((width &+ side &- 1) / side) &* ((height &+ side &- 1) / side) }
}
