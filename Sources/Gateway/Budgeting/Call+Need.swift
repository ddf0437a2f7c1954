import Budgets
import Dialects
import Metering
import Tokenizers
import Upstream

/// What a call may use, for budgets to reserve before it is sent.
extension Call {
  /// Who budgets take the call for.
  var budgetCall: BudgetCall {
    BudgetCall(
      id: id, agent: identity.agent, workflow: identity.workflow, run: run, key: identity.key,
      team: identity.team,
      provider: route.provider.name, model: requestFacts.model, billing: identity.billing)
  }

  /// Whether budgets decide on the call. What is fetched has been paid for by the call that made it: it is posted when it is
  /// seen, and never refused.
  var isBudgeted: Bool {
    guard let endpoint else { return isUnmetered }
    return !endpoint.operation.isFree && !(endpoint.operation.repeatsUsage && Self.freeMethods.contains(method))
  }

  /// What it may use.
  func need(in gateway: GatewayContext, at time: Timestamp) -> CallNeed {
    guard let endpoint else { return unmeteredNeed(gateway.configuration.unmetered) }
    let pricing = NeedPricing(call: self, endpoint: endpoint, gateway: gateway, time: time)
    outputTerms = pricing.outputTerms(gateway.budgets)
    var need = CallNeed(
      expected: pricing.expected(gateway.budgets), boundPicodollars: pricing.bound?.picodollars,
      boundTokens: pricing.bound?.tokens, clamp: pricing.canClamp ? outputTerms : nil)
    if identity.billing == .free {
      need.expected.picodollars = 0
      need.boundPicodollars = 0
      need.clamp?.picodollarsBeforeOutput = 0
      need.clamp?.picodollarsPerOutputToken = 0
    }
    return need
  }

  private func unmeteredNeed(_ policy: UnmeteredPolicy) -> CallNeed {
    guard case .charge(let picodollars) = policy else { return CallNeed(expected: .zero) }
    return CallNeed(
      expected: CallAmounts(picodollars: picodollars, tokens: 0), boundPicodollars: picodollars, boundTokens: 0)
  }
}

/// A call's tokens and prices before it is sent.
private struct NeedPricing {
  private let facts: RequestFacts
  private let promptTokensEstimate: Int64
  /// How many of them are thought to be read from a cache.
  private let cachedTokensEstimate: Int64
  private let workflow: String
  private let dialect: Dialect
  private let operation: Operation
  private let terms: PriceTerms
  private let book: PriceBook
  private let time: Timestamp
  /// Whether the body is encoded, so that nothing can be written into it.
  private let isEncoded: Bool
  /// The model that the call is priced as; nil where there is none.
  private let model: String?
  private let context: PricingContext
  let bound: Bound?

  /// No less than what the call can use.
  struct Bound {
    var promptTokens: Int64
    /// Over all choices.
    var outputTokens: Int64
    var ceiling: PriceCeiling

    var picodollars: Int64 { ceiling.picodollars(outputTokens: outputTokens) }
    var tokens: Int64 { promptTokens.addingReportingOverflow(outputTokens).partialValue }
  }

  init(call: Call, endpoint: Endpoint, gateway: GatewayContext, time: Timestamp) {
    facts = call.requestFacts
    promptTokensEstimate = call.promptTokensEstimate
    cachedTokensEstimate = TokenEstimate(
      model: call.requestFacts.model, dialect: endpoint.dialect, workflow: call.identity.workflow,
      counts: gateway.counts
    ).cached(promptTokens: call.promptTokensEstimate)
    workflow = call.identity.workflow
    dialect = endpoint.dialect
    operation = endpoint.operation
    terms = call.route.provider.terms
    book = gateway.prices.book
    self.time = time
    isEncoded = call.isRequestEncoded || call.opensWebSocket || call.method == Endpoint.socketMessageMethod
    model = gateway.pricedModel(
      endpoint.modelPriced ?? call.requestFacts.model, terms: call.route.provider.terms, dialect: endpoint.dialect,
      at: time)
    context = call.requestFacts.context.completed(
      by: PricingContext(), isTierKnown: false, host: call.route.provider.origin.host)
    bound =
      !gateway.budgets.asksForBounds
      ? nil
      : Self.bound(
        facts, model: model, family: gateway.counts.family(model: call.requestFacts.model), dialect: endpoint.dialect,
        operation: endpoint.operation, terms: terms, book: book, context: context, time: time)
  }

  /// What such calls have used; before enough are known, the counted prompt and a usual length of reply.
  func expected(_ budgets: BudgetDesk) -> CallAmounts {
    if let name = facts.model, let usual = budgets.usual(model: name, workflow: workflow) {
      return CallAmounts(picodollars: usual.picodollars, tokens: usual.tokens)
    }
    var usage = facts.usage
    if usage.isEmpty {
      usage[.cachedInput] = cachedTokensEstimate
      usage[.input] =
        promptTokensEstimate.multipliedReportingOverflow(by: 115).partialValue / 100 &- cachedTokensEstimate
      usage[.output] = operation.writesText ? min(facts.outputTokensMax ?? .max, Self.usualOutputTokensMax) : 0
    }
    let tokens = usage.totalTokens
    guard let model else { return CallAmounts(picodollars: 0, tokens: tokens) }
    let charge = book.charge(
      terms, dialect: dialect.rawValue, model: model, startedAt: time, usage: usage, context: context, itemized: false)
    return CallAmounts(picodollars: charge.costPicodollars, tokens: tokens)
  }

  /// Whether a limit of output can be written into the request.
  var canClamp: Bool { !isEncoded && facts.generations == 1 && facts.outputLimitLocation != nil }

  /// How the bound follows from the output; nil where there is none.
  func outputTerms(_ budgets: BudgetDesk) -> ClampTerms? {
    guard let bound else { return nil }
    let usual = facts.model.flatMap { budgets.usual(model: $0, workflow: workflow) }
    return ClampTerms(
      picodollarsBeforeOutput: bound.ceiling.promptPicodollars, tokensBeforeOutput: bound.promptTokens,
      picodollarsPerOutputToken: bound.ceiling.picodollarsPerOutputToken, outputTokensMax: bound.outputTokens,
      floorTokens: Clamp.floorTokens(
        outputTokensPercentile95: usual?.outputTokens, thinkingBudgetTokens: facts.thinkingTokensMax))
  }

  /// A reply longer than this is not expected of a call that nothing is known of.
  private static let usualOutputTokensMax: Int64 = 4_096

  private static func bound(
    _ facts: RequestFacts, model: String?, family: TokenizerFamily, dialect: Dialect, operation: Operation,
    terms: PriceTerms, book: PriceBook, context: PricingContext, time: Timestamp
  ) -> Bound? {
    guard facts.isComplete, !facts.isAmbiguous, facts.usage.isEmpty, let model,
      operation.writesText || operation.billsPromptOnly,
      let promptTokens = facts.promptTokensBound(family: family)
    else { return nil }
    var outputTokens: Int64 = 0
    if operation.writesText {
      guard
        let most = facts.outputTokensMax
          ?? book.maxOutputTokens(terms, dialect: dialect.rawValue, model: model, at: time)
      else { return nil }
      let (all, overflow) = most.multipliedReportingOverflow(by: facts.generations)
      guard !overflow else { return nil }
      outputTokens = all
    }
    guard
      let ceiling = book.ceiling(
        terms, dialect: dialect.rawValue, model: model, at: time, promptTokens: promptTokens,
        hasMedia: facts.mediaCount > 0, context: context)
    else { return nil }
    return Bound(promptTokens: promptTokens, outputTokens: outputTokens, ceiling: ceiling)
  }
}
