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
  /// What a call costs whose body brought several replies: each part at the prices of its own prompts' size, all of it summed
  /// exactly and rounded once.
  ///
  /// - Parameter model: the model of parts that name none.
  public func charge(
    provider: String, fallbackProviders: [String] = [], model: String, parts: [UsagePart], startedAt: Timestamp
  ) -> Charge {
    var charging = PriceCharging(isItemized: false)
    for part in parts {
      guard
        let found = find(
          provider: provider, fallbackProviders: fallbackProviders, model: part.model ?? model, at: startedAt),
        let period = models[found.model].period(at: startedAt)
      else {
        charging.addUnknown(part.usage)
        continue
      }
      var context = part.context
      for (key, value) in found.sets { context[key] = value }
      let rates = period.rates(at: startedAt, promptTokens: part.promptTokens.upperBound, context: context)
      charging.add(part.usage, at: rates, of: period, meters: meters, pricedAs: models[found.model].id)
      if let end = period.to, startedAt >= end { charging.isEnded = true }
    }
    return charging.charge
  }

  /// Prices a call again by its row: the same models, usage, conditions and start, with this book.
  ///
  /// A call that has its price is left alone where the conditions behind it are not known (rows of version 1).
  public func secondCharge(for call: CallRecord) -> SecondCharge {
    guard let model = call.model ?? call.parts.first?.model,
      call.costSource != .priced || call.pricingContext != nil || !call.parts.isEmpty
    else { return .notEnoughKnown }
    let fallbacks = call.dialect.map { [$0] } ?? []
    var parts = call.parts
    if parts.isEmpty {
      let context = call.pricingContext ?? PricingContext(serviceTier: call.serviceTier, geo: call.geo)
      parts = [UsagePart(model: nil, context: context, usage: call.usage)]
    }
    for part in parts where part.replies > 1 {
      guard isLinear(part, model: part.model ?? model, call, fallbacks) else { return .notEnoughKnown }
    }
    let charge = charge(
      provider: call.provider, fallbackProviders: fallbacks, model: model, parts: parts, startedAt: call.startedAt)
    guard charge.source != .unpriced else { return .unknownModel }
    guard !charge.isSaturated else { return .notEnoughKnown }
    return .charge(costPicodollars: charge.costPicodollars, source: charge.source, pricedAs: charge.pricedAs)
  }

  /// Whether the longest prompt of a part has the prices of the shortest, so that the sum costs what its replies do.
  private func isLinear(_ part: UsagePart, model: String, _ call: CallRecord, _ fallbacks: [String]) -> Bool {
    func rates(_ promptTokens: Int64) -> [PriceQuote.Rate]? {
      resolve(
        provider: call.provider, fallbackProviders: fallbacks, model: model, at: call.startedAt,
        promptTokens: promptTokens, context: part.context)?.rates
    }
    return rates(part.promptTokens.lowerBound) == rates(part.promptTokens.upperBound)
  }
}
