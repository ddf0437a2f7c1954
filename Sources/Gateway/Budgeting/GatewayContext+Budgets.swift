import Budgets
import Dialects
import Metering
import Upstream

/// What a call that has ended is to budgets.
extension GatewayContext {
  /// The model that a call is charged to budgets as: the one it names, else what stands for those without a price. Nil where
  /// nothing has.
  func pricedModel(_ name: String?, terms: PriceTerms, dialect: Dialect, at instant: Timestamp) -> String? {
    let book = prices.book
    if let name, book.knows(terms, dialect: dialect.rawValue, model: name) { return name }
    if case .chargeAs(let substitute) = terms.unpriced { return substitute }
    return substitutes.model(terms, in: book, at: instant)
  }

  /// Posts what a call used to its budgets, and notes what they took in its record.
  ///
  /// - Returns: what was posted, for the ledger to keep with the call's row.
  func debit(
    _ record: inout CallRecord, of call: Call, end: TransferEnd, certainty: UsageCertainty
  ) -> BudgetPosting {
    // The budgets that it was reserved in may be gone since: it ends there all the same.
    guard budgets.hasBudgets || call.reservation != nil else { return BudgetPosting() }
    let reservation = call.reservation
    call.reservation = nil
    guard end.wasSent else {
      if let reservation { budgets.void(reservation.reservation, at: wallClock()) }
      return BudgetPosting()
    }
    debitUnpriced(&record, of: call)
    let used = CallAmounts(
      picodollars: record.debitedPicodollars ?? 0, tokens: record.usage.totalTokens,
      toolCalls: Int64(record.toolCalls.count)
        &+ record.serverToolCalls.values.reduce(0) { $0 &+ Int64(clamping: $1) })
    learn(record, used)
    if let reservation {
      let posting = budgets.settle(reservation.reservation, used: used, certainty: certainty, at: wallClock())
      record.raiseDebited(to: posting.debits)
      return posting
    }
    // What nobody reserved was spent all the same: results that are fetched, a call that came before the first budget. The tools
    // of a server of tools are not: the reply that asked for them has counted them.
    guard used != .zero, call.endpoint?.operation.isFree != true else { return BudgetPosting() }
    return budgets.post(call.budgetCall, used: used, startedAt: record.startedAt, at: wallClock())
  }

  /// A call whose model has no price takes from budgets what the one that it named would cost, else the provider's dearest. Its cost
  /// stays unknown.
  private func debitUnpriced(_ record: inout CallRecord, of call: Call) {
    // A reply may name a model that nobody knows, though the one it was asked of is known, and was reserved for.
    guard record.costSource == .unpriced, let endpoint = call.endpoint,
      let model = pricedModel(
        endpoint.modelPriced ?? record.modelRequested, terms: call.route.provider.terms, dialect: endpoint.dialect,
        at: record.startedAt)
    else { return }
    let charge = prices.book.charge(
      call.route.provider.terms, dialect: endpoint.dialect.rawValue, model: model, startedAt: record.startedAt,
      usage: record.usage, context: record.pricingContext ?? PricingContext(), itemized: false)
    if charge.source != .unpriced { record.debitedPicodollars = charge.costPicodollars }
  }

  /// Only whole calls say what such calls cost.
  private func learn(_ record: borrowing CallRecord, _ used: CallAmounts) {
    guard record.outcome == .ok, let model = record.modelRequested ?? record.model, record.usageSource == .provider
    else { return }
    budgets.learn(
      model: model, workflow: record.workflow, used: used,
      outputTokens: record.usage.totalTokens &- record.usage.promptTokens, at: record.startedAt)
  }
}
