public import Dialects
internal import Metering

/// What a provider reported of a call's prompt, for the bounds of later ones.
public struct PromptReport: Sendable, Equatable {
  /// Of the instructions, tools and all else that is no message.
  public var rest: Fingerprint
  /// All of the messages; nil where the request follows a stored response, so that they are not all of the prompt.
  public var messages: PromptBeginning?
  /// Tokens of the prompt: fresh, read from a cache, and written to one.
  public var promptTokens: Int64
  /// No fewer tokens than the prompt and its response are as the beginning of another prompt; nil where the provider keeps none.
  public var contextTokens: Int64?

  public init(rest: Fingerprint, messages: PromptBeginning?, promptTokens: Int64, contextTokens: Int64? = nil) {
    self.rest = rest
    self.messages = messages
    self.promptTokens = promptTokens
    self.contextTokens = contextTokens
  }
}

extension PromptReport {
  /// What a reply says of its prompt; nil where it does not bound later ones: where not all of it is the provider's word for this one
  /// prompt, of the one model that was asked for, in a reply that is whole, or where the provider put something into the prompt that no
  /// request has: what its tools found, what it keeps.
  ///
  /// - Parameters:
  ///   - reply: one that succeeded, and whose usage is its own.
  ///   - prompt: what tells the prompt from others.
  ///   - asked: the model, as the request names it.
  ///   - provider: the name of the provider.
  ///   - isKept: whether the provider keeps the response for requests that follow it.
  public init?(
    _ reply: ReplyFacts, to request: RequestFacts, _ prompt: CallPrompt, asked: String, provider: String, isKept: Bool
  ) {
    guard reply.isTerminal, !reply.isPending, !reply.isDamaged, !reply.isBlocked, reply.errorCode == nil,
      reply.serverToolCalls.isEmpty, !request.hasStoredContext, !request.hasOtherModels,
      let usage = reply.usage.first, reply.usage.count == 1, usage.model == nil,
      PromptMaking.isSame(asked: asked, answered: reply.model, provider: provider)
    else { return nil }
    self.init(
      rest: prompt.rest, messages: prompt.messages, promptTokens: usage.usage.promptTokens,
      contextTokens: isKept && !reply.lacksOutput ? Self.context(usage.usage, toolCalls: reply.toolCallCount) : nil)
  }

  /// What an item of a reply has around it when it is shown to the model again.
  private static let itemFrame: Int128 = 64

  /// No fewer tokens than a prompt and its reply are as the beginning of another. What the model wrote, it may be shown again with other
  /// escapes, as arguments of tools are.
  private static func context(_ usage: Usage, toolCalls: Int) -> Int64 {
    let output = Int128(usage.totalTokens) - Int128(usage.promptTokens)
    let written: Int128 = toolCalls > 0 ? 3 : 1
    return Int64(clamping: Int128(usage.promptTokens) + output * written + itemFrame * (Int128(toolCalls) + 1))
  }
}

/// What tells a call's prompt from others, where what is reported of it may bound later ones.
public struct CallPrompt: Sendable, Equatable {
  /// Of the instructions, tools and all else that is no message.
  public var rest: Fingerprint
  /// All of the messages; nil where the request follows a stored response, so that they are not all of the prompt.
  public var messages: PromptBeginning?

  public init(_ outline: PromptOutline, followsResponse: Bool) {
    rest = outline.rest
    messages = followsResponse ? nil : outline.beginnings.last
  }
}

/// A beginning of a prompt that a provider has counted.
public struct KnownBeginning: Sendable, Equatable {
  public var beginning: PromptBeginning
  public var counted: CountedPrompt

  public init(_ beginning: PromptBeginning, _ counted: CountedPrompt) {
    self.beginning = beginning
    self.counted = counted
  }
}
