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
  /// Prices what a call used, and stores usage and cost in its record. An unknown model leaves the cost unknown, unless the
  /// operator says what to charge it as.
  ///
  /// What the provider itself says that the call cost is its cost; what the book makes of it is kept beside it.
  ///
  /// - Parameters:
  ///   - modelPriced: the id that the answering model's price goes by; nil where that is its name.
  ///   - terms: whose prices count.
  ///   - parts: what is priced by itself, where the body brought several replies.
  ///   - reported: what the provider said, in pico-dollars; nil where it did not.
  func charge(
    _ record: inout CallRecord, for metered: MeteredUsage, modelPriced: String? = nil, context: PricingContext,
    terms: PriceTerms, parts: [UsagePart] = [], reported: Int64? = nil
  ) {
    record.usage = metered.total
    record.usageSource = metered.source
    record.pricingContext = context
    guard record.billing != .free, metered.source != .none || reported != nil else {
      record.chargeNothing()
      return
    }
    if metered.source != .none {
      charge(&record, for: metered, modelPriced: modelPriced, context: context, terms: terms, parts: parts)
    }
    if let reported {
      record.reportedCostPicodollars = reported
      record.bookCostPicodollars = record.costPicodollars
      record.costPicodollars = reported
      record.costSource = .reported
    }
    record.debitedPicodollars = record.costPicodollars
  }

  /// Prices what was metered by the book.
  private func charge(
    _ record: inout CallRecord, for metered: MeteredUsage, modelPriced: String?, context: PricingContext,
    terms: PriceTerms, parts: [UsagePart]
  ) {
    let model = modelPriced ?? record.model ?? ""
    let isNamedOtherwise = model != record.model
    var all = parts
    if parts.isEmpty {
      all = metered.models.map {
        UsagePart(model: $0.model ?? (isNamedOtherwise ? model : nil), context: context, usage: $0.usage)
      }
    }
    // One model that answered once is what the record itself says.
    record.parts = parts.isEmpty && all.count <= 1 && all.first?.model == nil ? [] : all
    let charge = charge(
      terms, dialect: record.dialect, model: model, parts: all, startedAt: record.startedAt, itemized: false)
    record.costSource = charge.source
    record.pricedAs = charge.pricedAs
    record.costPicodollars = charge.source == .unpriced ? nil : charge.costPicodollars
  }
}
