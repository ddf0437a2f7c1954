import Budgets
import Dialects
import Ledger
import Metering
import NIOHTTP1
import Observability
import Testing
import Upstream

@testable import Gateway

@Suite("A virtual key")
struct CallAccessTests {
  private let now = Timestamp(unixMicroseconds: 1_800_000_000_000_000)
  private let keys = VirtualKeys()

  /// Makes a key and has it known.
  private func issue(_ change: (inout VirtualKey) -> Void = { _ in }) -> String {
    let text = CredentialText(new: .virtualKey)
    var key = VirtualKey(
      id: text.id, name: "nightly", grant: KeyGrant(), digest: text.digest,
      created: VirtualKey.Change(at: now, by: "test"))
    change(&key)
    keys.replace(with: [key])
    return text.secret.exposed
  }

  private func route(_ name: String, key: String? = "provider-secret", _ target: String = "/v1/x") throws -> Route {
    var provider = try #require(KnownProviders.route(named: name))
    provider.key = key.map { ProviderKey(Secret($0)) }
    let path = String(target.prefix { $0 != "?" })
    return Route(
      provider: provider, target: target, path: path, dialect: provider.dialect, identity: PathIdentity())
  }

  private func access(
    _ headers: HTTPHeaders, _ route: Route, requiresKey: Bool = false
  ) throws(Refusal) -> CallAccess {
    try CallAccess(headers, route: route, keys: keys, requiresKey: requiresKey, at: now)
  }

  private func refusal(_ headers: HTTPHeaders, _ route: Route, requiresKey: Bool = false) -> Refusal? {
    do throws(Refusal) {
      _ = try access(headers, route, requiresKey: requiresKey)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "is taken wherever a client may put its provider's key, and the provider's own goes where that provider takes it",
    arguments: [
      ("openai", "authorization: Bearer provider-secret"), ("anthropic", "x-api-key: provider-secret"),
      ("gemini", "x-goog-api-key: provider-secret"), ("mistral", "authorization: Bearer provider-secret"),
    ])
  func swap(provider: String, expected: String) throws {
    let key = issue()
    for (name, value) in [
      ("Authorization", "Bearer \(key)"), ("authorization", "bearer  \(key)"), ("x-api-key", key), ("api-key", key),
      ("X-Goog-Api-Key", key), ("x-tollgate-key", key),
      ("sec-websocket-protocol", "realtime, openai-insecure-api-key.\(key), openai-beta.realtime-v1"),
    ] {
      let access = try access([name: value, "accept": "a/b"], try route(provider))
      #expect(access.key?.name == "nightly" && access.isSwapped)
      let sent = access.headers.map { "\($0.name): \($0.value)" }
      #expect(sent.filter { !$0.hasPrefix("sec-websocket") } == ["accept: a/b", expected], "\(name)")
      if name.hasPrefix("sec-") {
        #expect(sent.contains("sec-websocket-protocol: realtime, openai-beta.realtime-v1"))
      }
      #expect(!sent.joined().contains(key) && !access.route.target.contains(key))
    }
  }

  @Test("in the query is taken out of it, and nothing else is")
  func query() throws {
    let key = issue()
    for (target, expected) in [
      ("/v1beta/models?key=\(key)", "/v1beta/models"), ("/v1beta/m?alt=sse&key=\(key)&x=1", "/v1beta/m?alt=sse&x=1"),
      ("/v1beta/m?key=\(key)&key=AIza&pageSize=1", "/v1beta/m?pageSize=1"),
    ] {
      let access = try access([:], try route("gemini", target))
      #expect(access.route.target == expected)
      #expect(access.headers.map(\.name) == ["x-goog-api-key"])
    }
    let other = try route("openai", "/v1/things?key=mine&a=%20")
    #expect(try access(["authorization": "Bearer \(key)"], other).route.target == "/v1/things?key=mine&a=%20")
  }

  @Test("takes every other credential of the client out with it")
  func otherCredentials() throws {
    let key = issue()
    let headers: HTTPHeaders = [
      "authorization": "Bearer \(key)", "x-api-key": "sk-of-another", "x-goog-api-key": "AIza", "api-key": "azure",
    ]
    #expect(try access(headers, try route("openai")).headers.map(\.value) == ["Bearer provider-secret"])
    #expect(try access(headers, try route("openai", key: nil)).headers.isEmpty)
  }

  @Test("beside a login of the client's own leaves that as it is")
  func beside() throws {
    let key = issue()
    for (name, value) in [("authorization", "Bearer sk-ant-oat01-x"), ("x-api-key", "sk-ant-mine")] {
      let access = try access(["x-tollgate-key": key, name: value], try route("anthropic"))
      #expect(!access.isSwapped && access.key != nil)
      #expect(access.headers.map { "\($0.name): \($0.value)" } == ["\(name): \(value)"])
    }
    let both = try access(["x-tollgate-key": key, "authorization": "Bearer \(key)"], try route("anthropic"))
    #expect(both.isSwapped && both.headers.map(\.value) == ["provider-secret"])
  }

  @Test("is needed alone where the client has a place for a login and nothing in it")
  func emptyLogin() throws {
    let key = issue()
    for (name, value) in [("authorization", ""), ("authorization", "Bearer "), ("x-api-key", "")] {
      let access = try access(["x-tollgate-key": key, name: value], try route("anthropic"))
      #expect(access.isSwapped && access.headers.map(\.value) == ["provider-secret"], "\(name): \(value)")
    }
  }

  @Test("is refused in a place where it would be sent on, alone and beside one that is in its place")
  func misplaced() throws {
    let key = issue()
    let headers: [HTTPHeaders] = [
      ["authorization": "Bearer\t\(key)"], ["authorization": "Token \(key)"], ["authorization": "Bearer \"\(key)\""],
      ["cookie": "a=b; key=\(key)"], ["x-auth-token": key],
    ]
    for headers in headers {
      #expect(refusal(headers, try route("groq", key: nil))?.code == .invalidKey, "\(headers)")
      var both = headers
      both.add(name: "x-api-key", value: key)
      if !headers.contains(name: "authorization") {
        #expect(refusal(both, try route("groq"))?.message.contains("x-tollgate-key") == true)
      }
    }
    for query in ["Key=\(key)", "%6bey=\(key)", "api_key=\(key)", "a=1;key=\(key)"] {
      #expect(refusal([:], try route("groq", key: nil, "/v1/x?\(query)"))?.status == 401, "\(query)")
    }
    // What only looks like one is the client's own affair.
    for other in ["tg-", "tg-0123456789ab-short", "btg-x", String(key.dropLast())] {
      #expect(refusal(["cookie": other], try route("groq", key: nil)) == nil, "\(other)")
    }
  }

  @Test("goes to the OpenAI-compatible APIs of others as those want it")
  func fields() throws {
    let key = issue()
    func field(_ provider: String, _ target: String) throws -> String? {
      try access(["x-api-key": key], try route(provider, target)).headers.first?.name
    }
    #expect(try field("anthropic", "/v1/chat/completions") == "authorization")
    #expect(try field("gemini", "/v1beta/openai/chat/completions") == "authorization")
    #expect(try field("groq", "/openai/v1/chat/completions") == "authorization")
    var azure = try route("openai")
    azure.provider.origin.host = "mine.openai.azure.com"
    #expect(try access(["api-key": key], azure).headers.first?.name == "api-key")
    azure.provider.key?.field = .bearer
    #expect(try access(["api-key": key], azure).headers.first?.name == "authorization")
  }

  @Test("is needed where a provider's key is put in, or everywhere if so configured")
  func missing() throws {
    #expect(refusal([:], try route("openai"))?.code == .invalidKey)
    #expect(refusal(["authorization": "Bearer sk-mine"], try route("openai"))?.status == 401)
    #expect(refusal(["authorization": "Bearer sk-mine"], try route("openai", key: nil)) == nil)
    #expect(
      refusal(["authorization": "Bearer sk-mine"], try route("openai", key: nil), requiresKey: true)?.status == 401)
    let passed = try access(["authorization": "Bearer sk-mine"], try route("openai", key: nil))
    #expect(passed.headers.map(\.value) == ["Bearer sk-mine"] && !passed.isSwapped)
  }

  @Test("is refused with 401 where it is unknown, revoked, expired or not whole, and never sent on")
  func invalid() throws {
    let key = issue()
    let openai = try route("openai", key: nil)
    for wrong in [
      CredentialText(new: .virtualKey).secret.exposed, String(key.dropLast()), "tg-", "tg-x", key + "x",
      String(key.dropLast()) + (key.hasSuffix("0") ? "1" : "0"), CredentialText(new: .controlToken).secret.exposed,
    ] {
      for field in ["authorization", "x-api-key", "api-key", "x-goog-api-key"] {
        #expect(refusal([field: wrong], openai)?.status == 401, "\(field)")
      }
      #expect(refusal(["authorization": "Bearer \(wrong)"], openai)?.code == .invalidKey)
      #expect(refusal(["x-tollgate-key": wrong, "authorization": "Bearer sk-mine"], openai)?.status == 401)
    }
    let headers: HTTPHeaders = ["x-api-key": issue { $0.revoked = VirtualKey.Change(at: now, by: "x") }]
    #expect(refusal(headers, openai)?.message.contains("revoked") == true)
    let expired: HTTPHeaders = ["x-api-key": issue { $0.grant.expiresAt = now }]
    #expect(refusal(expired, openai)?.message.contains("expired at 2027-01-15T08:00:00") == true)
    #expect(refusal(["x-tollgate-key": ""], openai)?.status == 401)
  }

  @Test("allows the providers and models that it names, and no others")
  func allowed() throws {
    let key = issue { $0.grant.providers = ["open*", "groq"] }
    #expect(refusal(["x-api-key": key], try route("openai")) == nil)
    #expect(refusal(["x-api-key": key], try route("openrouter")) == nil)
    #expect(refusal(["x-api-key": key], try route("anthropic"))?.status == 403)
    var grant = KeyGrant()
    #expect(grant.allows(model: "anything"))
    grant.models = ["gpt-5*", "claude-haiku-4-5"]
    #expect(grant.allows(model: "gpt-5.1-mini") && grant.allows(model: "claude-haiku-4-5"))
    #expect(!grant.allows(model: "gpt-4o") && !grant.allows(model: "claude-haiku-4-5-20251001"))
  }

  @Test("binds the caller's names, and lets its holder name only what it may")
  func identity() throws {
    let key = issue {
      $0.grant.agent = "bound"
      $0.grant.team = "data"
      $0.grant.mayName = [.workflow]
    }
    let headers: HTTPHeaders = [
      "x-api-key": key, "x-tollgate-agent": "other", "x-tollgate-workflow": "w", "x-tollgate-run": "r",
      "x-claude-code-session-id": "s", "user-agent": "claude-cli/2",
    ]
    let openai = try route("openai")
    let identity = try IdentityResolver().resolve(
      path: PathIdentity(agent: "of-path", run: "of-path"), headers: headers, provider: openai.provider,
      access: try access(headers, openai))
    #expect(identity.agent == "bound" && identity.agentSource == .key)
    #expect(identity.workflow == "w" && identity.workflowSource == .header)
    #expect(identity.run == nil && identity.node == nil)
    #expect(identity.key == "nightly" && identity.team == "data")
    #expect(identity.billing == .metered)
    #expect(identity.upstreamKeyID == UpstreamKeyDigest.keyID(of: "provider-secret"))
    let nameless = issue { $0.grant.mayName = [] }
    let second: HTTPHeaders = ["x-api-key": nameless, "user-agent": "curl/8", "x-tollgate-workflow": "w"]
    let other = try IdentityResolver().resolve(
      path: PathIdentity(), headers: second, provider: openai.provider, access: try access(second, openai))
    #expect(other.agent == "nightly" && other.agentSource == .key)
    #expect(other.workflow == CallerIdentity.defaultWorkflow && other.workflowSource == .none)
  }
}
