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
  /// The tokens of the longest prompt among them, since size tiers look at each.
  public var promptTokensMax: Int64

  /// The part of one reply.
  public init(model: String?, context: PricingContext, usage: Usage) {
    self.model = model
    self.context = context
    self.usage = usage
    replies = 1
    promptTokensMax = usage.promptTokens
  }

  /// Adds the usage of another reply by the same model under the same conditions.
  public mutating func add(_ usage: Usage) {
    self.usage = self.usage + usage
    replies = replies.addingSaturated(1)
    promptTokensMax = max(promptTokensMax, usage.promptTokens)
  }
}

/// The parts of a call while its replies are read.
public struct UsageParts: Sendable, Equatable {
  /// Models and conditions that are told apart in one call; beyond it the call has no parts, and cannot be priced again.
  public static let partsMax = 64

  /// The parts, in the order in which they appeared; empty where there were more than ``partsMax``.
  public private(set) var parts: [UsagePart] = []
  private var isOverfull = false

  public init() {}

  /// Takes in one reply, or the usage of one model in it.
  public mutating func add(model: String?, context: PricingContext, usage: Usage) {
    guard !isOverfull else { return }
    if let index = parts.firstIndex(where: { $0.model == model && $0.context == context }) {
      parts[index].add(usage)
    } else if parts.count < Self.partsMax {
      parts.append(UsagePart(model: model, context: context, usage: usage))
    } else {
      isOverfull = true
      parts = []
    }
  }
}
