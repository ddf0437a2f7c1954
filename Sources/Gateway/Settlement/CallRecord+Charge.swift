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
  /// - Parameters:
  ///   - modelPriced: the id that the answering model's price goes by; nil where that is its name.
  ///   - parts: what is priced by itself, where the body brought several replies.
  func charge(
    _ record: inout CallRecord, for metered: MeteredUsage, modelPriced: String? = nil, context: PricingContext,
    parts: [UsagePart] = []
  ) {
    record.usage = metered.total
    record.usageSource = metered.source
    record.pricingContext = context
    guard record.billing != .free, metered.source != .none else {
      record.chargeNothing()
      return
    }
    var all = parts
    if parts.isEmpty {
      all = metered.models.map { UsagePart(model: $0.model ?? modelPriced, context: context, usage: $0.usage) }
    }
    // One model that answered once is what the record itself says.
    record.parts = parts.isEmpty && all.count <= 1 && all.first?.model == nil ? [] : all
    let charge = charge(
      PriceTerms(provider: record.provider), dialect: record.dialect, model: record.model ?? "", parts: all,
      startedAt: record.startedAt, itemized: false)
    record.costSource = charge.source
    record.pricedAs = charge.pricedAs
    record.costPicodollars = charge.source == .unpriced ? nil : charge.costPicodollars
    record.debitedPicodollars = record.costPicodollars
  }
}
