/// Which provider answers, as `gen_ai.provider.name` says.
public enum GenAIProvider {
  /// The conventions' values by the hosts that they are reached at; a host ends with one of these.
  private static let hosts: [(suffix: String, name: String)] = [
    ("api.openai.com", "openai"), ("openai.azure.com", "azure.ai.openai"), ("api.anthropic.com", "anthropic"),
    ("generativelanguage.googleapis.com", "gcp.gemini"), ("aiplatform.googleapis.com", "gcp.vertex_ai"),
    ("rep.googleapis.com", "gcp.vertex_ai"), ("amazonaws.com", "aws.bedrock"), ("amazonaws.com.cn", "aws.bedrock"),
    ("services.ai.azure.com", "azure.ai.inference"), ("models.ai.azure.com", "azure.ai.inference"),
    ("api.cohere.com", "cohere"), ("api.cohere.ai", "cohere"), ("api.deepseek.com", "deepseek"),
    ("api.groq.com", "groq"), ("ml.cloud.ibm.com", "ibm.watsonx.ai"), ("api.mistral.ai", "mistral_ai"),
    ("api.moonshot.ai", "moonshot_ai"), ("api.perplexity.ai", "perplexity"), ("api.x.ai", "x_ai"),
  ]
  /// The same by the names that Tollgate knows providers by, for those that are reached in another way: through another proxy, say.
  private static let names: [String: String] = [
    "openai": "openai", "azure": "azure.ai.openai", "anthropic": "anthropic", "gemini": "gcp.gemini",
    "vertex": "gcp.vertex_ai", "bedrock": "aws.bedrock", "cohere": "cohere", "deepseek": "deepseek", "groq": "groq",
    "mistral": "mistral_ai", "moonshot": "moonshot_ai", "perplexity": "perplexity", "xai": "x_ai",
  ]

  /// The conventions' value for a provider; the operator's own name for it where they have none.
  public static func name(of provider: String, host: String) -> String {
    let known = hosts.first { host == $0.suffix || host.hasSuffix(".\($0.suffix)") || isRegional(host, $0.suffix) }
    return known?.name ?? names[provider] ?? provider
  }

  /// Vertex puts its region before the name with a dash: `us-central1-aiplatform.googleapis.com`.
  private static func isRegional(_ host: String, _ suffix: String) -> Bool {
    suffix == "aiplatform.googleapis.com" && host.hasSuffix("-\(suffix)")
  }
}
