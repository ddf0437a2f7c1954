extension PriceBook {
  /// What one call costs.
  ///
  /// - Parameters:
  ///   - terms: whose prices count.
  ///   - dialect: the wire dialect of the call, whose own provider is asked where the book does not know this one.
  ///   - model: the model as the reply names it, or the request where the reply does not.
  ///   - startedAt: when the call started: the price of that instant counts.
  ///   - usage: what was used.
  ///   - itemized: whether the charge is to have lines; without them it is computed faster.
  public func charge(
    _ terms: PriceTerms, dialect: String? = nil, model: String, startedAt: Timestamp, usage: Usage,
    context: PricingContext, itemized: Bool = true
  ) -> Charge {
    var charging = PriceCharging(isItemized: itemized)
    add(
      UsagePart(model: model, context: context, usage: usage), model: model, terms, dialect: dialect, at: startedAt,
      to: &charging)
    return charging.charge(discount: terms.discount(at: startedAt))
  }

  /// What one call costs that several models worked on, or whose body brought several replies: the lines of all are added
  /// exactly and rounded once.
  ///
  /// - Parameter model: the model of parts that name none.
  ///
  /// Size tiers look at each part's own prompt. The parts of models that the book does not know cost nothing and make
  /// the charge `partial`; where it knows none, the call is `unpriced`.
  public func charge(
    _ terms: PriceTerms, dialect: String? = nil, model: String, parts: [UsagePart], startedAt: Timestamp,
    itemized: Bool = true
  ) -> Charge {
    var charging = PriceCharging(isItemized: itemized)
    for part in parts { add(part, model: model, terms, dialect: dialect, at: startedAt, to: &charging) }
    return charging.charge(discount: terms.discount(at: startedAt))
  }

  private func add(
    _ part: UsagePart, model: String, _ terms: PriceTerms, dialect: String?, at startedAt: Timestamp,
    to charging: inout PriceCharging
  ) {
    var found = priced(part.model ?? model, terms, dialect: dialect, at: startedAt)
    if found == nil, case .chargeAs(let substitute) = terms.unpriced {
      found = priced(substitute, terms, dialect: dialect, at: startedAt)
      if found != nil { charging.isSubstituted = true }
    }
    guard let (candidate, period) = found else { return charging.addUnknown(part.usage) }
    let context = candidate.sets.isEmpty ? part.context : part.context.completed(by: candidate.sets)
    let rates = period.rates(at: startedAt, promptTokens: part.promptTokens.upperBound, context: context)
    charging.add(part.usage, at: rates, of: period, meters: meters, pricedAs: models[candidate.model].id)
    if let end = period.to, startedAt >= end { charging.isEnded = true }
  }

  /// The model that a name means at an instant, and its prices then.
  func priced(
    _ model: String, _ terms: PriceTerms, dialect: String?, at instant: Timestamp
  ) -> (candidate: PriceCandidate, period: PricePeriod)? {
    guard let candidate = find(terms, dialect: dialect, model: model, at: instant),
      let period = models[candidate.model].period(at: instant)
    else { return nil }
    return (candidate, period)
  }
}

extension PricingContext {
  /// The context with what an id or a host says, where the call itself does not say it.
  func completed(by sets: [(key: PriceConditionKey, value: String)]) -> PricingContext {
    var context = self
    for (key, value) in sets where context[key] == nil { context[key] = value }
    return context
  }
}
