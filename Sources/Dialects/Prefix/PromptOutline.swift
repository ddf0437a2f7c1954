internal import Tokenizers

/// What tells two requests apart whose prompts begin alike: a hash of every value of them, by a secret.
///
/// Whatever is not in a hash is counted here instead, so that it can be added by its bytes: marks of caching, labels, and thoughts.
public struct PromptOutline: Sendable, Equatable {
  /// How many beginnings are kept: the last ones.
  public static let beginningsMax = 64

  /// Of everything but the messages: the model, instructions, tools, and whatever the caller of ``RequestReader`` knows beside the body.
  public internal(set) var rest: Fingerprint
  /// The beginnings of the messages, all of them being the last; empty where they are no list.
  public internal(set) var beginnings: [PromptBeginning]
  /// Where the messages begin in the body: behind the bracket.
  var start: Int
  /// Whether a tool may come into the prompt later than it was named.
  var defersTools: Bool
  /// Bytes that are in no hash: labels, and what the client tells of the call.
  var labelBytes: Int64
}

/// The messages of a request up to one of them.
public struct PromptBeginning: Sendable, Equatable {
  /// Of ``PromptOutline/rest`` and of these messages, without thoughts.
  public internal(set) var words: Fingerprint
  /// Of the thoughts in them, and their places.
  public internal(set) var thoughts: UInt32
  /// Where they end in the body.
  var end: Int
  /// How many messages there are.
  var messages: Int
  /// Bytes of the marks in them, which are in no hash.
  var markBytes: Int64
  /// What the thoughts in them are made of.
  var thoughtText: TextCensus
}

/// What a provider reported of a prompt.
public struct CountedPrompt: Sendable, Equatable {
  /// Tokens of the prompt, cached or not; behind a stored response, of the response as well.
  public var tokens: Int64
  /// That of the ``PromptBeginning``.
  public var thoughts: UInt32

  public init(tokens: Int64, thoughts: UInt32 = 0) {
    self.tokens = tokens
    self.thoughts = thoughts
  }
}
