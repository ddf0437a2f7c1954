import Dialects

public import Ledger
public import Metering

/// Prices the calls that a process left behind when it died.
public struct Recovery: Sendable {
  private let prices: CurrentPriceBook
  private let terms: @Sendable (_ provider: String) -> PriceTerms
  private let unmetered: UnmeteredPolicy
  private let budgets: RecoveryBudgets

  /// - Parameters:
  ///   - terms: whose prices count for a provider's calls.
  ///   - budgets: what the calls take from.
  public init(
    prices: CurrentPriceBook, terms: @escaping @Sendable (_ provider: String) -> PriceTerms, unmetered: UnmeteredPolicy,
    budgets: RecoveryBudgets
  ) {
    self.prices = prices
    self.terms = terms
    self.unmetered = unmetered
    self.budgets = budgets
  }

  /// The row of a call that was interrupted, and what it took of budgets.
  public func row(of call: RecoveredCall) -> RecoveredRow {
    var record = record(of: call)
    if let cost = call.settlement?.costPicodollars { record.debitedPicodollars = cost }
    let debits = budgets.debits(of: record, call)
    record.raiseDebited(to: debits)
    let endpoint = Endpoint.recognise(
      method: record.method, path: record.path, dialect: record.dialect.flatMap(Dialect.init(rawValue:)))
    return RecoveredRow(
      record, debits: debits, isModelCall: BudgetedCalls.areOfModels(endpoint, method: record.method))
  }

  /// The row of a call that was interrupted: charged by what its slot knew. A call that was never sent costs nothing.
  func record(of call: RecoveredCall) -> CallRecord {
    let admission = call.admission
    var record = CallRecord(
      id: admission.id, startedAt: admission.startedAt, provider: admission.provider, method: admission.method,
      path: admission.path, agent: admission.agent, workflow: admission.workflow)
    record.dialect = admission.dialect
    record.modelRequested = admission.model
    record.model = call.model ?? admission.model
    record.run = admission.run
    record.status = call.status
    record.outcome = .aborted
    record.isStream = admission.isStream
    record.billing = admission.billing
    record.error = "process_ended"
    record.providerResponseID = call.responseID
    record.upstreamKeyID = admission.upstreamKeyID
    record.virtualKey = admission.virtualKey
    record.team = admission.team
    record.requestBytes = admission.requestBytes
    charge(&record, for: call)
    return record
  }

  private func charge(_ record: inout CallRecord, for call: RecoveredCall) {
    record.usageSource = .recovered
    let dialect = record.dialect.flatMap(Dialect.init(rawValue:))
    guard let endpoint = Endpoint.recognise(method: record.method, path: record.path, dialect: dialect), let dialect
    else {
      let mayHaveSpent = call.wasSent && !Call.freeMethods.contains(record.method)
      if mayHaveSpent { unmetered.charge(&record) } else { record.chargeNothing() }
      return
    }
    // A poll repeats what another call is charged for.
    let isBilled = !endpoint.operation.isFree && !endpoint.operation.repeatsUsage
    guard call.wasSent, isBilled, call.status == 0 || (200..<300).contains(call.status) else {
      record.chargeNothing()
      return
    }
    var usage = call.usage
    if usage.promptTokens == 0 { usage[.input] = call.admission.promptTokensEstimate }
    if usage[.output] == 0, usage[.reasoning] == 0 {
      let estimate = TokenEstimate(
        model: record.model, dialect: dialect, workflow: record.workflow, counts: LearnedCounts())
      usage[.output] = estimate.output(textBytes: call.outputTextBytes)
    }
    let metered = MeteredUsage(models: [ModelUsage(model: nil, usage: usage)], source: .recovered)
    // What the request asked for is not in the slot, so the provider's usual tier is taken.
    let terms = terms(record.provider)
    let context = PricingContext().completed(by: PricingContext(), isTierKnown: false, host: terms.host)
    prices.book.charge(
      &record, for: metered, modelPriced: endpoint.modelPriced, context: context, terms: terms)
  }
}
