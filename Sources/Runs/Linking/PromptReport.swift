public import Dialects

/// What a provider reported of a call's prompt, for the bounds of later ones.
///
/// Only of a call of which all of this is true: the provider said it of the one model that was asked for, in a reply that came to its end;
/// no tool of the provider's ran; and the request has a ``PromptOutline``.
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

/// A beginning of a prompt that a provider has counted.
public struct KnownBeginning: Sendable, Equatable {
  public var beginning: PromptBeginning
  public var counted: CountedPrompt

  public init(_ beginning: PromptBeginning, _ counted: CountedPrompt) {
    self.beginning = beginning
    self.counted = counted
  }
}
