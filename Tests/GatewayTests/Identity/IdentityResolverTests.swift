import Metering
import NIOHTTP1
import Testing
import Upstream

@testable import Gateway

@Suite("Who is calling")
struct IdentityResolverTests {
  private func resolve(
    _ headers: HTTPHeaders, path: PathIdentity = PathIdentity(), provider: String = "openai"
  ) throws -> CallerIdentity {
    let route = try #require(KnownProviders.route(named: provider))
    return try IdentityResolver().resolve(path: path, headers: headers, provider: route)
  }

  @Test("is unknown, of the default workflow and without a run where nothing says more")
  func nothingSaid() throws {
    let identity = try resolve([:])
    #expect(identity.agent == "unknown")
    #expect(identity.agentSource == .none)
    #expect(identity.workflow == "default")
    #expect(identity.workflowSource == .none)
    #expect(identity.run == nil)
    #expect(identity.runSource == .none)
    #expect(identity.parentRun == nil)
    #expect(identity.billing == .metered)
    #expect(identity.upstreamKeyID == nil)
  }

  @Test("is told by the path before headers, by headers before clients, and each name by itself")
  func precedence() throws {
    let headers: HTTPHeaders = [
      "x-tollgate-agent": "from-header", "X-Tollgate-Run": "run-header", "x-tollgate-parent-run": "parent",
      "X-Claude-Code-Session-Id": "session", "user-agent": "claude-cli/2.1.330 (external, cli)",
      "baggage": "gen_ai.workflow.name=from-baggage",
    ]
    let identity = try resolve(headers, path: PathIdentity(agent: "from-path"))
    #expect(identity.agent == "from-path")
    #expect(identity.agentSource == .path)
    #expect(identity.run == "run-header")
    #expect(identity.runSource == .header)
    #expect(identity.parentRun == "parent")
    #expect(identity.workflow == "from-baggage")
    #expect(identity.workflowSource == .baggage)
    let second = try resolve(headers)
    #expect(second.agent == "from-header")
    #expect(second.agentSource == .header)
  }

  @Test("is Claude Code by any of its headers, or by its user agent alone")
  func claudeCode() throws {
    let session = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
    let sub = try resolve([
      "user-agent": "claude-cli/2.1.330 (external, cli)", "X-Claude-Code-Session-Id": session,
      "x-claude-code-agent-id": "a1", "x-claude-code-parent-agent-id": "a0", "x-claude-code-agent-type": "Explore",
    ])
    #expect(sub.agent == "claude-code/Explore")
    #expect(sub.agentSource == .claudeCode)
    #expect(sub.run == session)
    #expect(sub.runSource == .claudeCode)
    #expect(sub.node == "a1")
    #expect(sub.parentNode == "a0")
    let main = try resolve(["x-claude-code-session-id": session])
    #expect(main.agent == "claude-code")
    #expect(main.node == nil)
    let old = try resolve(["User-Agent": "Claude-CLI/1.0.3 (external, cli)"])
    #expect(old.agent == "claude-code")
    #expect(old.agentSource == .claudeCode)
    #expect(old.run == nil)
    #expect(try resolve(["x-claude-code-agent-type": "my agent!"]).agent == "claude-code/my-agent")
  }

  @Test("is Codex, or who sends Codex's headers under another originator")
  func codex() throws {
    let codex = try resolve([
      "originator": "codex_cli_rs", "session_id": "s-1", "thread-id": "t-2", "x-codex-parent-thread-id": "t-1",
      "x-openai-subagent": "review", "user-agent": "codex_cli_rs/0.58.0 (Ubuntu) xterm",
    ])
    #expect(codex.agent == "codex/review")
    #expect(codex.agentSource == .codex)
    #expect(codex.run == "s-1")
    #expect(codex.node == "t-2")
    #expect(codex.parentNode == "t-1")
    #expect(try resolve(["originator": "Codex Desktop", "session-id": "s"]).agent == "codex")
    #expect(try resolve(["user-agent": "codex_exec/1.0", "conversation_id": "c"]).run == "c")
    let other = try resolve(["originator": "OpenCode", "session_id": "s"])
    #expect(other.agent == "opencode")
    #expect(other.run == "s")
    let neither = try resolve(["user-agent": "curl/8.5.0", "session_id": "s"])
    #expect(neither.agent == "curl")
    #expect(neither.run == nil)
  }

  @Test(
    "is else the product that the user agent names first",
    arguments: [
      ("OpenAI/Python 3.54.0", "openai-python"), ("AsyncOpenAI/Python 3.54.0", "openai-python"),
      ("OpenAI/JS 4.0", "openai-js"), ("Anthropic/Python 0.74.1", "anthropic-python"),
      ("AsyncAzureOpenAI/Python 1.14.3", "azureopenai-python"), ("Agents/Python 0.24.0", "agents-python"),
      ("pydantic-ai/2.68.0", "pydantic-ai"), ("langchain-anthropic/1.7.10", "langchain-anthropic"),
      ("Faraday v2.14.3", "faraday"), ("Go-http-client/1.1", "go-http-client"),
      ("Boto3/1.35.56 md/Botocore#1.35.56 ua/2.0", "boto3"), ("Together/v1 PythonBindings/1.2.0", "together"),
      ("ollama-python/0.2.0 (arm64 darwin) Python/3.9.5", "ollama-python"), ("curl/8.5.0", "curl"),
      ("ai-sdk/openai/2.0.1", "ai-sdk-openai"), ("Asyncio/3", "asyncio"), ("Async/1", "async"),
      ("my agent", "my"), ("(just a comment)", nil), ("", nil), ("///", nil), ("caf\u{e9}/1", "caf"), ("x/", "x"),
      ("vagent/vision 1", "vagent-vision"), ("<script>alert(1)</script>", "script-alert"),
      ("a/b/c/d", "a-b"),
    ] as [(String, String?)])
  func userAgent(text: String, agent: String?) throws {
    let identity = try resolve(["user-agent": text])
    #expect(identity.agent == agent ?? "unknown")
    #expect(identity.agentSource == (agent == nil ? .none : .userAgent))
  }

  @Test(
    "is refused where an explicit name cannot be kept as it is",
    arguments: [
      "x-tollgate-agent", "x-tollgate-workflow", "x-tollgate-run", "x-tollgate-parent-run",
    ])
  func explicitNamesAreRefused(header: String) throws {
    for value in ["", " ", "a b", "caf\u{e9}", "a\"b", "a%41", "<b>", "a,b", String(repeating: "a", count: 129)] {
      #expect("\(header): \(value)") { try resolve([header: value]) } throws: { error in
        guard let refusal = error as? Refusal else { return false }
        return refusal.status == 400 && refusal.code == .badIdentity && refusal.message.contains(header)
      }
    }
    for value in ["a", "A.b_c:d/e@f+g-h", String(repeating: "a", count: 128)] { _ = try resolve([header: value]) }
  }

  @Test("is made fit to be a name where it was found, never refused")
  func inferredNamesAreSanitised() {
    #expect(IdentityValue.inferred("plain") == "plain")
    #expect(IdentityValue.inferred("  a  b\r\nc\u{0} ") == "a-b-c")
    #expect(IdentityValue.inferred("\u{1f600}") == nil)
    #expect(IdentityValue.inferred("") == nil)
    #expect(IdentityValue.inferred(String(repeating: "a", count: 1000))?.utf8.count == 128)
    #expect(IdentityValue.inferred(String(repeating: "a\u{e9}", count: 1000))?.utf8.count ?? 0 <= 128)
  }

  @Test("of any header bytes is a valid name or a refusal")
  func holdsForRandomHeaders() throws {
    var random = SeededRandom(seed: 7)
    let names = HopByHopTests.names.map(\.0)
    let pieces = [
      "a", "/", " ", "\u{e9}", "%41", ",", ";", "=", "Bearer ", "claude-cli/", "eyJ", "\"", "gen_ai.agent.name=",
    ]
    for _ in 0..<5_000 {
      let fields = (0..<random.below(6)).map { _ in
        (
          names[random.below(names.count)],
          (0..<random.below(6)).map { _ in pieces[random.below(pieces.count)] }.joined()
        )
      }
      guard let identity = try? resolve(HTTPHeaders(fields)) else { continue }
      for name in [
        identity.agent, identity.workflow, identity.run, identity.parentRun, identity.node, identity.parentNode,
      ] {
        guard let name else { continue }
        #expect(try IdentityValue.explicit(name, from: "test") == name, "\(fields) \(random)")
      }
    }
  }
}
