import Dialects
import Metering
import NIOHTTP1
import Testing
import Upstream

@testable import Gateway

@Suite("Who pays")
struct BillingTests {
  private func resolve(_ headers: HTTPHeaders, at provider: ProviderRoute?) throws -> CallerIdentity {
    try IdentityResolver().resolve(path: PathIdentity(), headers: headers, provider: try #require(provider))
  }

  @Test(
    "is told from the kind of login",
    arguments: [
      ("anthropic", ["x-api-key": "sk-ant-api03-x"], .metered),
      ("anthropic", ["authorization": "Bearer sk-ant-oat01-x"], .subscription),
      ("anthropic", ["Authorization": "bearer  sk-ant-oat01-x"], .subscription),
      (
        "anthropic", ["Authorization": "Bearer x", "anthropic-beta": "claude-code-20250219, oauth-2025-04-20"],
        .subscription
      ),
      ("anthropic", ["x-api-key": "sk-ant-api03-x", "anthropic-beta": "oauth-2025-04-20"], .metered),
      ("anthropic", ["Authorization": "Bearer x", "anthropic-beta": "oauth-2025-04-20x"], .metered),
      ("anthropic", ["Authorization": "Bearer sk-ant-api03-x"], .metered),
      ("anthropic", ["Authorization": "Bearer eyJhbGciOi"], .metered),
      ("openai", ["Authorization": "Bearer sk-proj-x"], .metered),
      ("openai", ["Authorization": "Bearer eyJhbGciOi"], .subscription),
      ("openai", ["Authorization": "Bearer eyJhbGciOi", "ChatGPT-Account-ID": "acct"], .subscription),
      ("openai", ["Authorization": "Bearer sk-proj-x", "ChatGPT-Account-ID": "acct"], .metered),
      ("openai", ["Authorization": "Bearer sk-proj-x", "anthropic-beta": "oauth-2025-04-20"], .metered),
      ("openai", ["Authorization": "Bearer sk-ant-oat01-x"], .metered),
      ("deepseek", ["Authorization": "Bearer sk-x", "ChatGPT-Account-ID": "acct"], .metered),
      ("deepseek", ["Authorization": "Bearer sk-ant-oat01-x", "anthropic-beta": "oauth-2025-04-20"], .metered),
      ("anthropic", ["Authorization": "Bearer sk-ant-api03-x", "anthropic-beta": "oauth-2025-04-20"], .metered),
      ("openai", ["Authorization": "Basic eyJhbGciOi"], .metered),
      ("openai", ["Authorization": "eyJhbGciOi"], .metered),
      ("groq", ["Authorization": "Bearer eyJhbGciOi"], .metered),
      ("gemini", ["x-goog-api-key": "AIza"], .metered),
      ("openai", [:], .metered),
      ("ollama", ["Authorization": "Bearer sk-ant-oat01-x"], .free),
    ] as [(String, HTTPHeaders, Billing)])
  func isTold(provider: String, headers: HTTPHeaders, expected: Billing) throws {
    #expect(try resolve(headers, at: KnownProviders.route(named: provider)).billing == expected)
  }

  @Test("is what the operator configured, whatever the login")
  func configured() throws {
    let free = ProviderRoute(name: "local", origin: try .parse("http://10.0.0.5:8000"), billing: .free)
    #expect(try resolve(["Authorization": "Bearer sk-proj-x"], at: free).billing == .free)
    let metered = ProviderRoute(name: "openai", origin: try .parse("https://api.openai.com"), billing: .metered)
    #expect(try resolve(["Authorization": "Bearer eyJ"], at: metered).billing == .metered)
  }

  @Test("is the ChatGPT login by the host too, under any name")
  func byHost() throws {
    let codex = ProviderRoute(name: "codex", origin: try .parse("https://chatgpt.com/backend-api/codex"))
    #expect(try resolve(["Authorization": "Bearer eyJ"], at: codex).billing == .subscription)
    let account: HTTPHeaders = ["Authorization": "Bearer opaque", "chatgpt-account-id": "acct"]
    #expect(try resolve(account, at: codex).billing == .subscription)
    let claude = ProviderRoute(name: "claude", origin: try .parse("https://api.anthropic.com"))
    #expect(try resolve(["Authorization": "Bearer sk-ant-oat01-x"], at: claude).billing == .subscription)
    let beta: HTTPHeaders = ["Authorization": "Bearer a-key", "anthropic-beta": "oauth-2025-04-20"]
    #expect(try resolve(beta, at: claude).billing == .subscription)
    let other = ProviderRoute(name: "glm", origin: try .parse("https://llm.example/anthropic"), dialect: .anthropic)
    #expect(try resolve(beta, at: other).billing == .metered, "a key of another who speaks the same API")
    let region = ProviderRoute(name: "eu", origin: try .parse("https://eu.api.openai.com"))
    #expect(try resolve(["Authorization": "Bearer eyJ"], at: region).billing == .subscription)
  }

  @Test("is not believed at another host, whatever the provider is called, unless it is configured")
  func otherHost() throws {
    let logins: [(String, HTTPHeaders)] = [
      ("anthropic", ["Authorization": "Bearer sk-ant-oat01-x"]),
      ("anthropic", ["Authorization": "Bearer x", "anthropic-beta": "oauth-2025-04-20"]),
      ("openai", ["Authorization": "Bearer eyJhbGciOi"]),
      ("openai", ["Authorization": "Bearer eyJhbGciOi", "chatgpt-account-id": "acct"]),
    ]
    for (name, headers) in logins {
      for url in ["https://llm.example", "https://api.anthropic.com.example", "https://xapi.openai.com"] {
        var provider = ProviderRoute(name: name, origin: try .parse(url))
        #expect(try resolve(headers, at: provider).billing == .metered, "\(name) at \(url)")
        provider.billing = .subscription
        #expect(try resolve(headers, at: provider).billing == .subscription)
      }
    }
  }

  @Test("is told apart by a digest of the key, the same in every field, and none without a key")
  func keyDigest() throws {
    let openai = KnownProviders.route(named: "openai")
    // The SHA-256 of "abc" is the first example of FIPS 180-2, appendix B.1.
    #expect(UpstreamKeyDigest.keyID(of: "abc") == "ba7816bf8f01")
    for headers: HTTPHeaders in [
      ["Authorization": "Bearer abc"], ["authorization": "abc"], ["x-api-key": "abc"], ["api-key": "abc"],
      ["x-goog-api-key": "abc"], ["x-api-key": "abc", "Authorization": "Bearer other"],
    ] {
      #expect(try resolve(headers, at: openai).upstreamKeyID == "ba7816bf8f01")
    }
    #expect(try resolve(["x-api-key": "", "Authorization": ""], at: openai).upstreamKeyID == nil)
    #expect(try resolve(["Authorization": "Bearer "], at: openai).upstreamKeyID != nil)
  }

  @Test("is found in no text of an identity")
  func noSecretIsKept() throws {
    let secret = "sk-ant-oat01-canary"
    let identity = try resolve(
      ["Authorization": "Bearer \(secret)", "user-agent": "x"], at: KnownProviders.route(named: "anthropic"))
    #expect(!"\(identity)".contains("canary"))
  }
}
