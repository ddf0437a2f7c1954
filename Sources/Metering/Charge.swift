/// What decides the price of a call besides its model, its size and its time: the `when` keys of the price book.
public struct PricingContext: Sendable, Equatable {
  /// The tier that served the call, as the reply says (`default`, `flex`, `priority`, ...); nil where nothing said so.
  public var serviceTier: String?
  /// `batch` for a call of a batch; nil otherwise.
  public var processing: String?
  /// Anthropic's speed, `fast`; nil otherwise.
  public var speed: String?
  /// Where the call was processed (`us`, `eu`), as the provider reports it or as its host says; nil where it is not bound.
  public var geo: String?

  public init(serviceTier: String? = nil, processing: String? = nil, speed: String? = nil, geo: String? = nil) {
    self.serviceTier = serviceTier
    self.processing = processing
    self.speed = speed
    self.geo = geo
  }
}

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
}

/// One line of a charge.
public struct ChargeLine: Sendable, Equatable {
  /// What was used.
  public var cell: UsageCell
  /// How much of it, in tokens or calls.
  public var quantity: Int64
  /// The meter of the price book that priced it: the cell's own or a dotted prefix of it; nil where nothing did.
  public var meter: String?
  /// The price of ``unitsPerPrice`` units in USD as the book writes it after every adjustment, as a decimal or a fraction.
  public var price: String?
  /// How many units the price is for: 1,000,000 for tokens, 1,000 for calls.
  public var unitsPerPrice: Int64
  /// The line's cost, rounded for display only; the sum is rounded once, in ``Charge/costPicodollars``.
  public var costPicodollars: Int64
}

/// The price of one call.
public struct Charge: Sendable, Equatable {
  /// The cost in pico-dollars (1e-12 USD), rounded once, half to even. Zero where ``source`` is `unpriced` or `free`.
  public var costPicodollars: Int64
  /// Whether the exact sum was not a whole number of pico-dollars.
  public var isRounded: Bool
  /// How sure the cost is.
  public var source: CostSource
  /// The id of the model in the price book that was charged; nil where unpriced.
  public var pricedAs: String?
  /// The lines, in the order of ``UsageCell``.
  public var lines: [ChargeLine]

  public init(
    costPicodollars: Int64, isRounded: Bool, source: CostSource, pricedAs: String?, lines: [ChargeLine]
  ) {
    self.costPicodollars = costPicodollars
    self.isRounded = isRounded
    self.source = source
    self.pricedAs = pricedAs
    self.lines = lines
  }
}
