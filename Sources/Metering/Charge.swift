/// How sure a cost is.
public enum CostSource: String, Sendable, CaseIterable {
  /// Every cell that was used has a price.
  case priced
  /// The model is known, but a cell that was used has no price: the cost is a lower bound.
  case partial
  /// The price book does not know the model. The cost is unknown, and stored as none.
  case unpriced
  /// The call costs nothing: a free path, an error before anything was generated, or a provider configured as free.
  case free
  /// The provider said what the call cost, and that is its cost.
  case reported
  /// The price book does not know the model, and the call was charged as the one that the operator named for such calls.
  case substituted
  /// No dialect understood the call, so what it costs is not known, and stored as none.
  case unmetered
  /// No dialect understood the call, and it was charged the amount that the operator fixed for such calls.
  case fixed
}

/// One line of a charge.
public struct ChargeLine: Sendable, Equatable {
  /// The id of the model in the price book that was charged; nil where the book does not know it.
  public var pricedAs: String?
  /// What was used.
  public var cell: UsageCell
  /// How much of it, in counts of the cell: tokens, calls, milliseconds.
  public var quantity: Int64
  /// How much is billed, in the same counts: more than the quantity below the meter's minimum, less above its maximum.
  public var billedQuantity: Int64
  /// The meter of the price book that priced it: the cell's own or a dotted prefix of it; nil where nothing did.
  public var meter: String?
  /// The price of ``unitsPerPrice`` units in USD as the book writes it after every adjustment, as a decimal or a fraction.
  public var price: String?
  /// How many units the price is for: 1,000,000 for tokens, 1,000 for calls, 3,600 for seconds.
  public var unitsPerPrice: Int64
  /// The meter's unit: `tokens`, `seconds`; nil where nothing priced it.
  public var unit: String?
  /// The line's cost, rounded for display only; the sum is rounded once, in ``Charge/costPicodollars``.
  public var costPicodollars: Int64
}

/// The price of one call.
public struct Charge: Sendable, Equatable {
  /// The cost in pico-dollars (1e-12 USD), rounded once, half to even. Zero where ``source`` is `unpriced` or `free`.
  public var costPicodollars: Int64
  /// Whether the exact sum was not a whole number of pico-dollars.
  public var isRounded: Bool
  /// Whether the sum is more than `Int64.max` pico-dollars (9.2 million USD), where it then stays.
  public var isSaturated: Bool
  /// Whether the price was taken from a period that has ended, since the book has none after it.
  public var isEnded: Bool
  /// How sure the cost is.
  public var source: CostSource
  /// The id of the model in the price book that was charged; of several, the first that the book knows. Nil where
  /// unpriced.
  public var pricedAs: String?
  /// The lines, model by model, in the order of ``UsageCell``, before the discount.
  public var lines: [ChargeLine]
  /// The negotiated rate that the cost contains; nil where none is in force.
  public var discount: ChargeDiscount?

  public init(
    costPicodollars: Int64, isRounded: Bool, source: CostSource, pricedAs: String?, lines: [ChargeLine],
    isSaturated: Bool = false, isEnded: Bool = false
  ) {
    self.costPicodollars = costPicodollars
    self.isRounded = isRounded
    self.isSaturated = isSaturated
    self.isEnded = isEnded
    self.source = source
    self.pricedAs = pricedAs
    self.lines = lines
  }
}

/// What a negotiated rate made of a charge.
public struct ChargeDiscount: Sendable, Equatable {
  /// What the charge was multiplied by.
  public var times: String
  /// What it added to the cost, in pico-dollars: less than 0 for a discount.
  public var differencePicodollars: Int64
}
