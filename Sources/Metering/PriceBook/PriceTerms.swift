/// Whose prices count for the calls of a provider, and what the operator has agreed on with it.
public struct PriceTerms: Sendable, Hashable {
  /// The provider as the operator names it.
  public var provider: String
  /// The host that its calls go to; nil where that is not known.
  public var host: String?
  /// The name of the price file, or of a provider that has one, where the operator says so.
  public var priceFile: String?
  /// Negotiated rates. Of several that are in force, the last counts.
  public var discounts: [PriceDiscount]
  /// What is done about models that the book does not know.
  public var unpriced: UnpricedPolicy

  public init(
    provider: String, host: String? = nil, priceFile: String? = nil, discounts: [PriceDiscount] = [],
    unpriced: UnpricedPolicy = .allow
  ) {
    self.provider = provider
    self.host = host
    self.priceFile = priceFile
    self.discounts = discounts
    self.unpriced = unpriced
  }

  /// The discount that is in force at an instant.
  func discount(at instant: Timestamp) -> PriceDiscount? {
    discounts.last { $0.isInForce(at: instant) }
  }
}

/// What is done about a call whose model the price book does not know.
public enum UnpricedPolicy: Sendable, Hashable {
  /// It is forwarded, counted in `tollgate_unpriced_requests_total`, and its cost is unknown.
  case allow
  /// It is refused before anything is sent.
  case deny
  /// It is forwarded, and charged as if this model had answered. Where the book does not know that one either, its cost is
  /// unknown.
  case chargeAs(model: String)
}

/// A negotiated rate: list prices times a factor, for some time.
public struct PriceDiscount: Sendable, Hashable {
  /// What a charge is multiplied by, as it was written: `0.88`. A mark-up is more than 1.
  public let times: String
  /// From this instant on, and before ``to``; nil: without end.
  public let from: Timestamp?
  public let to: Timestamp?
  let factor: ExactFraction

  /// Nil where the factor is neither a decimal nor a fraction above 0 and of 1,000 at most, or where the end is not after
  /// the beginning.
  public init?(times: String, from: Timestamp? = nil, to: Timestamp? = nil) {
    guard let factor = ExactFraction(times), factor.numerator > 0 else { return nil }
    guard factor.numerator / factor.denominator < Self.factorMax else { return nil }
    if let from, let to, to <= from { return nil }
    self.times = times
    self.factor = factor
    self.from = from
    self.to = to
  }

  func isInForce(at instant: Timestamp) -> Bool {
    (from.map { $0 <= instant } ?? true) && (to.map { instant < $0 } ?? true)
  }

  private static let factorMax: Int64 = 1000
}
