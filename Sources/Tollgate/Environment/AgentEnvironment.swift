import ArgumentParser

/// What an agent's environment needs so that its calls go through Tollgate under the right names.
struct AgentEnvironment {
  /// Which programs are to be pointed at Tollgate.
  enum Client: String, CaseIterable, ExpressibleByArgument {
    case openai, anthropic
    case claudeCode = "claude-code"
    case gemini, groq, cohere, ollama, bedrock
    /// Those whose variables nothing but their own SDK reads: not ollama, whose variable its server reads too, and not
    /// bedrock, which works once Tollgate has credentials to sign with.
    case all
  }

  /// Where the proxy listens.
  var proxy: ListenAddress
  /// Whether it ends TLS itself.
  var usesTLS = false
  var agent: String?
  var workflow: String?
  var run: String?
  var client = Client.all

  /// The lines that `shell` takes over.
  func lines(for shell: Shell) -> [String] {
    switch client {
    case .openai: openAI(shell)
    case .anthropic: anthropic(shell)
    case .claudeCode: anthropic(shell) + claudeCode(shell)
    case .gemini, .groq, .cohere, .ollama, .bedrock: baseURLs(shell, of: [client])
    case .all: openAI(shell) + anthropic(shell) + claudeCode(shell) + baseURLs(shell, of: [.gemini, .groq, .cohere])
    }
  }

  private func openAI(_ shell: Shell) -> [String] {
    [
      shell.setting("OPENAI_BASE_URL", to: "\(baseURL)/openai/v1"),
      "# Chat streams leave usage out unless asked: LangChain ChatOpenAI(stream_usage=True), AutoGen",
      "# create_stream(include_usage=True), the SDK stream_options={\"include_usage\": True}; or set",
      "# stream_usage: ask in Tollgate's configuration.",
    ]
  }

  private func anthropic(_ shell: Shell) -> [String] {
    [shell.setting("ANTHROPIC_BASE_URL", to: "\(baseURL)/anthropic")]
  }

  private func claudeCode(_ shell: Shell) -> [String] {
    [
      "# Claude Code: keep loading tools on demand, which it gives up behind a base URL of one's own, and say",
      "# which of its agents makes a call.",
      shell.setting("ENABLE_TOOL_SEARCH", to: "true"),
      shell.setting("CLAUDE_CODE_GATEWAY_HINT_HEADERS", to: "1"),
    ]
  }

  /// The variables that the SDKs of further providers read their base URL from.
  private func baseURLs(_ shell: Shell, of clients: [Client]) -> [String] {
    let variables: [Client: String] = [
      .gemini: "GOOGLE_GEMINI_BASE_URL", .groq: "GROQ_BASE_URL", .cohere: "CO_API_URL", .ollama: "OLLAMA_HOST",
      .bedrock: "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    ]
    return clients.compactMap { client in
      variables[client].map { shell.setting($0, to: "\(baseURL)/\(client.rawValue)") }
    }
  }

  /// The proxy's URL with the names as segments of the path, without a slash at its end.
  var baseURL: String {
    let names = [("agent", agent), ("workflow", workflow), ("run", run)]
    let segments = names.map { name, value in value.map { "/\(name)/\(CallerName.pathSegment($0))" } ?? "" }
    return "\(usesTLS ? "https" : "http")://\(reachable)\(segments.joined())"
  }

  /// An address that listens everywhere is reached on loopback.
  private var reachable: ListenAddress {
    switch proxy.host {
    case "0.0.0.0": ListenAddress(host: "127.0.0.1", port: proxy.port)
    case "::": ListenAddress(host: "::1", port: proxy.port)
    default: proxy
    }
  }
}
