/// Models that may think out of sight: what they think is billed as output, and is not in the reply.
public enum HiddenReasoning {
  /// Words of the names of such models: OpenAI's from o1 on, Gemini's from 2.5 on, Grok's from 3 mini on. The others show what
  /// they think (Anthropic a summary), or do not think.
  private static let words = [
    "o1", "o3", "o4", "gpt-5", "gpt-6", "codex", "gemini-2.5", "gemini-3", "grok-3-mini", "grok-4", "grok-5",
  ]

  /// Whether the text of a reply may be less than what its model generated.
  public static func isPossible(model: String?) -> Bool {
    guard let model else { return false }
    let name = ModelName(model)
    return words.contains { name.holds($0) }
  }
}
