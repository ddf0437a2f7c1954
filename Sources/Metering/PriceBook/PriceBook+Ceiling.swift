/// The most that a call can cost, apart from what the provider's own tools do.
public struct PriceCeiling: Sendable, Equatable {
  /// Of all of its prompt and of the call itself, in pico-dollars.
  public var promptPicodollars: Int64
  /// Of each token of the reply, in pico-dollars, rounded up.
  public var picodollarsPerOutputToken: Int64

  public init(promptPicodollars: Int64, picodollarsPerOutputToken: Int64) {
    self.promptPicodollars = promptPicodollars
    self.picodollarsPerOutputToken = picodollarsPerOutputToken
  }

  /// With so many tokens of reply; `Int64.max` where that is more.
  public func picodollars(outputTokens: Int64) -> Int64 {
    Int64(clamping: Int128(promptPicodollars) + Int128(picodollarsPerOutputToken) * Int128(max(0, outputTokens)))
  }
}

extension PriceBook {
  /// The most that a call can cost with so many tokens of prompt: every one at the dearest rate at which the model bills any (a
  /// written cache is dearer than fresh input), in the dearest tier and place that the call leaves open.
  ///
  /// - Parameters:
  ///   - promptTokens: a bound of the prompt.
  ///   - hasMedia: whether the prompt can have tokens of sound, images or video, which have prices of their own.
  ///   - writesText: whether there are tokens of a reply; embeddings have none, nor a price for any.
  ///   - context: what the request says. A tier or place that it does not name may be any that the book has a price for.
  /// - Returns: nil where the book does not know the model, or has no price for the tokens of its replies; of what has no such
  ///   tokens, for those of its prompts.
  public func ceiling(
    _ terms: PriceTerms, dialect: String? = nil, model: String, at instant: Timestamp, promptTokens: Int64,
    hasMedia: Bool, writesText: Bool = true, context: PricingContext
  ) -> PriceCeiling? {
    guard let (candidate, period) = priced(model, terms, dialect: dialect, at: instant) else { return nil }
    let known = candidate.sets.isEmpty ? context : context.completed(by: candidate.sets)
    let discount = terms.discount(at: instant)?.factor ?? .one
    var ceiling: PriceCeiling?
    for context in period.possibleContexts(known) {
      let rates = period.rates(at: instant, promptTokens: promptTokens, context: context)
      guard !rates.isSaturated,
        let cost = period.ceiling(
          rates, promptTokens: promptTokens, hasMedia: hasMedia, writesText: writesText, times: discount)
      else { return nil }
      ceiling = PriceCeiling(
        promptPicodollars: max(cost.promptPicodollars, ceiling?.promptPicodollars ?? 0),
        picodollarsPerOutputToken: max(cost.picodollarsPerOutputToken, ceiling?.picodollarsPerOutputToken ?? 0))
    }
    return ceiling
  }
}

extension PricePeriod {
  /// What the call may turn out to be: the provider chooses the tier and the place that the request leaves open.
  fileprivate func possibleContexts(_ known: PricingContext) -> [PricingContext] {
    var contexts = [known]
    for key in [PriceConditionKey.serviceTier, .geo] where isOpen(known[key], values(of: key), key) {
      for (context, value) in contexts.flatMap({ context in values(of: key).map { (context, $0) } }) {
        var other = context
        other[key] = value
        contexts.append(other)
      }
    }
    return contexts
  }

  /// Whether a request leaves a condition to the provider: it does not say it, or in a way that nobody knows, which providers may take
  /// for nothing, or in their own way.
  private func isOpen(_ named: String?, _ values: Set<String>, _ key: PriceConditionKey) -> Bool {
    guard let named, named != "auto" else { return true }
    return key == .serviceTier && !values.contains(named) && !Self.tiersOfNoPrice.contains(named)
  }

  /// Tiers that change no price.
  private static let tiersOfNoPrice: Set<String> = ["default", "standard", "standard_only", "on_demand"]

  /// The values of a condition that change a price of the period. They are few: the linter of the price files sees to it.
  private func values(of key: PriceConditionKey) -> Set<String> {
    var values: Set<String> = []
    for adjustment in adjustments {
      for condition in adjustment.condition.when where condition.key == key {
        switch condition.values {
        case .any: values.insert("*")
        case .oneOf(let named): values.formUnion(named)
        }
      }
    }
    return values
  }

  /// Nil where the tokens that there are have no price.
  fileprivate func ceiling(
    _ rates: PriceRates, promptTokens: Int64, hasMedia: Bool, writesText: Bool, times factor: ExactFraction
  ) -> PriceCeiling? {
    var prompt: ExactFraction?
    var output: ExactFraction?
    var billedTokens = max(0, promptTokens)
    for cell in UsageCell.allCases where cell.isTokens && cell.isBilledByCall {
      guard hasMedia || !cell.isPromptMedia, let slot = slot(of: cell, rates), let rate = rates[slot] else { continue }
      if cell.isPromptTokens {
        prompt = (prompt ?? .zero).greater(rate)
        let least = limits.lazy.filter { $0.slot == slot }.compactMap(\.minimum).max() ?? 0
        billedTokens = max(billedTokens, least)
      } else {
        output = (output ?? .zero).greater(rate)
      }
    }
    guard writesText ? output != nil : prompt != nil else { return nil }
    var picodollars = (prompt ?? .zero).roundedUp(times: billedTokens, factor)
    if let slot = slot(of: .request, rates), let rate = rates[slot] {
      picodollars = picodollars.addingSaturated(rate.roundedUp(times: 1, factor))
    }
    return PriceCeiling(
      promptPicodollars: picodollars,
      picodollarsPerOutputToken: writesText ? (output ?? .zero).roundedUp(times: 1, factor) : 0)
  }
}

extension UsageCell {
  fileprivate var isPromptMedia: Bool {
    switch self {
    case .inputAudio, .inputImage, .inputVideo, .cachedInputAudio, .cachedInputImage, .cachedInputVideo: true
    default: false
    }
  }
}

extension ExactFraction {
  fileprivate func greater(_ other: ExactFraction) -> ExactFraction {
    Int128(numerator) * Int128(other.denominator) < Int128(other.numerator) * Int128(denominator) ? other : self
  }

  /// So many times the price and the factor, rounded up; `Int64.max` where that is more.
  fileprivate func roundedUp(times count: Int64, _ factor: ExactFraction) -> Int64 {
    let divisor = Int128(denominator) * Int128(factor.denominator)
    let (price, priceOverflow) = (Int128(numerator) * Int128(factor.numerator)).multipliedReportingOverflow(
      by: Int128(count))
    guard !priceOverflow else { return .max }
    return Int64(clamping: price / divisor + (price % divisor > 0 ? 1 : 0))
  }
}
