import Dialects
import Metering
import Tokenizers

/// Tokens of a call's texts, for calls whose usage the provider did not report: counted, or by the bytes that passed, both
/// corrected by what the provider reported of calls of the same model and workflow.
struct TokenEstimate {
  private let family: TokenizerFamily
  private let frame: FamilyFrame
  private let ofWorkflow: LearnedCounts.Entry?
  private let ofModel: LearnedCounts.Entry?

  /// - Parameter dialect: tells the family of a model whose name does not.
  init(model: String?, dialect: Dialect, workflow: String, counts: LearnedCounts) {
    let family = counts.family(model: model)
    self.family = family == .other ? Self.family(of: dialect) : family
    frame = FamilyFrame(of: self.family)
    let known = model.map { counts.known(model: $0, workflow: workflow) }
    ofWorkflow = known?.ofWorkflow
    ofModel = known?.ofModel
  }

  /// The tokenizers behind an API that speaks of one provider's models.
  private static func family(of dialect: Dialect) -> TokenizerFamily {
    switch dialect {
    case .anthropic: .claude47
    case .gemini: .gemma
    case .mistral: .tekken
    case .openai, .bedrock, .cohere, .ollama, .mcp: .other
    }
  }

  /// What texts count, by the tokenizer alone: what was counted, and the rest by its bytes; less where a reply writes the same
  /// text more than once. Nil where nothing was counted.
  private func counted(_ tally: TokenTally?, textBytes: Int64) -> Int64? {
    guard let tally else { return nil }
    let tokens = family.tokens(tally)
    let bytes = tally.bytes
    guard bytes > textBytes else { return tokens &+ family.tokens(textBytes: textBytes &- bytes) }
    return Int64(clamping: Int128(tokens) * Int128(max(0, textBytes)) / Int128(bytes))
  }

  /// What a prompt counts with its frame and its media, before anything was learned.
  private func countedPrompt(_ request: RequestFacts) -> Int64? {
    guard request.isComplete else { return nil }
    return counted(request.promptTally, textBytes: request.promptTextBytes).map {
      $0 &+ frame.prompt(texts: request.promptTexts, hasTools: request.renderedTextBytes > 0)
        &+ request.mediaTokensExpected(family: family)
    }
  }

  /// The same of a reply.
  private func countedOutput(_ reply: ReplyFacts) -> Int64? {
    counted(reply.outputTally, textBytes: reply.outputTextBytes).map {
      $0 &+ Int64(reply.toolCallCount) &* frame.perCall
    }
  }

  /// Tokens of a prompt. At least one.
  func prompt(_ request: RequestFacts, requestBytes: Int64) -> Int64 {
    let textBytes = request.isComplete ? request.promptTextBytes : requestBytes
    if let counted = countedPrompt(request) {
      let learned = ofWorkflow?.promptByCount.apply(to: counted) ?? ofModel?.promptByCount.apply(to: counted)
      return max(1, learned ?? counted)
    }
    let learned = ofWorkflow?.promptByBytes.apply(to: textBytes) ?? ofModel?.promptByBytes.apply(to: textBytes)
    return max(1, learned ?? family.tokens(textBytes: textBytes) &+ request.mediaTokensExpected(family: family))
  }

  /// How many of a prompt's tokens are read from a cache, if it goes on from the last one of its workflow.
  func cached(promptTokens: Int64) -> Int64 { min(promptTokens, ofWorkflow?.cachedTokens ?? 0) }

  /// Tokens of the part of a reply that has been seen. OpenAI's streams carry about one token in each delta, so their number
  /// counts where the text was not counted and it is the larger.
  func output(_ reply: ReplyFacts, dialect: Dialect) -> Int64 {
    if let counted = countedOutput(reply) {
      return ofWorkflow?.outputByCount.apply(to: counted) ?? ofModel?.outputByCount.apply(to: counted) ?? counted
    }
    let byText = output(textBytes: reply.outputTextBytes)
    return dialect == .openai ? max(byText, reply.contentDeltas) : byText
  }

  /// Tokens of a reply of which only the bytes of its text are known.
  func output(textBytes: Int64) -> Int64 {
    let learned = ofWorkflow?.outputByBytes.apply(to: textBytes) ?? ofModel?.outputByBytes.apply(to: textBytes)
    return learned ?? family.tokens(textBytes: textBytes)
  }

  /// Whether replies were seen whose usage tells how much is generated beside the text.
  var knowsOutput: Bool { (ofModel?.outputByBytes.samples ?? 0) > 0 }

  /// What a reported usage teaches of a whole call.
  func learn(_ usage: Usage, request: RequestFacts, reply: ReplyFacts, into entry: inout LearnedCounts.Entry) {
    entry.cachedTokens = max(0, usage.promptTokens &- usage[.input])
    if request.isComplete, request.promptTextBytes >= Self.textBytesMin {
      let tokens = usage.promptTokens
      entry.promptByBytes.learn(actual: tokens, estimate: request.promptTextBytes)
      if let counted = countedPrompt(request) {
        entry.promptByCount.learn(actual: tokens, estimate: counted)
      }
    }
    guard reply.isTerminal, reply.outputTextBytes >= Self.textBytesMin else { return }
    let tokens = usage[.output] &+ usage[.reasoning]
    entry.outputByBytes.learn(actual: tokens, estimate: reply.outputTextBytes)
    if let counted = countedOutput(reply) {
      entry.outputByCount.learn(actual: tokens, estimate: counted)
    }
  }

  /// Shorter texts say more of the frame around them than of themselves.
  private static let textBytesMin: Int64 = 32
}
