import Dialects
import Budgets
import Control
import Gateway
import Ledger
import Metering
import Observability
import Upstream

/// Says what budgets would decide of a call that somebody thinks of.
struct BudgetExplainer: Sendable {
  let prices: CurrentPriceBook
  let routing: RoutingTable
  let desk: BudgetDesk
  let keys: VirtualKeys

  /// A reply longer than this is not expected of a call that nothing is known of, as when a call comes.
  private static let usualOutputTokensMax: Int64 = 4_096

  /// - Throws: ``LedgerError/unknown(_:)`` where there is no such provider.
  @Sendable func explain(_ question: BudgetQuestion) throws -> CallExplanation {
    let time = WallClock.now()
    var question = question
    let prompt = try question.call.map(self.prompt(of:))
    // Of a call that was made, the question is what its prompt can come to.
    if let tokens = prompt?.tokens { question.inputTokens = tokens }
    let book = prices.book
    let route = try self.route(of: question, in: book)
    let dialect = route.dialect?.rawValue
    let isKnown = book.knows(route.terms, dialect: dialect, model: question.model)
    let usual = desk.usual(model: question.model, workflow: question.workflow, at: time)
    let isBounded = isKnown && (prompt == nil || prompt?.tokens != nil)
    let bound = isBounded ? self.bound(question, route, in: book, at: time) : nil
    let expected =
      usual.map {
        CallAmounts(
          picodollars: min($0.picodollars, bound?.picodollars ?? .max), tokens: min($0.tokens, bound?.tokens ?? .max))
      }
      ?? self.expected(question, route, in: book, at: time)
    let need = CallNeed(
      expected: expected, boundPicodollars: bound?.picodollars, boundTokens: bound?.tokens)
    let call = BudgetCall(
      id: CallID(rawValue: 0), agent: question.agent, workflow: question.workflow, run: question.run, key: question.key,
      keyBudgets: question.key.map(keys.budgets(ofKey:)) ?? [], team: question.team, provider: route.name,
      model: question.model
    )
    return CallExplanation(
      provider: route.name,
      pricedAs: isKnown ? book.modelID(route.terms, dialect: dialect, model: question.model, at: time) : nil,
      expected: expected, isExpectedFromHistory: usual != nil, boundPicodollars: bound?.picodollars,
      boundTokens: bound?.tokens,
      prompt: prompt.map {
        PromptExplanation(tokensByBytes: $0.byBytes, tokensByReport: $0.byReport, taken: $0.basis?.rawValue)
      },
      budgets: desk.withBook { $0.explain(call, need, at: time) })
  }

  private func prompt(of call: CallID) throws -> PromptBounds {
    guard let bounds = desk.promptBounds(of: call) else {
      throw LedgerError.unknown(
        "no hard budget asked how long the prompt of call \(call) can be, or many have been made since")
    }
    return bounds
  }

  private func route(of question: BudgetQuestion, in book: PriceBook) throws -> ProviderRoute {
    if let name = question.provider {
      guard let route = routing.provider(named: name) else { throw LedgerError.unknown("there is no provider \(name)") }
      return route
    }
    let routes = routing.providerNames.compactMap(routing.provider(named:))
    guard let route = routes.first(where: { book.knows($0.terms, model: question.model) }) else {
      throw LedgerError.unknown(
        "no provider has a price for the model \(question.model): name the provider whose dearest it is charged as")
    }
    return route
  }

  private func expected(
    _ question: BudgetQuestion, _ route: ProviderRoute, in book: PriceBook, at time: Timestamp
  ) -> CallAmounts {
    var usage = Usage()
    usage[.input] = question.inputTokens.multipliedReportingOverflow(by: 115).partialValue / 100
    usage[.output] = min(question.maxTokens ?? .max, Self.usualOutputTokensMax)
    let charge = book.charge(
      route.terms, dialect: route.dialect?.rawValue, model: question.model, startedAt: time, usage: usage,
      context: Self.context(of: route), itemized: false)
    return CallAmounts(picodollars: charge.costPicodollars, tokens: usage.totalTokens)
  }

  /// What is known of where the call is processed, which prices may depend on.
  private static func context(of route: ProviderRoute) -> PricingContext {
    PricingContext().completed(by: PricingContext(), isTierKnown: false, host: route.origin.host)
  }

  /// Nil where nothing bounds the reply.
  private func bound(
    _ question: BudgetQuestion, _ route: ProviderRoute, in book: PriceBook, at time: Timestamp
  ) -> (picodollars: Int64, tokens: Int64)? {
    let dialect = route.dialect?.rawValue
    guard
      let outputTokens = question.maxTokens
        ?? book.maxOutputTokens(route.terms, dialect: dialect, model: question.model, at: time),
      let ceiling = book.ceiling(
        route.terms, dialect: dialect, model: question.model, at: time, promptTokens: question.inputTokens,
        hasMedia: false, context: Self.context(of: route))
    else { return nil }
    return (
      ceiling.picodollars(outputTokens: outputTokens),
      question.inputTokens.addingReportingOverflow(outputTokens).partialValue
    )
  }
}
