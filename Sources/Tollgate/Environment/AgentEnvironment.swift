import ArgumentParser

/// What an agent's environment needs so that its calls go through Tollgate under the right names.
struct AgentEnvironment {
  /// Which programs are to be pointed at Tollgate.
  enum Client: String, CaseIterable, ExpressibleByArgument {
    case openai, anthropic
    case claudeCode = "claude-code"
    case all
  }

  /// Where the proxy listens.
  var proxy: ListenAddress
  var agent: String?
  var workflow: String?
  var run: String?
  var client = Client.all

  /// The lines that `shell` takes over.
  func lines(for shell: Shell) -> [String] {
    var lines: [String] = []
    if client == .openai || client == .all {
      lines.append(shell.setting("OPENAI_BASE_URL", to: "\(baseURL)/openai/v1"))
      lines.append(
        "# Chat streams leave usage out unless asked: LangChain ChatOpenAI(stream_usage=True), AutoGen")
      lines.append("# create_stream(include_usage=True), the SDK stream_options={\"include_usage\": True}; or set")
      lines.append("# stream_usage: ask in Tollgate's configuration.")
    }
    if client != .openai {
      lines.append(shell.setting("ANTHROPIC_BASE_URL", to: "\(baseURL)/anthropic"))
    }
    if client == .claudeCode || client == .all {
      lines.append(
        "# Claude Code: keep loading tools on demand, which it gives up behind a base URL of one's own, and say")
      lines.append("# which of its agents makes a call.")
      lines.append(shell.setting("ENABLE_TOOL_SEARCH", to: "true"))
      lines.append(shell.setting("CLAUDE_CODE_GATEWAY_HINT_HEADERS", to: "1"))
    }
    return lines
  }

  /// The proxy's URL with the names as segments of the path, without a slash at its end.
  var baseURL: String {
    let names = [("agent", agent), ("workflow", workflow), ("run", run)]
    let segments = names.map { name, value in value.map { "/\(name)/\(CallerName.pathSegment($0))" } ?? "" }
    return "http://\(reachable)\(segments.joined())"
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
