internal import Dialects
internal import Metering
internal import Upstream

/// The providers that work without configuration. An origin is scheme and host only, so that the provider's own path
/// follows the provider's name: `/groq/openai/v1/chat/completions`.
public enum KnownProviders {
  /// All of them, by name.
  public static let routes: [ProviderRoute] = [
    ProviderRoute(name: "anthropic", origin: https("api.anthropic.com"), dialect: .anthropic),
    ProviderRoute(name: "cerebras", origin: https("api.cerebras.ai")),
    ProviderRoute(name: "cohere", origin: https("api.cohere.com"), dialect: .cohere),
    ProviderRoute(name: "deepseek", origin: https("api.deepseek.com")),
    ProviderRoute(name: "fireworks", origin: https("api.fireworks.ai")),
    ProviderRoute(name: "gemini", origin: https("generativelanguage.googleapis.com"), dialect: .gemini),
    ProviderRoute(name: "groq", origin: https("api.groq.com")),
    ProviderRoute(name: "huggingface", origin: https("router.huggingface.co")),
    ProviderRoute(name: "jina", origin: https("api.jina.ai")),
    ProviderRoute(name: "llamacpp", origin: local(port: 8080), billing: .free),
    ProviderRoute(name: "meta", origin: https("api.meta.ai")),
    ProviderRoute(name: "mistral", origin: https("api.mistral.ai"), dialect: .mistral),
    ProviderRoute(name: "moonshot", origin: https("api.moonshot.ai")),
    ProviderRoute(name: "ollama", origin: local(port: 11434), dialect: .ollama, billing: .free),
    ProviderRoute(name: "openai", origin: https("api.openai.com"), dialect: .openai),
    ProviderRoute(name: "openrouter", origin: https("openrouter.ai")),
    ProviderRoute(name: "perplexity", origin: https("api.perplexity.ai")),
    ProviderRoute(name: "together", origin: https("api.together.xyz")),
    ProviderRoute(name: "vllm", origin: local(port: 8000), billing: .free),
    ProviderRoute(name: "voyage", origin: https("api.voyageai.com")),
    // Its chat has the path of Cohere's.
    ProviderRoute(name: "writer", origin: https("api.writer.com"), dialect: .openai),
    // Its voices stand under names of its own.
    ProviderRoute(name: "xai", origin: https("api.x.ai"), dialect: .openai),
    ProviderRoute(name: "zai", origin: https("api.z.ai")),
  ]

  /// The known provider of this name.
  public static func route(named name: String) -> ProviderRoute? {
    routes.first { $0.name == name }
  }

  private static func https(_ host: String) -> UpstreamOrigin {
    UpstreamOrigin(scheme: .https, host: host, port: 443, basePath: "")
  }

  private static func local(port: Int) -> UpstreamOrigin {
    UpstreamOrigin(scheme: .http, host: "127.0.0.1", port: port, basePath: "")
  }
}
