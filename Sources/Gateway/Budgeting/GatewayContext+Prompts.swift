import Dialects
import Metering
import NIOCore
import Runs
import Tokenizers

/// What is known of a call's prompt where a hard budget asks, so that what the provider reports of it bounds later ones.
struct CallPrompt {
  /// Of the instructions, tools and all else that is no message.
  var rest: Fingerprint
  /// All of the messages; nil where they are not all of the prompt.
  var messages: PromptBeginning?
}

extension GatewayContext {
  /// Finds out how long a call's prompt can be, where a budget asks for that. Its body is read once or twice more, which takes a
  /// fraction of a millisecond for a conversation of some hundred kilobytes.
  func boundPrompt(of call: Call) {
    guard budgets.asksForBounds, call.promptBounds == nil, let endpoint = call.endpoint else { return }
    let facts = call.requestFacts
    let family = counts.family(model: facts.model)
    var bounds = PromptBounds(
      byBytes: facts.promptTokensBound(family: family), isBehindResponse: facts.followsResponse)
    if let making = making(of: call, family), let seed = PromptSeed.of(call, by: runs.key),
      let body = call.gatheredBody, let linked = call.runTicket?.linked
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
    call.prompt = CallPrompt(rest: outline.rest, messages: facts.followsResponse ? nil : outline.beginnings.last)
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
  /// The model whose prompt it is: Azure goes by the deployment in the path.
  fileprivate var modelOfPrompt: String? {
    endpoint?.dialect == .openai ? endpoint?.model ?? requestFacts.model : requestFacts.model
  }

  /// What the reply's usage says for the bounds of later prompts; nil where it does not: where not all of it is the provider's word for
  /// this one prompt, to the one model that was asked for, in a reply that is whole.
  func promptReport(_ record: borrowing CallRecord, _ reply: ReplyFacts) -> PromptReport? {
    guard let prompt, record.outcome == .ok, record.usageSource == .provider, reply.isTerminal, !reply.isPending,
      !reply.isDamaged, !reply.isBlocked, reply.errorCode == nil, reply.serverToolCalls.isEmpty,
      let usage = reply.usage.first, reply.usage.count == 1, usage.model == nil, !requestFacts.hasStoredContext,
      !requestFacts.hasOtherModels, let asked = modelOfPrompt
    else { return nil }
    let provider = route.provider.terms.provider
    guard PromptMaking.isSame(asked: asked, answered: reply.model, provider: provider) else { return nil }
    let isKept = endpoint?.operation == .responses && PromptMaking.keepsResponses(provider)
    return PromptReport(
      rest: prompt.rest, messages: prompt.messages, promptTokens: usage.usage.promptTokens,
      contextTokens: isKept ? Self.contextTokens(usage.usage, toolCalls: reply.toolCallCount) : nil)
  }

  /// No fewer tokens than a prompt and its reply are as the beginning of another. What the model wrote, it may be shown again with other
  /// escapes, as arguments of tools are; each item has a frame.
  private static func contextTokens(_ usage: Usage, toolCalls: Int) -> Int64 {
    let output = usage.totalTokens &- usage.promptTokens
    let written = toolCalls > 0 ? 3 : 1
    let tokens = Int128(usage.promptTokens) + Int128(output) * Int128(written) + 64 * (Int128(toolCalls) + 1)
    return Int64(clamping: tokens)
  }
}
