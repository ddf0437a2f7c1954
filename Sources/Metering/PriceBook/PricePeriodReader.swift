internal import JSON

/// Reads one period of a model's prices.
struct PricePeriodReader {
  let meters: PriceMeters

  func period(_ value: JSONValue, at place: PricePlace) throws(PriceBookProblem) -> PricePeriod {
    let object = try PriceObject(
      value, at: place, allowed: ["from", "to", "source", "rates", "minimum", "maximum", "adjust"])
    var period = PricePeriod(
      from: try object.optionalInstant("from"), to: try object.optionalInstant("to"),
      source: try object.string("source"))
    if let from = period.from, let to = period.to, to <= from {
      throw place.at("to").problem("not after from")
    }
    guard let rates = try object.optionalObject("rates", allowed: nil) else {
      throw place.at("rates").problem("missing")
    }
    for rate in try self.rates(rates, in: &period) { period.base[rate.slot] = rate.rate }
    for (adjustment, adjustmentPlace) in try object.elements("adjust") {
      period.adjustments.append(try self.adjustment(adjustment, at: adjustmentPlace, in: &period))
    }
    for limit in ["minimum", "maximum"] { try readLimits(limit, of: object, into: &period) }
    period.cellSlots = meters.chains.map { chain in chain.compactMap { period.slots.firstIndex(of: $0) } }
    return period
  }

  private func rates(
    _ object: PriceObject, in period: inout PricePeriod
  ) throws(PriceBookProblem) -> [(slot: Int, rate: ExactFraction)] {
    var rates: [(slot: Int, rate: ExactFraction)] = []
    for member in object.members {
      let place = object.place.at(member.name)
      guard let meter = meters.id(of: member.name) else { throw place.problem("no such meter in meters.json") }
      guard let text = member.value.string else {
        throw place.problem(
          "a price is a text (\"0.5\" or \"1/12\"), so that no reader rounds it; here is \(member.value.kind)")
      }
      guard let price = ExactFraction(text), let rate = meters[meter].picodollarsPerUnit(price) else {
        throw place.problem("\"\(text)\" is neither a decimal nor a fraction that can be computed with")
      }
      let slot = try slot(of: meter, in: &period, at: place)
      if text.utf8.contains(UInt8(ascii: "/")) { period.fractionSlots |= 1 &<< UInt32(slot) }
      rates.append((slot, rate))
    }
    return rates
  }

  private func slot(
    of meter: PriceMeters.ID, in period: inout PricePeriod, at place: PricePlace
  ) throws(PriceBookProblem) -> Int {
    if let slot = period.slots.firstIndex(of: meter) { return slot }
    guard period.slots.count < PricePeriod.slotsMax else {
      throw place.problem("a period prices \(PricePeriod.slotsMax) meters at most")
    }
    period.slots.append(meter)
    period.base.append(nil)
    return period.slots.count - 1
  }

  private func adjustment(
    _ value: JSONValue, at place: PricePlace, in period: inout PricePeriod
  ) throws(PriceBookProblem) -> PriceAdjustment {
    let object = try PriceObject(
      value, at: place, allowed: PriceConditionReader.keys + ["rates", "times", "source"])
    let condition = try PriceConditionReader().condition(object)
    let source = try object.optionalString("source") ?? period.source
    let rates = try object.optionalObject("rates", allowed: nil)
    let times = try object.optionalObject("times", allowed: nil)
    switch (rates, times) {
    case (let rates?, nil):
      return PriceAdjustment(condition: condition, effect: .rates(try self.rates(rates, in: &period)), source: source)
    case (nil, let times?):
      return PriceAdjustment(condition: condition, effect: .times(try factors(times, in: &period)), source: source)
    default: throw place.problem("an adjustment has either rates or times")
    }
  }

  private func factors(
    _ object: PriceObject, in period: inout PricePeriod
  ) throws(PriceBookProblem) -> [(name: String, slots: UInt32, factor: ExactFraction)] {
    var factors: [(name: String, slots: UInt32, factor: ExactFraction)] = []
    for member in object.members {
      let place = object.place.at(member.name)
      guard let text = member.value.string, let factor = ExactFraction(text) else {
        throw place.problem("a factor is a text with a decimal or a fraction")
      }
      let slots = slots(named: member.name, in: period)
      guard slots != 0 else { throw place.problem("multiplies no meter that is priced above it") }
      if text.utf8.contains(UInt8(ascii: "/")) { period.fractionSlots |= slots }
      factors.append((member.name, slots, factor))
    }
    return factors
  }

  /// `tokens`: every token meter of prompt and reply; `in*`: every meter whose name begins so; else one meter.
  private func slots(named name: String, in period: PricePeriod) -> UInt32 {
    var mask: UInt32 = 0
    for (slot, id) in period.slots.enumerated() {
      let meter = meters[id]
      let isMeant =
        if name == "tokens" { meter.isTokens } else if name.hasSuffix("*") {
          meter.name.hasPrefix(name.dropLast())
        } else { meter.name == name }
      if isMeant { mask |= 1 &<< UInt32(slot) }
    }
    return mask
  }

  private func readLimits(
    _ name: String, of object: PriceObject, into period: inout PricePeriod
  ) throws(PriceBookProblem) {
    guard let limits = try object.optionalObject(name, allowed: nil) else { return }
    for member in limits.members {
      let place = limits.place.at(member.name)
      guard let meter = meters.id(of: member.name), let slot = period.slots.firstIndex(of: meter) else {
        throw place.problem("the period has no price of this meter")
      }
      guard let quantity = try limits.optionalCount(member.name) else { throw place.problem("missing") }
      var limit = period.limits.first { $0.slot == slot } ?? QuantityLimit(slot: slot)
      if name == "minimum" { limit.minimum = quantity } else { limit.maximum = quantity }
      if let minimum = limit.minimum, let maximum = limit.maximum, minimum > maximum {
        throw place.problem("less than the minimum")
      }
      period.limits.removeAll { $0.slot == slot }
      period.limits.append(limit)
    }
  }
}
