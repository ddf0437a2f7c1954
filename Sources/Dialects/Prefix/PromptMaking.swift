public import Tokenizers

/// How a provider makes the prompt of a conversation that goes on.
public enum PromptMaking: Sendable, Equatable {
  /// What stands before the new messages becomes what it became before, or less: thoughts are left out once the user has gone on.
  case once
  /// By a template of the model's, which may put instructions and tools elsewhere, or leave them and thoughts out, according to who
  /// wrote the last message.
  case byTemplate

  /// Nil where what was reported of one prompt bounds no other: of providers that are not known, as they may shorten prompts of their own
  /// accord (OpenRouter's small models, Ollama), report what was not in a cache only (Ollama), bill other tokens than they count (Cohere),
  /// or have one name answered by several models.
  ///
  /// - Parameters:
  ///   - provider: the name of the provider.
  ///   - model: as the request names it.
  ///   - family: that of the model.
  public init?(provider: String, model: String?, family: TokenizerFamily) {
    guard let model = model?.lowercased(), !Self.wordsOfSeveral.contains(where: { model.contains($0) }) else {
      return nil
    }
    if Self.ownModels.contains(provider), Self.ownFamilies.contains(family), !model.contains("gpt-oss"),
      !model.contains("gemma")
    {
      self = .once
    } else if Self.ownModels.contains(provider) || Self.hosts.contains(provider) {
      self = .byTemplate
    } else {
      return nil
    }
  }

  /// Those who serve models that they or their makers render: OpenAI's, Anthropic's and Google's.
  private static let ownModels: Set<String> = ["openai", "azure", "anthropic", "gemini", "vertex"]
  private static let ownFamilies: [TokenizerFamily] = [.o200k, .cl100k, .claude, .claude47, .gemma]
  /// Those who serve a name by one model, and report all of its prompt.
  private static let hosts: Set<String> = [
    "bedrock", "cerebras", "deepseek", "fireworks", "groq", "mistral", "together", "xai",
  ]
  /// Words of names that stand for now this model, now that.
  private static let wordsOfSeveral = ["latest", "auto", "router"]

  /// Whether the provider keeps responses that later requests may follow, and counts all that they say as the prompt of those.
  public static func keepsResponses(_ provider: String) -> Bool { provider == "openai" || provider == "azure" }

  /// Whether the model that was asked for is the one that answered: by its name, or by that of its dated state. Bedrock's replies name
  /// none.
  ///
  /// - Parameters:
  ///   - asked: as the request names it.
  ///   - answered: as the reply does; nil where it does not.
  public static func isSame(asked: String, answered: String?, provider: String) -> Bool {
    guard let answered else { return provider == "bedrock" }
    let (name, dated) = (plain(asked), plain(answered))
    if name == dated { return true }
    guard dated.hasPrefix(name + "-") else { return false }
    return dated.dropFirst(name.count).allSatisfy { $0 == "-" || ("0"..."9").contains($0) }
  }

  /// Without what paths put before a name, and with a date of Vertex's as others write it.
  private static func plain(_ name: String) -> String {
    let name = name.hasPrefix("models/") ? String(name.dropFirst("models/".count)) : name
    return String(name.lowercased().map { $0 == "@" ? "-" : $0 })
  }
}
