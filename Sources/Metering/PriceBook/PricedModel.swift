/// One model of a price file.
struct PricedModel: Sendable {
  var id: String
  var name: String?
  /// The context window in tokens.
  var contextTokens: Int64?
  var maxOutput: MaxOutput?
  var isDeprecated = false
  /// Whether its weights are open, so that anybody may serve it and the price says nothing of other providers.
  var isOpen = false
  var match: [ModelGlob] = []
  /// Ids that a glob of ``match`` would take and that are not this model.
  var not: [ModelGlob] = []
  /// Where the provider says what the file says: keys of the file's sources.
  var pages: [String] = []
  /// What a reader should know of the figures.
  var note: String?
  /// Units that are free for a while, by meter. Shown, never subtracted: a call does not know what came before it.
  var allowances: [FreeAllowance] = []
  /// In the order of time.
  var periods: [PricePeriod] = []

  /// The last period that began at or before the instant.
  func period(at instant: Timestamp) -> PricePeriod? {
    periods.last { period in period.from.map { $0 <= instant } ?? true }
  }
}

/// How many tokens a model can answer with.
struct MaxOutput: Sendable, Equatable {
  var tokens: Int64
  /// A key of the file's sources.
  var source: String
}

/// Units that a provider does not bill.
public struct FreeAllowance: Sendable, Equatable {
  public var meter: String
  /// In units of the meter.
  public var count: Int64
  /// `day` or `month`.
  public var period: String
  /// The name of the models that share it; nil where the model has it alone.
  public var sharedGroup: String?
}

/// The prices of a model from one instant to the next period. A period is complete in itself.
struct PricePeriod: Sendable {
  /// The most meters that one period can price.
  static let slotsMax = 32

  /// Nil: since ever.
  var from: Timestamp?
  /// After this, the prices are the last ones known.
  var to: Timestamp?
  /// A key of the file's sources.
  var source: String
  /// The meters that the period prices in any way; a place in this list is a slot.
  var slots: [PriceMeters.ID] = []
  /// By slot, in pico-dollars for one unit; nil where only an adjustment sets a price.
  var base: [ExactFraction?] = []
  /// For each cell the slots that price it, the best first.
  var cellSlots: [[Int]] = []
  var adjustments: [PriceAdjustment] = []
  /// How much of a slot is billed at least and at most.
  var limits: [QuantityLimit] = []
  /// The slots whose price the file writes as a fraction, so that it need not be whole pico-dollars.
  var fractionSlots: UInt32 = 0

  /// The rates after every adjustment that applies.
  func rates(at instant: Timestamp, promptTokens: Int64, context: PricingContext) -> PriceRates {
    var rates = PriceRates(base)
    for adjustment in adjustments
    where adjustment.condition.applies(at: instant, promptTokens: promptTokens, context: context) {
      adjustment.change(&rates)
    }
    return rates
  }
}

/// How much of a meter one call is billed for.
struct QuantityLimit: Sendable, Equatable {
  var slot: Int
  /// The least, once anything is used, in units of the meter.
  var minimum: Int64?
  /// The most, in units of the meter.
  var maximum: Int64?
}

/// A change of prices under a condition.
struct PriceAdjustment: Sendable {
  var condition: PriceCondition
  var effect: Effect
  /// A key of the file's sources.
  var source: String

  enum Effect: Sendable {
    /// New prices.
    case rates([(slot: Int, rate: ExactFraction)])
    /// The prices that are set so far, multiplied; a bit for each slot.
    case times([(name: String, slots: UInt32, factor: ExactFraction)])
  }

  func change(_ rates: inout PriceRates) {
    switch effect {
    case .rates(let changes):
      for change in changes { rates[change.slot] = change.rate }
    case .times(let factors):
      for factor in factors { rates.multiply(factor.slots, by: factor.factor) }
    }
  }
}

/// The price of every slot of a period under one set of conditions, in pico-dollars for one unit.
struct PriceRates {
  private var values: InlineArray<32, ExactFraction>
  private var present: UInt32 = 0
  /// Whether some price became larger than can be computed with.
  private(set) var isSaturated = false

  /// At most ``PricePeriod/slotsMax``.
  init(_ base: [ExactFraction?]) {
    values = InlineArray(repeating: .zero)
    for (slot, rate) in base.enumerated().prefix(PricePeriod.slotsMax) { self[slot] = rate }
  }

  /// Nil where nothing sets a price.
  subscript(slot: Int) -> ExactFraction? {
    get { present & (1 &<< UInt32(truncatingIfNeeded: slot)) == 0 ? nil : values[slot] }
    set {
      guard values.indices.contains(slot) else { return }
      let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: slot)
      values[slot] = newValue ?? .zero
      present = newValue == nil ? present & ~bit : present | bit
    }
  }

  mutating func multiply(_ slots: UInt32, by factor: ExactFraction) {
    for slot in values.indices where present & slots & (1 &<< UInt32(truncatingIfNeeded: slot)) != 0 {
      if let product = values[slot].multiplied(by: factor) {
        values[slot] = product
      } else {
        values[slot] = ExactFraction(whole: .max)
        isSaturated = true
      }
    }
  }
}
