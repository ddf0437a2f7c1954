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
      keyBudgets: identity.keyBudgets, team: identity.team, provider: route.provider.name, model: requestFacts.model,
      billing: identity.billing)
  }

  /// Whether budgets decide on the call.
  var isBudgeted: Bool { BudgetedCalls.areDecided(endpoint, method: method, opensWebSocket: opensWebSocket) }

  /// What it may use, which is noted for when nobody says what it used.
  func need(in gateway: GatewayContext) -> CallNeed {
    let need = endpoint.map { meteredNeed($0, in: gateway) } ?? unmeteredNeed(gateway.configuration.unmetered)
    reserve = CallReserve(
      bound: CallAmounts(picodollars: need.boundPicodollars ?? 0, tokens: need.boundTokens ?? 0),
      expected: need.expected)
    return need
  }

  private func meteredNeed(_ endpoint: Endpoint, in gateway: GatewayContext) -> CallNeed {
    // At the prices of its start, as it will be charged.
    let pricing = NeedPricing(call: self, endpoint: endpoint, gateway: gateway, time: startedAt)
    outputTerms = pricing.outputTerms(gateway.budgets)
    var need = CallNeed(
      expected: pricing.expected(gateway.budgets), boundPicodollars: pricing.bound?.picodollars,
      boundTokens: pricing.bound?.tokens)
    if identity.billing == .free {
      need.expected.picodollars = 0
      need.boundPicodollars = 0
      outputTerms?.picodollarsBeforeOutput = 0
      outputTerms?.picodollarsPerOutputToken = 0
    }
    if pricing.canClamp { need.clamp = outputTerms }
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
  /// The model that its bound is priced as, and whether that is the one that answers, so that its maximum of output is the call's.
  private let boundModel: String?
  private let isModelKnown: Bool
  private let context: PricingContext
  private let family: TokenizerFamily
  private(set) var bound: Bound?

  /// No less than what the call can use.
  struct Bound {
    var promptTokens: Int64
    /// Over all choices.
    var outputTokens: Int64
    var ceiling: PriceCeiling

    var picodollars: Int64 { ceiling.picodollars(outputTokens: outputTokens) }
    var tokens: Int64 { Int64(clamping: Int128(promptTokens) + Int128(outputTokens)) }
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
    let named = endpoint.modelPriced ?? call.requestFacts.model
    model = gateway.pricedModel(named, terms: terms, dialect: endpoint.dialect, at: time)
    // Azure goes by the deployment in the path, whatever the body says.
    let answering = endpoint.dialect == .openai ? endpoint.model ?? named : named
    boundModel = gateway.pricedModel(answering, terms: terms, dialect: endpoint.dialect, at: time)
    isModelKnown = boundModel != nil && boundModel == answering
    context = call.requestFacts.context.completed(
      by: PricingContext(), isTierKnown: false, host: call.route.provider.origin.host)
    family = gateway.counts.family(model: call.requestFacts.model)
    bound =
      gateway.budgets.asksForBounds
      ? callBound(promptTokens: call.promptBounds?.tokens ?? facts.promptTokensBound(family: family)) : nil
  }

  /// What such calls have used, but no more than the call itself can; before enough are known, the counted prompt and a usual length of
  /// reply.
  func expected(_ budgets: BudgetDesk) -> CallAmounts {
    if let name = facts.model, let usual = budgets.usual(model: name, workflow: workflow, at: time) {
      let bound = self.bound ?? lowerBound(than: usual)
      return CallAmounts(
        picodollars: min(usual.picodollars, bound?.picodollars ?? .max),
        tokens: min(usual.tokens, bound?.tokens ?? .max))
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

  /// What the call can use, where that is less than what such calls have used. To price it takes time, so tokens are looked at first,
  /// and before these, what the reply alone may have.
  private func lowerBound(than usual: SpendPercentiles) -> Bound? {
    guard usual.tokens > facts.outputTokensMax ?? Self.usualOutputTokensMax else { return nil }
    let promptTokens = facts.promptTokensBound(family: family)
    guard let promptTokens, let model = boundModel, let outputTokens = outputTokensBound(of: model),
      Int128(promptTokens) + Int128(outputTokens) < Int128(usual.tokens)
    else { return nil }
    return callBound(promptTokens: promptTokens)
  }

  /// Whether a limit of output can be written into the request.
  var canClamp: Bool {
    !isEncoded && facts.predictedBytes == 0 && facts.generations == 1 && facts.outputLimitLocation != nil
      && isLimitObeyed
  }

  /// Whether whoever is called knows the limit by the name that the request gives it.
  private var isLimitObeyed: Bool {
    switch facts.outputLimitName {
    case .usual: true
    case .completionTokens: Self.knowCompletionTokens.contains(terms.provider)
    case .foreign: false
    }
  }

  /// Providers of OpenAI's dialect that know `max_completion_tokens`, by their documentation.
  private static let knowCompletionTokens: Set<String> = [
    "openai", "azure", "groq", "xai", "openrouter", "cerebras", "fireworks",
  ]

  /// How the bound follows from the output; nil where there is none.
  func outputTerms(_ budgets: BudgetDesk) -> ClampTerms? {
    guard let bound else { return nil }
    let usual = facts.model.flatMap { budgets.usual(model: $0, workflow: workflow, at: time) }
    return ClampTerms(
      picodollarsBeforeOutput: bound.ceiling.promptPicodollars, tokensBeforeOutput: bound.promptTokens,
      picodollarsPerOutputToken: bound.ceiling.picodollarsPerOutputToken, outputTokensMax: bound.outputTokens,
      floorTokens: Clamp.floorTokens(
        outputTokensPercentile95: usual?.outputTokens, thinkingBudgetTokens: facts.thinkingTokensMax))
  }

  /// A reply longer than this is not expected of a call that nothing is known of.
  private static let usualOutputTokensMax: Int64 = 4_096

  private func callBound(promptTokens: Int64?) -> Bound? {
    guard facts.isComplete, !facts.isAmbiguous, facts.usage.isEmpty, let model = boundModel, let promptTokens,
      let outputTokens = outputTokensBound(of: model),
      // What an embedding of media costs may go by the piece.
      operation.writesText || facts.mediaCount == 0,
      let ceiling = book.ceiling(
        terms, dialect: dialect.rawValue, model: model, at: time, promptTokens: promptTokens,
        hasMedia: facts.mediaCount > 0, writesText: operation.writesText, context: context)
    else { return nil }
    return Bound(promptTokens: promptTokens, outputTokens: outputTokens, ceiling: ceiling)
  }

  /// The most tokens of reply over all choices: by the limit that is named, or by what the model can write at most. Nil where
  /// neither is known; what the model can write that an unknown one is priced as says nothing of it.
  private func outputTokensBound(of model: String) -> Int64? {
    guard operation.writesText else { return operation.billsPromptOnly ? 0 : nil }
    let ofModel =
      isModelKnown ? book.maxOutputTokens(terms, dialect: dialect.rawValue, model: model, at: time) : nil
    guard let each = (isLimitObeyed ? facts.outputTokensMax : nil) ?? ofModel else { return nil }
    return Int64(clamping: (Int128(each) + Int128(facts.predictedBytes)) * Int128(facts.generations))
  }
}
