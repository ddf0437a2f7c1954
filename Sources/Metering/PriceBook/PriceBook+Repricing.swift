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
  /// A part that sums several replies (a batch's results) is priced by its sum. That is exact but for the rounding of each
  /// reply, half a pico-dollar, as long as no reply reached a size tier; where one did, the call is left alone.
  ///
  /// - Parameter needsContext: leaves calls alone whose conditions are not known (rows of version 1).
  public func secondCharge(for call: CallRecord, needsContext: Bool) -> SecondCharge {
    guard let model = call.model ?? call.parts.first?.model, !(needsContext && call.pricingContext == nil) else {
      return .notEnoughKnown
    }
    let fallbacks = call.dialect.map { [$0] } ?? []
    var parts = call.parts
    if parts.isEmpty {
      let context = call.pricingContext ?? PricingContext(serviceTier: call.serviceTier, geo: call.geo)
      parts = [UsagePart(model: nil, context: context, usage: call.usage)]
    }
    for part in parts where part.replies > 1 {
      guard isLinear(part, model: part.model ?? model, call, fallbacks) else { return .notEnoughKnown }
    }
    return charge(parts, model: model, call, fallbacks)
  }

  private func charge(
    _ parts: [UsagePart], model: String, _ call: CallRecord, _ fallbacks: [String]
  ) -> SecondCharge {
    var charging = PriceCharging(isItemized: false)
    for part in parts {
      guard let found = find(part.model ?? model, call, fallbacks) else {
        charging.addUnknown(part.usage)
        continue
      }
      var context = part.context
      for (key, value) in found.candidate.sets { context[key] = value }
      let rates = found.period.rates(at: call.startedAt, promptTokens: part.promptTokensMax, context: context)
      charging.add(part.usage, at: rates, of: found.period, meters: meters, pricedAs: models[found.candidate.model].id)
    }
    let charge = charging.charge
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
    return rates(0) == rates(part.promptTokensMax)
  }

  private func find(
    _ model: String, _ call: CallRecord, _ fallbacks: [String]
  ) -> (candidate: PriceCandidate, period: PricePeriod)? {
    guard
      let candidate = find(
        provider: call.provider, fallbackProviders: fallbacks, model: model, at: call.startedAt),
      let period = models[candidate.model].period(at: call.startedAt)
    else { return nil }
    return (candidate, period)
  }
}
