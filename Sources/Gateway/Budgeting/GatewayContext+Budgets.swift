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
  func debit(_ record: inout CallRecord, of call: Call, end: TransferEnd) -> [BudgetDebit] {
    guard budgets.hasBudgets else { return [] }
    let reservation = call.reservation
    call.reservation = nil
    guard end.wasSent else {
      if let reservation { budgets.void(reservation.reservation, at: wallClock()) }
      return []
    }
    debitUnpriced(&record, of: call)
    let used = CallAmounts(
      picodollars: record.debitedPicodollars ?? 0, tokens: record.usage.totalTokens,
      toolCalls: Int64(record.toolCalls.count)
        &+ record.serverToolCalls.values.reduce(0) { $0 &+ Int64(clamping: $1) })
    learn(record, used)
    if let reservation { return budgets.settle(reservation.reservation, used: used, at: wallClock()) }
    // What nobody reserved was spent all the same: results that are fetched, a call that came before the first budget.
    return used == .zero
      ? []
      : budgets.post(
        call.budgetCall, used: used, startedAt: record.startedAt, at: wallClock())
  }

  /// A call whose model has no price takes from budgets what the provider's dearest model would cost. Its cost stays unknown.
  private func debitUnpriced(_ record: inout CallRecord, of call: Call) {
    guard record.costSource == .unpriced, let endpoint = call.endpoint,
      let model = pricedModel(
        nil, terms: call.route.provider.terms, dialect: endpoint.dialect, at: record.startedAt)
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
      outputTokens: record.usage.totalTokens &- record.usage.promptTokens)
  }
}
