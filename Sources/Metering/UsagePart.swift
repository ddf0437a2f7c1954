/// What was priced together within a call: the usage of one model under the same conditions.
///
/// A call that one model answered is one part. Several come from a reply that bills several models, and from a body that
/// brings several replies (the results of a batch).
public struct UsagePart: Sendable, Equatable {
  /// The model; nil for the one that the call's record names.
  public var model: String?
  /// What decided the price besides.
  public var context: PricingContext
  /// The sum over ``replies``.
  public var usage: Usage
  /// How many replies were priced one by one to make this part.
  public var replies: Int64
  /// The tokens of the shortest and of the longest prompt among them, since size tiers look at each.
  public var promptTokens: ClosedRange<Int64>

  /// The part of one reply.
  public init(model: String?, context: PricingContext, usage: Usage) {
    self.model = model
    self.context = context
    self.usage = usage
    replies = 1
    promptTokens = usage.promptTokens...usage.promptTokens
  }

  /// Adds the usage of another reply by the same model under the same conditions.
  public mutating func add(_ usage: Usage) {
    self.usage = self.usage + usage
    replies = replies.addingSaturated(1)
    let size = usage.promptTokens
    promptTokens = min(promptTokens.lowerBound, size)...max(promptTokens.upperBound, size)
  }
}

/// The parts of a call while its replies are read.
public struct UsageParts: Sendable, Equatable {
  /// Models, conditions and sizes that are told apart in one call; beyond it they are added to the last one.
  public static let partsMax = 256
  /// Prompts below this size are one class: no provider prices a shorter one by its size.
  private static let sizedPromptTokensMin: Int64 = 32_000
  /// Longer prompts are told apart in steps of this size, of which the limits of size tiers (128,000, 200,000, 256,000, 272,000,
  /// 512,000) are multiples.
  private static let promptTokensStep: Int64 = 8_000

  /// The parts, in the order in which they appeared.
  public private(set) var parts: [UsagePart] = []

  public init() {}

  /// Takes in one reply, or the usage of one model in it.
  public mutating func add(model: String?, context: PricingContext, usage: Usage) {
    let size = Self.sizeClass(usage.promptTokens)
    let place = parts.firstIndex {
      $0.model == model && $0.context == context && Self.sizeClass($0.promptTokens.lowerBound) == size
    }
    if let place {
      parts[place].add(usage)
    } else if parts.count < Self.partsMax {
      parts.append(UsagePart(model: model, context: context, usage: usage))
    } else {
      parts[parts.count - 1].add(usage)
    }
  }

  private static func sizeClass(_ promptTokens: Int64) -> Int64 {
    promptTokens <= sizedPromptTokensMin ? 0 : (promptTokens - 1) / promptTokensStep
  }
}
