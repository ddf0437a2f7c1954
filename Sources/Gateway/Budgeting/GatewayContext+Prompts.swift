import Dialects
import Metering
import NIOCore
import Runs
import Tokenizers

extension GatewayContext {
  /// Finds out how long a call's prompt can be, where a budget asks for that. Its body is read once or twice more, which takes a
  /// fraction of a millisecond for a conversation of some hundred kilobytes.
  func boundPrompt(of call: Call) {
    guard budgets.asksForBounds, call.promptBounds == nil, let endpoint = call.endpoint else { return }
    let facts = call.requestFacts
    let family = counts.family(model: facts.model)
    var bounds = PromptBounds(
      byBytes: facts.promptTokensBound(family: family), isBehindResponse: facts.followsResponse)
    if call.isWorthReadingAgain(bounds), let making = making(of: call, family),
      let seed = call.promptSeed(by: runs.key), let body = call.gatheredBody,
      let linked = call.runTicket?.linked
    {
      bounds.byReport = body.withUnsafeReadableBytes { body in
        tokensBound(of: call, linked, body.bytes, endpoint, making, family, seed)
      }
    }
    call.promptBounds = bounds
    budgets.bounds.note(bounds, of: call.id)
  }

  /// Nil where what a provider reports of such a call bounds no other, and the other way round.
  private func making(of call: Call, _ family: TokenizerFamily) -> PromptMaking? {
    let facts = call.requestFacts
    guard facts.isComplete, !facts.isAmbiguous, !call.isRequestEncoded, !call.isForm, !call.opensWebSocket,
      let asked = call.modelOfPrompt
    else { return nil }
    let provider = call.route.provider.terms.provider
    if facts.followsResponse, !PromptMaking.keepsResponses(provider) { return nil }
    return PromptMaking(provider: provider, model: asked, family: family)
  }

  private func tokensBound(
    of call: Call, _ linked: LinkedCall, _ body: RawSpan, _ endpoint: Endpoint, _ making: PromptMaking,
    _ family: TokenizerFamily, _ seed: Fingerprint
  ) -> Int64? {
    let facts = call.requestFacts
    guard let outline = PromptBody.outline(of: body, endpoint: endpoint, key: runs.key, seed: seed) else { return nil }
    call.prompt = CallPrompt(outline, followsResponse: facts.followsResponse)
    if facts.followsResponse {
      guard making == .once, let response = facts.conversation?.previousResponse,
        let stored = runs.contextTokens(behind: response, outline, of: linked)
      else { return nil }
      return facts.promptTokensBound(family: family, behind: stored)
    }
    guard let known = runs.counted(outline, of: linked) else { return nil }
    return PromptBody.tokensBound(
      of: body, endpoint: endpoint, outline, behind: known.beginning, counted: known.counted, made: making,
      family: family)
  }
}

extension Call {
  /// A prompt that its bytes bound so low is bounded well enough, and so is the next one of its conversation.
  private static let shortPromptTokens: Int64 = 1_024

  /// Whether a report about the prompt, or about one before it, is worth the reading. What follows a stored response has no other bound.
  fileprivate func isWorthReadingAgain(_ bounds: PromptBounds) -> Bool {
    endpoint?.operation == .responses || bounds.byBytes.map { $0 > Self.shortPromptTokens } ?? true
  }

  /// The model whose prompt it is: Azure goes by the deployment in the path.
  fileprivate var modelOfPrompt: String? {
    endpoint?.dialect == .openai ? endpoint?.model ?? requestFacts.model : requestFacts.model
  }

  /// What decides how the prompt is made besides the body.
  fileprivate func promptSeed(by key: FingerprintKey) -> Fingerprint? {
    PromptSeed.of(route, method: method, upstreamKey: identity.upstreamKeyID, headers: headers, by: key)
  }

  /// What the provider reported of the prompt, where that bounds later ones.
  func promptReport(_ record: borrowing CallRecord, _ reply: ReplyFacts) -> PromptReport? {
    guard let prompt, record.outcome == .ok, record.usageSource == .provider, let asked = modelOfPrompt else {
      return nil
    }
    let provider = route.provider.terms.provider
    return PromptReport(
      reply, to: requestFacts, prompt, asked: asked, provider: provider,
      isKept: endpoint?.operation == .responses && PromptMaking.keepsResponses(provider))
  }
}
