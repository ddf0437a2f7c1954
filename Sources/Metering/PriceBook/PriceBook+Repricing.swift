/// What the price book of today makes of a call that was settled before.
public enum SecondCharge: Sendable, Equatable {
  /// The cost, how sure it is, and the model that was charged.
  case charge(costPicodollars: Int64, source: CostSource, pricedAs: String?)
  /// The book still does not know the model.
  case unknownModel
  /// The row does not say enough to price the call again.
  case notEnoughKnown
}

extension PriceBook {
  /// Prices a call again by its row: the same models, usage, conditions and start, with this book.
  ///
  /// A call that has its price is left alone where the conditions behind it are not known (rows of version 1).
  ///
  /// - Parameter terms: whose prices count, and negotiated rates. An unknown model stays unknown, whatever they say of it.
  public func secondCharge(for call: CallRecord, terms: PriceTerms) -> SecondCharge {
    guard let model = call.model ?? call.parts.first?.model,
      call.costSource != .priced || call.pricingContext != nil || !call.parts.isEmpty
    else { return .notEnoughKnown }
    var terms = terms
    terms.unpriced = .allow
    var parts = call.parts
    if parts.isEmpty {
      let context = call.pricingContext ?? PricingContext(serviceTier: call.serviceTier, geo: call.geo)
      parts = [UsagePart(model: nil, context: context, usage: call.usage)]
    }
    for part in parts where part.replies > 1 {
      guard isLinear(part, model: part.model ?? model, call, terms) else { return .notEnoughKnown }
    }
    let charge = charge(
      terms, dialect: call.dialect, model: model, parts: parts, startedAt: call.startedAt, itemized: false)
    guard charge.source != .unpriced else { return .unknownModel }
    guard !charge.isSaturated else { return .notEnoughKnown }
    return .charge(costPicodollars: charge.costPicodollars, source: charge.source, pricedAs: charge.pricedAs)
  }

  /// Whether the longest prompt of a part has the prices of the shortest, so that the sum costs what its replies do.
  private func isLinear(_ part: UsagePart, model: String, _ call: CallRecord, _ terms: PriceTerms) -> Bool {
    func rates(_ promptTokens: Int64) -> [PriceQuote.Rate]? {
      resolve(
        terms, dialect: call.dialect, model: model, at: call.startedAt, promptTokens: promptTokens,
        context: part.context)?.rates
    }
    return rates(part.promptTokens.lowerBound) == rates(part.promptTokens.upperBound)
  }
}
