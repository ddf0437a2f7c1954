/// Providers that work without configuration.
enum KnownProviders {
  static let names: Set<String> = ["openai", "anthropic"]
}
