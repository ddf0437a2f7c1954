/// A charge while it is being added up.
struct PriceCharging {
  let isItemized: Bool
  /// Whether a price was used after its end.
  var isEnded = false
  /// Whether a model was charged as another.
  var isSubstituted = false
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
      lines.append(ChargeLine(unpriced: cell, quantity: usage[cell], pricedAs: nil))
    }
  }

  mutating func add(
    _ usage: Usage, at rates: PriceRates, of period: PricePeriod, meters: PriceMeters, pricedAs id: String
  ) {
    isKnown = true
    if pricedAs == nil { pricedAs = id }
    for cell in UsageCell.allCases {
      let quantity = usage[cell]
      guard quantity > 0, cell.isBilledByCall else { continue }
      guard let slot = period.slot(of: cell, rates), let rate = rates[slot] else {
        isIncomplete = true
        if isItemized { lines.append(ChargeLine(unpriced: cell, quantity: quantity, pricedAs: id)) }
        continue
      }
      let billed = period.limits.isEmpty ? quantity : period.billed(quantity, of: cell, slot: slot, usage, rates)
      sum.add(billed, at: rate, countsPerUnit: cell.countsPerUnit)
      if isItemized {
        lines.append(
          ChargeLine(
            cell, quantity: quantity, billed: billed, meter: meters[period.slots[slot]], rate: rate, pricedAs: id))
      }
    }
    if rates.isSaturated { sum.saturate() }
  }

  /// The charge, after a discount on all of it.
  func charge(discount: PriceDiscount?) -> Charge {
    guard isKnown else {
      return Charge(costPicodollars: 0, isRounded: false, source: .unpriced, pricedAs: nil, lines: lines)
    }
    var discounted = sum
    if let discount { discounted.multiply(by: discount.factor) }
    let (picodollars, isRounded) = discounted.rounded
    var charge = Charge(
      costPicodollars: picodollars, isRounded: isRounded, source: source, pricedAs: pricedAs, lines: lines,
      isSaturated: discounted.overflows, isEnded: isEnded)
    if let discount {
      charge.discount = ChargeDiscount(
        times: discount.times, differencePicodollars: picodollars - sum.rounded.picodollars)
    }
    return charge
  }

  private var source: CostSource {
    if isSubstituted { return .substituted }
    return isIncomplete ? .partial : .priced
  }
}

extension PricePeriod {
  /// The slot that prices a cell: the first of its chain that has a price now.
  func slot(of cell: UsageCell, _ rates: PriceRates) -> Int? {
    cellSlots[cell.rawValue].first { rates[$0] != nil }
  }

  /// What is billed of a cell: more where the cells of its meter together stay below the meter's minimum (the first of them
  /// carries what is missing), and less where they pass its maximum (the last ones lose it).
  func billed(_ quantity: Int64, of cell: UsageCell, slot: Int, _ usage: Usage, _ rates: PriceRates) -> Int64 {
    guard let limit = limits.first(where: { $0.slot == slot }) else { return quantity }
    var before: Int64 = 0
    var total: Int64 = 0
    for other in UsageCell.allCases where usage[other] > 0 && other.isBilledByCall {
      guard self.slot(of: other, rates) == slot else { continue }
      if other == cell { before = total }
      total = total.addingSaturated(usage[other])
    }
    if let maximum = limit.maximum?.multipliedSaturated(by: cell.countsPerUnit), total > maximum {
      return max(0, min(quantity, maximum - min(before, maximum)))
    }
    guard before == 0, let minimum = limit.minimum?.multipliedSaturated(by: cell.countsPerUnit) else { return quantity }
    return total < minimum ? quantity + (minimum - total) : quantity
  }
}

extension Int64 {
  /// The product of two counts, or the largest number where it does not fit.
  fileprivate func multipliedSaturated(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}

extension ChargeLine {
  fileprivate init(unpriced cell: UsageCell, quantity: Int64, pricedAs: String?) {
    self.init(
      pricedAs: pricedAs, cell: cell, quantity: quantity, billedQuantity: 0, meter: nil, price: nil, unitsPerPrice: 1,
      unit: nil, costPicodollars: 0)
  }

  fileprivate init(
    _ cell: UsageCell, quantity: Int64, billed: Int64, meter: PriceMeter, rate: ExactFraction, pricedAs: String
  ) {
    var line = ExactSum()
    line.add(billed, at: rate, countsPerUnit: cell.countsPerUnit)
    self.init(
      pricedAs: pricedAs, cell: cell, quantity: quantity, billedQuantity: billed, meter: meter.name,
      price: meter.price(rate)?.description, unitsPerPrice: meter.unitsPerPrice, unit: meter.unit,
      costPicodollars: line.rounded.picodollars)
  }
}
