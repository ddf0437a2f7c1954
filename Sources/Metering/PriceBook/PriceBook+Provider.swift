/// The book asked by the name of a provider alone.
extension PriceBook {
  func find(
    provider: String, fallbackProviders: [String], model: String, at instant: Timestamp
  ) -> PriceCandidate? {
    find(PriceTerms(provider: provider), dialect: fallbackProviders.first, model: model, at: instant)
  }

  func resolve(
    provider: String, fallbackProviders: [String], model: String, at instant: Timestamp, promptTokens: Int64 = 0,
    context: PricingContext = PricingContext()
  ) -> PriceQuote? {
    resolve(
      PriceTerms(provider: provider), dialect: fallbackProviders.first, model: model, at: instant,
      promptTokens: promptTokens, context: context)
  }
}

extension PriceCharging {
  var charge: Charge { charge(discount: nil) }
}
