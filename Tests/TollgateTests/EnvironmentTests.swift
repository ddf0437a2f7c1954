import Testing

@testable import Tollgate

@Suite("What tollgate env prints")
struct EnvironmentTests {
  private let proxy = ListenAddress(host: "127.0.0.1", port: 4100)

  private func variables(_ environment: AgentEnvironment, _ shell: Shell = .sh) -> [String] {
    environment.lines(for: shell).filter { !$0.hasPrefix("#") }
  }

  @Test("Without names it is the proxy's address, for every client")
  func plain() {
    #expect(
      variables(AgentEnvironment(proxy: proxy)) == [
        "export OPENAI_BASE_URL='http://127.0.0.1:4100/openai/v1'",
        "export ANTHROPIC_BASE_URL='http://127.0.0.1:4100/anthropic'",
        "export ENABLE_TOOL_SEARCH='true'",
        "export CLAUDE_CODE_GATEWAY_HINT_HEADERS='1'",
        "export GOOGLE_GEMINI_BASE_URL='http://127.0.0.1:4100/gemini'",
        "export GROQ_BASE_URL='http://127.0.0.1:4100/groq'",
        "export CO_API_URL='http://127.0.0.1:4100/cohere'",
      ])
  }

  @Test(
    "A client whose variable others read too is set up only when it is named",
    arguments: [
      (AgentEnvironment.Client.ollama, "export OLLAMA_HOST='http://127.0.0.1:4100/ollama'"),
      (.bedrock, "export AWS_ENDPOINT_URL_BEDROCK_RUNTIME='http://127.0.0.1:4100/bedrock'"),
    ])
  func named(client: AgentEnvironment.Client, line: String) {
    #expect(variables(AgentEnvironment(proxy: proxy, client: client)) == [line])
    #expect(!variables(AgentEnvironment(proxy: proxy)).contains(line))
  }

  @Test("Names are segments before the provider, and a slash in a name does not end its segment")
  func names() {
    let environment = AgentEnvironment(
      proxy: proxy, agent: "claude-code/Explore", workflow: "nightly", run: "42", client: .anthropic)
    #expect(
      variables(environment) == [
        "export ANTHROPIC_BASE_URL='http://127.0.0.1:4100/agent/claude-code%2FExplore/workflow/nightly/run/42/anthropic'"
      ])
  }

  @Test(
    "Each shell gets its own syntax",
    arguments: [
      (Shell.sh, "export OPENAI_BASE_URL='http://127.0.0.1:4100/workflow/w/openai/v1'"),
      (.fish, "set -gx OPENAI_BASE_URL 'http://127.0.0.1:4100/workflow/w/openai/v1'"),
      (.powershell, "$env:OPENAI_BASE_URL = 'http://127.0.0.1:4100/workflow/w/openai/v1'"),
    ])
  func shells(shell: Shell, line: String) {
    #expect(variables(AgentEnvironment(proxy: proxy, workflow: "w", client: .openai), shell) == [line])
  }

  @Test("No value can leave its quotation marks")
  func quoting() {
    let value = #"a'b\c$(d)`e`"#
    #expect(Shell.sh.setting("X", to: value) == #"export X='a'\''b\c$(d)`e`'"#)
    #expect(Shell.fish.setting("X", to: value) == #"set -gx X 'a\'b\\c$(d)`e`'"#)
    #expect(Shell.powershell.setting("X", to: value) == #"$env:X = 'a''b\c$(d)`e`'"#)
  }

  @Test("A proxy that listens everywhere is reached on loopback")
  func wildcard() {
    #expect(AgentEnvironment(proxy: ListenAddress(host: "0.0.0.0", port: 1)).baseURL == "http://127.0.0.1:1")
    #expect(AgentEnvironment(proxy: ListenAddress(host: "::", port: 1)).baseURL == "http://[::1]:1")
  }

  @Test(
    "Names that a path or a header could not carry are refused",
    arguments: ["", "a b", "a b/c", "a\nb", "ü", "..", "a?b", "a%2F"])
  func badNames(name: String) {
    #expect(throws: MalformedText.self) { try CallerName.validated(name) }
  }
}
