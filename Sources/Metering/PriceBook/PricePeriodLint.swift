/// Resolves a period under every combination of its conditions, and judges each outcome.
struct PricePeriodLint {
  /// More combinations are not tried: such a period is too intricate to be right.
  static let combinationsMax = 20_000

  let meters: PriceMeters
  let place: PricePlace

  func problems(in period: PricePeriod) -> [PriceBookProblem] {
    let instants = instants(of: period)
    let sizes = sizes(of: period)
    let contexts = contexts(of: period)
    guard instants.count * sizes.count * contexts.count <= Self.combinationsMax else {
      return [place.problem("more than \(Self.combinationsMax) combinations of conditions; split the period")]
    }
    let rules = rules(of: period)
    var found: [String: PriceBookProblem] = [:]
    for instant in instants {
      for size in sizes {
        for context in contexts {
          let rates = period.rates(at: instant, promptTokens: size, context: context)
          check(rates, by: rules) { problem in found[problem.key + problem.reason] = problem }
        }
      }
    }
    return found.values.sorted { $0.description < $1.description }
  }

  private func check(_ rates: PriceRates, by rules: [SlotRule], _ report: (PriceBookProblem) -> Void) {
    if rates.isSaturated { report(place.problem("factors multiply a price beyond what can be computed with")) }
    for rule in rules {
      guard let rate = rates[rule.slot] else { continue }
      if rule.isWhole, rate.denominator != 1 {
        report(
          place.at("rates.\(rule.meter.name)").problem(
            "\(rule.meter.price(rate)?.description ?? "the price") is no whole number of pico-dollars per token; "
              + "write it as a fraction if that is meant"))
      }
      if let parent = rule.parent, !parent.hasPrice(in: rates) {
        report(place.at("rates.\(rule.meter.name)").problem("priced without its parent \(parent.name)"))
      }
      if let join = rule.join, rule.cached?.hasPrice(in: rates) == true, !join.hasPrice(in: rates) {
        report(
          place.at("rates.\(join.name)").problem("missing, since in.cached and \(rule.meter.name) are priced"))
      }
    }
  }

  private func rules(of period: PricePeriod) -> [SlotRule] {
    func named(_ id: PriceMeters.ID) -> NamedSlot {
      NamedSlot(name: meters[id].name, slot: period.slots.firstIndex(of: id))
    }
    return period.slots.enumerated().map { slot, id in
      let meter = meters[id]
      let isFraction = period.fractionSlots & (1 &<< UInt32(slot)) != 0
      return SlotRule(
        slot: slot, meter: meter, isWhole: meter.isTokens && !isFraction, parent: meters.parent(of: id).map(named),
        cached: meters.id(of: "in.cached").map(named), join: join(of: meter).flatMap { meters.id(of: $0) }.map(named))
    }
  }

  /// What is asked of one slot's price.
  private struct SlotRule {
    var slot: Int
    var meter: PriceMeter
    /// Whether the price has to be whole pico-dollars.
    var isWhole: Bool
    /// What the price falls back to, and so has to be priced too.
    var parent: NamedSlot?
    /// The two that make a third one necessary: `in.audio` and `in.cached` need `in.cached.audio`.
    var cached: NamedSlot?
    var join: NamedSlot?
  }

  /// A meter and its slot in the period; nil where the period never prices it.
  private struct NamedSlot {
    var name: String
    var slot: Int?

    func hasPrice(in rates: PriceRates) -> Bool { slot.map { rates[$0] != nil } ?? false }
  }

  /// `in.audio` gives `in.cached.audio`: what a token is that is both. Nil for meters that are no kind of prompt token.
  private func join(of meter: PriceMeter) -> String? {
    guard meter.isTokens, meter.name.hasPrefix("in.") else { return nil }
    let kind = meter.name.dropFirst("in.".count)
    guard !kind.contains("."), kind != "cached", kind != "write" else { return nil }
    return "in.cached.\(kind)"
  }

  private func sizes(of period: PricePeriod) -> [Int64] {
    var sizes: Set<Int64> = [0]
    for condition in period.adjustments.map(\.condition) {
      if let above = condition.above { sizes.insert(above.addingSaturated(1)) }
      if let atLeast = condition.atLeast { sizes.insert(atLeast) }
    }
    return sizes.sorted()
  }

  /// Every instant at which something may change, and for hours and days a week of them.
  private func instants(of period: PricePeriod) -> [Timestamp] {
    let start = period.from ?? Timestamp(unixMicroseconds: 0)
    var instants: Set<Timestamp> = [start]
    for condition in period.adjustments.map(\.condition) {
      if let from = condition.from { instants.insert(max(start, from)) }
      if let to = condition.to { instants.insert(max(start, to)) }
    }
    let windows = Set(period.adjustments.compactMap(\.condition.window))
    for base in instants {
      for window in windows {
        let hours = window.hours.isEmpty ? [DailyWindow.Hours(fromMinute: 0, toMinute: 1440)] : window.hours
        for day in 0..<7 as Range<Int64> {
          for hours in hours {
            let minute = day * 1440 + hours.fromMinute - window.offsetMinutes
            let midnight = base.unixMicroseconds - base.unixMicroseconds % Timestamp.microsecondsPerDay
            instants.insert(Timestamp(unixMicroseconds: midnight + minute * Timestamp.microsecondsPerMinute))
          }
        }
      }
    }
    return instants.sorted()
  }

  /// Every combination of the values that the conditions name, and of saying nothing. Stops growing beyond the limit.
  private func contexts(of period: PricePeriod) -> [PricingContext] {
    var values: [PriceConditionKey: Set<String>] = [:]
    for pair in period.adjustments.flatMap(\.condition.when) {
      switch pair.values {
      case .any: values[pair.key, default: []].insert("anything")
      case .oneOf(let named): values[pair.key, default: []].formUnion(named)
      }
    }
    var contexts = [PricingContext()]
    for (key, named) in values where contexts.count <= Self.combinationsMax {
      contexts += contexts.flatMap { context in
        named.sorted().map { value in
          var other = context
          other[key] = value
          return other
        }
      }
    }
    return contexts
  }
}
