extension PriceBook {
  /// What one call costs.
  ///
  /// - Parameters:
  ///   - provider: whose file is searched. A provider of the operator's own has none.
  ///   - fallbackProviders: whose files are searched after it, in this order.
  ///   - model: the model as the reply names it, or the request where the reply does not.
  ///   - startedAt: when the call started: the price of that instant counts.
  ///   - usage: what was used.
  ///   - itemized: whether the charge is to have lines; without them it is computed faster.
  public func charge(
    provider: String, fallbackProviders: [String] = [], model: String, startedAt: Timestamp, usage: Usage,
    context: PricingContext, itemized: Bool = true
  ) -> Charge {
    var charging = PriceCharging(isItemized: itemized)
    add(model, usage, provider, fallbackProviders, startedAt, context, to: &charging)
    return charging.charge
  }

  /// What one call costs that several models worked on: the lines of all are added exactly and rounded once.
  ///
  /// Size tiers look at each part's own prompt. The parts of models that the book does not know cost nothing and make
  /// the charge `partial`; where it knows none, the call is `unpriced`.
  public func charge(
    provider: String, fallbackProviders: [String] = [], parts: [(model: String, usage: Usage)], startedAt: Timestamp,
    context: PricingContext, itemized: Bool = true
  ) -> Charge {
    var charging = PriceCharging(isItemized: itemized)
    for part in parts { add(part.model, part.usage, provider, fallbackProviders, startedAt, context, to: &charging) }
    return charging.charge
  }

  private func add(
    _ model: String, _ usage: Usage, _ provider: String, _ fallbackProviders: [String], _ startedAt: Timestamp,
    _ context: PricingContext, to charging: inout PriceCharging
  ) {
    guard
      let found = find(provider: provider, fallbackProviders: fallbackProviders, model: model, at: startedAt),
      let period = models[found.model].period(at: startedAt)
    else { return charging.addUnknown(usage) }
    var context = context
    for (key, value) in found.sets { context[key] = value }
    let rates = period.rates(at: startedAt, promptTokens: usage.promptTokens, context: context)
    charging.add(usage, at: rates, of: period, meters: meters, pricedAs: models[found.model].id)
    if let end = period.to, startedAt >= end { charging.isEnded = true }
  }
}

/// A charge while it is being added up.
struct PriceCharging {
  let isItemized: Bool
  var isEnded = false
  private var sum = ExactSum()
  private var pricedAs: String?
  private var isKnown = false
  private var isIncomplete = false
  private var lines: [ChargeLine] = []

  init(isItemized: Bool) { self.isItemized = isItemized }

  mutating func addUnknown(_ usage: Usage) {
    isIncomplete = true
    guard isItemized else { return }
    for cell in UsageCell.allCases where usage[cell] > 0 {
      lines.append(
        ChargeLine(
          pricedAs: nil, cell: cell, quantity: usage[cell], meter: nil, price: nil, unitsPerPrice: 1, costPicodollars: 0
        ))
    }
  }

  mutating func add(
    _ usage: Usage, at rates: PriceRates, of period: PricePeriod, meters: PriceMeters, pricedAs id: String
  ) {
    isKnown = true
    if pricedAs == nil { pricedAs = id }
    for cell in UsageCell.allCases {
      let quantity = usage[cell]
      guard quantity > 0 else { continue }
      guard let slot = period.cellSlots[cell.rawValue].first(where: { rates[$0] != nil }), let rate = rates[slot] else {
        isIncomplete = true
        if isItemized { lines.append(ChargeLine(unpriced: cell, quantity: quantity, pricedAs: id)) }
        continue
      }
      let billed = period.minimums.isEmpty ? quantity : period.billed(quantity, of: cell, slot: slot, usage, rates)
      sum.add(billed, at: rate)
      if isItemized {
        lines.append(ChargeLine(cell, quantity: billed, meter: meters[period.slots[slot]], rate: rate, pricedAs: id))
      }
    }
    if rates.isSaturated { sum.saturate() }
  }

  var charge: Charge {
    guard isKnown else {
      return Charge(costPicodollars: 0, isRounded: false, source: .unpriced, pricedAs: nil, lines: lines)
    }
    let (picodollars, isRounded) = sum.rounded
    return Charge(
      costPicodollars: picodollars, isRounded: isRounded, source: isIncomplete ? .partial : .priced, pricedAs: pricedAs,
      lines: lines, isSaturated: sum.overflows, isEnded: isEnded)
  }
}

extension PricePeriod {
  /// A cell's quantity, raised where the cells of its meter together stay below the meter's minimum. The first of them
  /// carries what is missing.
  fileprivate func billed(
    _ quantity: Int64, of cell: UsageCell, slot: Int, _ usage: Usage, _ rates: PriceRates
  ) -> Int64 {
    guard let minimum = minimums.first(where: { $0.slot == slot })?.quantity else { return quantity }
    var total: Int64 = 0
    for other in UsageCell.allCases where usage[other] > 0 {
      guard cellSlots[other.rawValue].first(where: { rates[$0] != nil }) == slot else { continue }
      if total == 0, other != cell { return quantity }
      total = total.addingSaturated(usage[other])
    }
    return total < minimum ? quantity + (minimum - total) : quantity
  }
}

extension ChargeLine {
  fileprivate init(unpriced cell: UsageCell, quantity: Int64, pricedAs: String) {
    self.init(
      pricedAs: pricedAs, cell: cell, quantity: quantity, meter: nil, price: nil, unitsPerPrice: 1, costPicodollars: 0)
  }

  fileprivate init(_ cell: UsageCell, quantity: Int64, meter: PriceMeter, rate: ExactFraction, pricedAs: String) {
    var line = ExactSum()
    line.add(quantity, at: rate)
    self.init(
      pricedAs: pricedAs, cell: cell, quantity: quantity, meter: meter.name, price: meter.price(rate)?.description,
      unitsPerPrice: meter.unitsPerPrice, costPicodollars: line.rounded.picodollars)
  }
}
