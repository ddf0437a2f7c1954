/// Tokens that a family's templates add to texts, as far as they are known; what remains is learned from reported usage.
///
/// OpenAI: 3 for each message, 1 for its role's change, 3 to open the reply (its cookbook); definitions of tools 9 more; a call
/// in the form of gpt-oss's format some 12. Claude: 7 for a message, and a hidden prompt for tools (346 since Claude 4, its page on
/// tool use); a call in XML some 30. The others' templates are alike OpenAI's.
public struct FamilyFrame: Sendable, Equatable {
  public var perText: Int64
  public var perRequest: Int64
  /// Where tools are defined.
  public var tools: Int64
  /// For each tool call of a reply.
  public var perCall: Int64

  public init(of family: TokenizerFamily) {
    perText = 4
    perRequest = 3
    tools = 9
    perCall = 12
    if family.isClaude {
      perText = 2
      perRequest = 5
      tools = 346
      perCall = 30
    }
  }

  /// Tokens around a prompt of so many texts.
  public func prompt(texts: Int64, hasTools: Bool) -> Int64 {
    // Embeddings and completions have no messages, and so no frame.
    texts <= 0 ? 0 : perRequest &+ min(texts, 1 << 32) &* perText &+ (hasTools ? tools : 0)
  }
}
