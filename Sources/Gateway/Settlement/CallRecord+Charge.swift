import Dialects
import Metering

extension CallRecord {
  /// The call costs nothing.
  mutating func chargeNothing() {
    costPicodollars = 0
    debitedPicodollars = 0
    costSource = .free
  }
}

extension UnmeteredPolicy {
  /// Charges a call that was forwarded although no dialect understands it.
  func charge(_ record: inout CallRecord) {
    switch self {
    case .charge(let picodollars):
      record.costPicodollars = picodollars
      record.debitedPicodollars = picodollars
      record.costSource = .fixed
    case .allow, .deny:
      record.costPicodollars = nil
      record.debitedPicodollars = nil
      record.costSource = .unmetered
    }
  }
}

extension PriceBook {
  /// Prices what a call used, and stores usage and cost in its record. An unknown model leaves the cost unknown.
  ///
  /// - Parameter modelPriced: the id that the answering model's price goes by; nil where that is its name.
  func charge(
    _ record: inout CallRecord, for metered: MeteredUsage, modelPriced: String? = nil, context: PricingContext
  ) {
    record.usage = metered.total
    record.usageSource = metered.source
    guard record.billing != .free, metered.source != .none else {
      record.chargeNothing()
      return
    }
    let charge = charge(
      PriceTerms(provider: record.provider), dialect: record.dialect,
      parts: metered.models.map { (model: $0.model ?? modelPriced ?? record.model ?? "", usage: $0.usage) },
      startedAt: record.startedAt, context: context, itemized: false)
    record.costSource = charge.source
    record.pricedAs = charge.pricedAs
    record.costPicodollars = charge.source == .unpriced ? nil : charge.costPicodollars
    record.debitedPicodollars = record.costPicodollars
  }
}
