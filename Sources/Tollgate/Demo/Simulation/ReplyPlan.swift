/// What the simulated model says, before it is written in the form of an API.
struct ReplyPlan: Sendable {
  struct ToolCall: Sendable, Equatable {
    var id: String
    var name: String
    /// JSON.
    var arguments: String
  }

  enum Finish: Sendable { case done, toolCalls, length }

  /// The provider's id of the reply, with the prefix of the API.
  var id: String
  /// The id that the reply's headers name.
  var requestID: String
  var createdSeconds: Int64
  var model: String
  var prompt: PromptCache.Count
  var reasoning = ""
  var text = ""
  var toolCalls: [ToolCall] = []
  var finish = Finish.done
  var wantsStreamUsage = false

  var reasoningTokens: Int { PromptCache.tokens(reasoning) }

  /// Every token of the reply, those of the reasoning included.
  var outputTokens: Int {
    reasoningTokens + PromptCache.tokens(text)
      + toolCalls.reduce(0) { $0 + PromptCache.tokens($1.name) + PromptCache.tokens($1.arguments) }
  }

  /// A text in the pieces in which it is streamed. Joined, they are the text.
  static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var rest = text[...]
    while !rest.isEmpty {
      let piece = rest.prefix(pieceCharacters)
      pieces.append(String(piece))
      rest = rest.dropFirst(piece.count)
    }
    return pieces
  }

  private static let pieceCharacters = 12
}
