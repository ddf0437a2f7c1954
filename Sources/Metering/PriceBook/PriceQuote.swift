/// What the price book says of a model under given conditions: what `tollgate price` shows.
public struct PriceQuote: Sendable, Equatable {
  /// The name of the file that has the model.
  public var provider: String
  /// The model's id in the file.
  public var model: String
  public var name: String?
  /// The context window in tokens.
  public var contextTokens: Int64?
  /// How many tokens the model can answer with; nil where nobody states it.
  public var maxOutputTokens: Int64?
  /// The source of ``maxOutputTokens``.
  public var maxOutputSource: PriceSource?
  /// Whether the provider has announced the model's end.
  public var isDeprecated: Bool
  public var note: String?
  /// When the period that applies began; nil: since ever.
  public var periodFrom: Timestamp?
  /// When it ended or will end; nil: with the next price.
  public var periodTo: Timestamp?
  /// When the next period begins; nil where none is known.
  public var nextPeriodFrom: Timestamp?
  /// Whether the period had ended at the instant, so that its price is only the last one known.
  public var isEnded: Bool
  /// Where the period's prices come from.
  public var source: PriceSource?
  /// Pages of the provider on the model.
  public var pages: [String]
  /// The prices after every adjustment that applies, in the order of `meters.json`.
  public var rates: [Rate]
  /// Every adjustment of the period, whether it applies or not, in the order in which they are applied.
  public var adjustments: [Adjustment]
  /// What is free for a while; shown, never subtracted.
  public var allowances: [FreeAllowance]
  /// How much of a meter one call is billed for.
  public var limits: [Limit]

  /// One price.
  public struct Rate: Sendable, Equatable {
    /// As the price book names it: `in.cached`.
    public var meter: String
    /// USD for ``unitsPerPrice`` units, as a decimal or a fraction.
    public var price: String
    public var unitsPerPrice: Int64
    /// What is counted: `tokens`, `calls`.
    public var unit: String
  }

  /// The least and the most that is billed of a meter, in its units.
  public struct Limit: Sendable, Equatable {
    public var meter: String
    /// The least, once anything is used.
    public var minimum: Int64?
    public var maximum: Int64?
    public var unit: String
  }

  /// One change of prices.
  public struct Adjustment: Sendable, Equatable {
    /// When it applies: `prompt above 272000 tokens, service_tier=flex`; `always`.
    public var condition: String
    /// What it does: `in 4, out 15`, `tokens × 0.5`.
    public var effect: String
    public var isApplied: Bool
    public var source: PriceSource?
  }
}

extension PriceBook {
  /// What the book says of a model at an instant, for a prompt of this size in this context; nil where it does not know
  /// the model or has no price for it yet.
  public func resolve(
    _ terms: PriceTerms, dialect: String? = nil, model: String, at instant: Timestamp, promptTokens: Int64 = 0,
    context: PricingContext = PricingContext()
  ) -> PriceQuote? {
    guard let (found, period) = priced(model, terms, dialect: dialect, at: instant) else { return nil }
    let model = models[found.model]
    let file = files[fileOfModel[found.model]]
    let context = context.completed(by: found.sets)
    let rates = period.rates(at: instant, promptTokens: promptTokens, context: context)
    return PriceQuote(
      provider: file.key, model: model.id, name: model.name, contextTokens: model.contextTokens,
      maxOutputTokens: model.maxOutput?.tokens, maxOutputSource: model.maxOutput.flatMap { file.source($0.source) },
      isDeprecated: model.isDeprecated, note: model.note, periodFrom: period.from, periodTo: period.to,
      nextPeriodFrom: model.periods.compactMap(\.from).first { $0 > instant },
      isEnded: period.to.map { instant >= $0 } ?? false, source: file.source(period.source),
      pages: model.pages.map { file.source($0)?.url ?? $0 }, rates: quoted(rates, of: period),
      adjustments: period.adjustments.map { adjustment in
        PriceQuote.Adjustment(
          condition: adjustment.condition.text, effect: effect(of: adjustment, in: period),
          isApplied: adjustment.condition.applies(at: instant, promptTokens: promptTokens, context: context),
          source: file.source(adjustment.source))
      },
      allowances: model.allowances,
      limits: period.limits.map { limit in
        let meter = meters[period.slots[limit.slot]]
        return PriceQuote.Limit(
          meter: meter.name, minimum: limit.minimum, maximum: limit.maximum, unit: meter.unit)
      })
  }

  private func quoted(_ rates: PriceRates, of period: PricePeriod) -> [PriceQuote.Rate] {
    period.slots.enumerated().sorted { $0.element < $1.element }.compactMap { slot, id in
      guard let rate = rates[slot], let price = meters[id].price(rate) else { return nil }
      return PriceQuote.Rate(
        meter: meters[id].name, price: price.description, unitsPerPrice: meters[id].unitsPerPrice, unit: meters[id].unit
      )
    }
  }

  private func effect(of adjustment: PriceAdjustment, in period: PricePeriod) -> String {
    switch adjustment.effect {
    case .rates(let changes):
      changes.map { change in
        let meter = meters[period.slots[change.slot]]
        return "\(meter.name) \(meter.price(change.rate)?.description ?? "?")"
      }.joined(separator: ", ")
    case .times(let factors): factors.map { "\($0.name) × \($0.factor)" }.joined(separator: ", ")
    }
  }
}

extension PriceFile {
  /// The source of this key; a key that is an address itself is its own source.
  func source(_ key: String) -> PriceSource? {
    if let source = sources.first(where: { $0.key == key }) { return source }
    return key.hasPrefix("https://") ? PriceSource(key: key, what: key, url: key) : nil
  }
}
