import Dialects
import Metering
import NIOHTTP1
import Testing
import Upstream

@testable import Gateway

@Suite("A route")
struct RoutingTableTests {
  private func route(
    _ target: String, table: RoutingTable? = nil, method: HTTPMethod = .POST, hasAnthropicVersion: Bool = false
  ) throws -> RouteDecision {
    try (table ?? RoutingTable()).route(
      method: method, target: RequestTarget(target), hasAnthropicVersion: hasAnthropicVersion)
  }

  private func forward(_ target: String, table: RoutingTable? = nil, hasAnthropicVersion: Bool = false) throws -> Route?
  {
    guard case .forward(let route) = try route(target, table: table, hasAnthropicVersion: hasAnthropicVersion) else {
      return nil
    }
    return route
  }

  private func refusal(_ target: String, table: RoutingTable? = nil, method: HTTPMethod = .POST) throws -> Refusal? {
    guard case .refuse(let refusal) = try route(target, table: table, method: method) else { return nil }
    return refusal
  }

  @Test(
    "by a provider's name takes the name off, and nothing else",
    arguments: [
      ("/openai/v1/chat/completions", "openai", "/v1/chat/completions", Dialect.openai),
      ("/openai/v1/models?limit=2&after=a%2Fb//..", "openai", "/v1/models?limit=2&after=a%2Fb//..", .openai),
      ("/anthropic/v1/messages?beta=true", "anthropic", "/v1/messages?beta=true", .anthropic),
      ("/anthropic/v1/complete", "anthropic", "/v1/complete", .anthropic),
      ("/openai/v1/messages", "openai", "/v1/messages", .openai),
      ("/groq/openai/v1/chat/completions", "groq", "/openai/v1/chat/completions", .openai),
      ("/openrouter/api/v1/chat/completions", "openrouter", "/api/v1/chat/completions", .openai),
      ("/openrouter/api/v1/messages", "openrouter", "/api/v1/messages", .anthropic),
      ("/deepseek/anthropic/v1/messages", "deepseek", "/anthropic/v1/messages", .anthropic),
      ("/deepseek/responses", "deepseek", "/responses", .openai),
      ("/perplexity/chat/completions", "perplexity", "/chat/completions", .openai),
      ("/fireworks/inference/v1/completions", "fireworks", "/inference/v1/completions", .openai),
      ("/together/v1/embeddings", "together", "/v1/embeddings", .openai),
      ("/vllm/v1/completions", "vllm", "/v1/completions", .openai),
      ("/mistral/v1/ocr", "mistral", "/v1/ocr", .mistral),
      ("/cohere/v2/chat", "cohere", "/v2/chat", .cohere),
      ("/gemini/v1beta/models/g:generateContent", "gemini", "/v1beta/models/g:generateContent", .gemini),
      ("/gemini/v1beta/models", "gemini", "/v1beta/models", .gemini),
      ("/ollama/api/chat", "ollama", "/api/chat", .ollama),
      ("/writer/v1/chat", "writer", "/v1/chat", .openai),
      ("/voyage/v1/rerank", "voyage", "/v1/rerank", .openai),
      ("/llamacpp/v1/messages", "llamacpp", "/v1/messages", .anthropic),
      ("/huggingface/together/v1/chat/completions", "huggingface", "/together/v1/chat/completions", .openai),
      ("/xai/v1/responses", "xai", "/v1/responses", .openai),
      ("/cerebras/v1/chat/completions", "cerebras", "/v1/chat/completions", .openai),
      ("/openai", "openai", "/", .openai),
      ("/openai/", "openai", "/", .openai),
      ("/openai?a=b", "openai", "/?a=b", .openai),
      ("/openai/openai/agent/x", "openai", "/openai/agent/x", .openai),
    ])
  func byName(target: String, provider: String, upstream: String, dialect: Dialect?) throws {
    let route = try #require(try forward(target))
    #expect(route.provider.name == provider)
    #expect(route.target == upstream)
    #expect(route.path == String(upstream.prefix { $0 != "?" }))
    #expect(route.dialect == dialect)
    #expect(route.identity == PathIdentity())
  }

  @Test(
    "without a name follows the path's shape and changes nothing",
    arguments: [
      ("/v1/messages", "anthropic"), ("/v1/messages/count_tokens?beta=true", "anthropic"),
      ("/v1/messages/batches", "anthropic"),
      ("/v1/chat/completions", "openai"), ("/v1/chat/completions/chatcmpl-1", "openai"), ("/v1/responses", "openai"),
      ("/v1/responses/resp_1/cancel", "openai"), ("/v1/embeddings", "openai"), ("/v1/completions", "openai"),
      ("/v1/models", "openai"), ("/v1/models/gpt-5", "openai"), ("/v1/moderations", "openai"),
      ("/v1/images/generations", "openai"), ("/v1/images/edits", "openai"), ("/v1/audio/speech", "openai"),
      ("/v1/audio/transcriptions", "openai"), ("/v1/videos", "openai"), ("/v1/videos/video_1/content", "openai"),
      ("/v1/files", "openai"), ("/v1/files/file-1/content", "openai"), ("/v1/batches/batch_1/cancel", "openai"),
      ("/v1beta/models", "gemini"), ("/v1beta/models/g:streamGenerateContent?alt=sse", "gemini"),
      ("/api/chat", "ollama"), ("/api/generate", "ollama"), ("/api/embed", "ollama"),
    ])
  func byShape(target: String, provider: String) throws {
    let route = try #require(try forward(target))
    #expect(route.provider.name == provider)
    #expect(route.target == target)
  }

  @Test("to /v1/models and /v1/files is Anthropic's with its version header, and no other path's is")
  func modelsAreAmbiguous() throws {
    #expect(try forward("/v1/models", hasAnthropicVersion: true)?.provider.name == "anthropic")
    #expect(try forward("/v1/models/claude", hasAnthropicVersion: true)?.provider.name == "anthropic")
    #expect(try forward("/v1/files/file_1", hasAnthropicVersion: true)?.provider.name == "anthropic")
    #expect(try forward("/v1/chat/completions", hasAnthropicVersion: true)?.provider.name == "openai")
  }

  @Test(
    "can begin with who is calling, in any order, decoded",
    arguments: [
      ("/agent/researcher/openai/v1/responses", PathIdentity(agent: "researcher"), "/v1/responses"),
      (
        "/agent/a/workflow/nightly/run/42/openai/v1/responses",
        PathIdentity(agent: "a", workflow: "nightly", run: "42"), "/v1/responses"
      ),
      ("/run/r/agent/a/openai/x?agent=b", PathIdentity(agent: "a", run: "r"), "/x?agent=b"),
      ("/workflow/etl/v1/messages", PathIdentity(workflow: "etl"), "/v1/messages"),
      ("/agent/claude-code%2FExplore/v1/messages", PathIdentity(agent: "claude-code/Explore"), "/v1/messages"),
      ("/agent/a%40b%3Ac/openai/v1", PathIdentity(agent: "a@b:c"), "/v1"),
      ("/agent/openai/openai/v1", PathIdentity(agent: "openai"), "/v1"),
      ("/agent/agent/workflow/workflow/openai/run/1", PathIdentity(agent: "agent", workflow: "workflow"), "/run/1"),
    ])
  func identity(target: String, identity: PathIdentity, upstream: String) throws {
    let route = try #require(try forward(target))
    #expect(route.identity == identity)
    #expect(route.target == upstream)
  }

  @Test(
    "whose caller cannot be kept is refused",
    arguments: [
      "/agent", "/agent/", "/agent?x", "/workflow/a/run", "/agent/a/agent/b/openai/v1", "/run/1/run/1/openai",
      "/agent/a%20b/openai/v1", "/agent/%22/openai/v1", "/agent/caf%C3%A9/openai", "/agent/a=b/openai",
      "/agent/\(String(repeating: "a", count: 129))/openai/v1",
    ])
  func badIdentity(target: String) throws {
    let refusal = try refusal(target)
    #expect(refusal?.code == .badIdentity)
    #expect(refusal?.status == 400)
  }

  @Test(
    "that leads nowhere is a 404 that names the providers",
    arguments: [
      "/", "/v1", "/v1/", "/v1/fine_tuning/jobs", "/v1/messagesx", "/v2/chat", "/OpenAI/v1/responses", "/agent/a",
      "/open%61i/v1",
    ])
  func unknown(target: String) throws {
    let refusal = try #require(try refusal(target))
    #expect(refusal.code == .unknownRoute)
    #expect(refusal.status == 404)
    #expect(
      refusal.message.contains("anthropic, cerebras, cohere, deepseek, fireworks, gemini, groq, huggingface, jina, "))
    #expect(refusal.message.contains("default_provider"))
  }

  @Test("that looks like a provider's that is not configured says which")
  func unconfiguredShape() throws {
    for target in ["/model/a%3A0/converse", "/model/a/converse-stream"] {
      #expect(try refusal(target)?.message.contains("looks like bedrock's API") == true)
    }
    #expect(try refusal("/model/a/other")?.message.contains("No provider") == true)
  }

  @Test("that no rule takes goes to the default provider, as it is")
  func defaultProvider() throws {
    let local = ProviderRoute(name: "local", origin: try .parse("http://10.0.0.5:8000/prefix/"), billing: .free)
    let table = try RoutingTable(providers: [local], defaultProvider: "local")
    let route = try #require(try forward("/agent/a/v1/anything?x=1", table: table))
    #expect(route.provider == local)
    #expect(route.target == "/v1/anything?x=1")
    #expect(route.provider.origin.basePath == "/prefix")
    #expect(try forward("/", table: table)?.target == "/")
    #expect(try forward("/agent/a", table: table)?.target == "/")
    #expect(try forward("/model/a/converse", table: table)?.provider.name == "local")
    #expect(try forward("/v1/messages", table: table)?.provider.name == "anthropic")
  }

  @Test("follows the configuration before what is known, and the configured dialect before the path's")
  func configured() throws {
    let mine = ProviderRoute(name: "openai", origin: try .parse("http://127.0.0.1:9"), streamUsage: .ask)
    let odd = ProviderRoute(name: "odd", origin: try .parse("http://127.0.0.1:9"), dialect: .anthropic)
    let table = try RoutingTable(providers: [mine, odd])
    #expect(try forward("/v1/responses", table: table)?.provider == mine)
    #expect(try forward("/odd/v1/chat/completions", table: table)?.dialect == .anthropic)
    #expect(table.provider(named: "openai") == mine)
    #expect(table.provider(named: "none") == nil)
    #expect(table.providerNames == table.providerNames.sorted())
    #expect(table.providerNames.count == KnownProviders.routes.count + 1)
  }

  @Test("to a call of Tollgate's own is a look-up")
  func callLookUp() throws {
    let id = CallID(rawValue: 4_711)
    #expect(try route("/tollgate/calls/\(id)", method: .GET) == .call(id))
    #expect(try route("/agent/a/tollgate/calls/\(id)?x=1", method: .HEAD) == .call(id))
    #expect(try route("/tollgate/runs/nightly-42/end", method: .POST) == .endRun("nightly-42"))
    #expect(try route("/agent/a/tollgate/runs/a/b%3A1/end", method: .POST) == .endRun("a/b:1"))
    #expect(try refusal("/tollgate/runs/r/end", method: .GET)?.status == 405)
    #expect(try refusal("/tollgate/runs/a%20b/end", method: .POST)?.status == 400)
    #expect(try refusal("/tollgate/calls/\(id)", method: .POST)?.status == 405)
    for target in [
      "/tollgate", "/tollgate/calls", "/tollgate/calls/x", "/tollgate/calls/\(id)/x", "/tollgate/other",
      "/tollgate/runs/r", "/tollgate/runs/end",
    ] {
      #expect(try refusal(target, method: .GET)?.code == .notFound, "\(target)")
    }
  }

  @Test("cannot be told by a table of bad names")
  func badTables() throws {
    let origin = try UpstreamOrigin.parse("http://127.0.0.1:9")
    for name in [
      "", "agent", "v1", "tollgate", "api", "a/b", "A", ".a", "a b", "a%20", String(repeating: "a", count: 65),
    ] {
      #expect(throws: RoutingTableError.self, "\(name)") {
        try RoutingTable(providers: [ProviderRoute(name: name, origin: origin)])
      }
    }
    let twice = ProviderRoute(name: "mine", origin: origin)
    #expect(throws: RoutingTableError.self) { try RoutingTable(providers: [twice, twice]) }
    #expect(throws: RoutingTableError.self) { try RoutingTable(defaultProvider: "absent") }
  }

  @Test("to a known provider goes to the address that its documentation names")
  func knownProviders() throws {
    let origins = KnownProviders.routes.map { "\($0.name) \($0.origin.scheme)://\($0.origin.host):\($0.origin.port)" }
    #expect(
      origins == [
        "anthropic https://api.anthropic.com:443", "cerebras https://api.cerebras.ai:443",
        "cohere https://api.cohere.com:443", "deepseek https://api.deepseek.com:443",
        "fireworks https://api.fireworks.ai:443", "gemini https://generativelanguage.googleapis.com:443",
        "groq https://api.groq.com:443", "huggingface https://router.huggingface.co:443",
        "jina https://api.jina.ai:443", "llamacpp http://127.0.0.1:8080", "meta https://api.meta.ai:443",
        "mistral https://api.mistral.ai:443", "moonshot https://api.moonshot.ai:443",
        "ollama http://127.0.0.1:11434", "openai https://api.openai.com:443", "openrouter https://openrouter.ai:443",
        "perplexity https://api.perplexity.ai:443", "together https://api.together.xyz:443",
        "vllm http://127.0.0.1:8000", "voyage https://api.voyageai.com:443", "writer https://api.writer.com:443",
        "xai https://api.x.ai:443", "zai https://api.z.ai:443",
      ])
    _ = try RoutingTable(providers: KnownProviders.routes)
  }

  @Test("keeps every byte of what follows the provider's name, for any target")
  func keepsBytes() throws {
    var random = SeededRandom(seed: 42)
    let table = try RoutingTable(defaultProvider: "vllm")
    let pieces = [
      "/openai", "/v1", "/agent/a", "/run/1", "/messages", "/x%2Fy", "/a:b@c;d", "/", "?q=/..//", "/models",
    ]
    for _ in 0..<5_000 {
      let text = (0...random.below(6)).map { _ in pieces[random.below(pieces.count)] }.joined()
      guard let target = try? RequestTarget(text) else { continue }
      switch table.route(method: .POST, target: target) {
      case .forward(let route):
        #expect(
          text.hasSuffix(route.target) || route.target.hasPrefix("/?") || route.target == "/", "\(text) \(random)")
        #expect(route.target.hasPrefix("/"))
        #expect((try? RequestTarget(route.target)) != nil)
      case .refuse(let refusal): #expect(refusal.code == .badIdentity, "\(text) \(random)")
      case .call, .endRun: Issue.record("\(text) is none of Tollgate's own")
      }
    }
  }
}
