import Budgets
import Dialects
import Ledger
import Metering
import NIOCore
import Tokenizers
import Upstream

extension Call {
  /// What the ledger keeps of the call while it is in flight.
  var admission: Admission {
    Admission(
      id: id, startedAt: startedAt, provider: route.provider.name, dialect: endpoint?.dialect.rawValue, method: method,
      path: path, model: requestFacts.model, agent: identity.agent, workflow: identity.workflow, run: run,
      isStream: requestFacts.wantsStream, billing: identity.billing, upstreamKeyID: identity.upstreamKeyID,
      virtualKey: identity.key, team: identity.team, reserve: reservation == nil ? nil : reserve,
      requestBytes: requestBytes, promptTokensEstimate: promptTokensEstimate)
  }

  /// Takes what budgets have reserved: with a limit of output put in, that may be less than the call could use without.
  func hold(_ admission: BudgetAdmission) {
    reservation = admission
    if let picodollars = admission.hardPicodollars { reserve?.bound.picodollars = picodollars }
    if let tokens = admission.hardTokens { reserve?.bound.tokens = tokens }
  }

  /// Counts the prompt, before it is sent, where the reply may leave its usage out, and as long as little is known of the
  /// workflow's texts: the body is read once more, which takes some milliseconds for a megabyte.
  func countPrompt(_ counts: LearnedCounts) {
    guard let endpoint, !endpoint.operation.isFree else { return }
    let facts = requestFacts
    let leavesUsageOut = facts.wantsStream && !facts.wantsStreamUsage && route.provider.streamUsage != .ask
    if let body = gatheredBody, facts.isComplete, !isRequestEncoded, let model = facts.model,
      leavesUsageOut || counts.wantsPromptCount(model: model, workflow: identity.workflow)
    {
      var reader = RequestReader(endpoint: endpoint, counting: counts.family(model: model).tokenizer)
      body.withUnsafeReadableBytes { reader.consume($0.bytes) }
      requestFacts.promptTally = reader.finish().promptTally
    }
    let estimate = TokenEstimate(
      model: facts.model, dialect: endpoint.dialect, workflow: identity.workflow, counts: counts)
    promptTokensEstimate = estimate.prompt(requestFacts, requestBytes: requestBytes)
  }

  /// The model that the call is refused for, since nothing is known of its price; nil where it may go on.
  func modelDenied(by prices: CurrentPriceBook) -> String? {
    let terms = route.provider.terms
    guard terms.unpriced == .deny, identity.billing != .free, let endpoint, !endpoint.operation.isFree,
      let model = requestFacts.model, !prices.book.knows(terms, dialect: endpoint.dialect.rawValue, model: model)
    else { return nil }
    return model
  }

  /// The gathered body, ready to be sent; with the usage of its stream asked for, and its output limited, where the operator wants
  /// that. Nil where its output is to be limited and cannot be, which must not happen: it would use more than is reserved for it.
  func takeBody() -> UpstreamBody? {
    // An empty body that the client framed keeps its length of zero; a HEAD request cannot have one.
    guard let body = gatheredBody else {
      return hasBody && method != "HEAD" ? .buffered(ByteBuffer()) : UpstreamBody.none
    }
    gatheredBody = nil
    let tokensMax = reservation?.clampOutputTokens
    guard !isRequestEncoded else { return tokensMax == nil ? .buffered(body) : nil }
    var splices: [RequestSplice] = []
    if route.provider.streamUsage == .ask,
      let splice = RequestSplice.askingForUsage(of: body, facts: requestFacts, endpoint: endpoint)
    {
      splices.append(splice)
      changes.append("stream_options.include_usage")
      usageWasAsked = true
    }
    if let tokensMax {
      guard let splice = RequestSplice.limitingOutput(to: tokensMax, facts: requestFacts) else { return nil }
      splices.append(splice)
      changes.append("output_tokens_max=\(tokensMax)")
    }
    if let spliced = RequestSplice.apply(splices, to: body) { return .buffered(spliced) }
    return tokensMax == nil ? .buffered(body) : nil
  }
}
