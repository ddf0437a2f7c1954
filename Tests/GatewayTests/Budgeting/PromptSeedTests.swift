import Dialects
import Metering
import Testing
import Upstream

@testable import Gateway

/// What a provider reported of a prompt bounds another only where header and target are the same, but for what changes with each call.
@Suite struct PromptSeedTests {
  private let key = FingerprintKey(word0: 1, word1: 2)
  private let beta = (name: "anthropic-beta", value: "interleaved-thinking-2025-05-14")

  private func seed(
    _ headers: [(name: String, value: String)] = [], target: String = "/v1/messages?beta=true",
    provider: String = "anthropic", host: String = "api.anthropic.com", upstreamKey: String? = "a"
  ) -> Fingerprint? {
    let origin = UpstreamOrigin(scheme: .https, host: host, port: 443, basePath: "")
    let route = Route(
      provider: ProviderRoute(name: provider, origin: origin), target: target, path: "/v1/messages",
      dialect: .anthropic,
      identity: PathIdentity())
    return PromptSeed.of(route, method: "POST", upstreamKey: upstreamKey, headers: headers, by: key)
  }

  @Test("Target, provider, host, key and every field that may change a prompt make a difference")
  func differs() {
    let seeds: [Fingerprint?] = [
      seed(), seed(target: "/v1/messages"), seed(provider: "other"), seed(host: "eu.anthropic.com"),
      seed(upstreamKey: "b"), seed(upstreamKey: nil), seed([beta]), seed([(name: beta.name, value: "other")]),
      seed([beta, (name: "anthropic-version", value: "2023-06-01")]), seed([(name: "x-something-new", value: "1")]),
      seed([(name: "openai-project", value: "p")]),
    ]
    #expect(!seeds.contains(nil))
    #expect(Set(seeds).count == seeds.count)
  }

  @Test(
    "Ids, attempts, traces and signatures make none",
    arguments: [
      "traceparent", "X-Request-ID", "x-stainless-retry-count", "content-length", "X-Claude-Code-Prompt-Id",
      "x-amz-date",
      "x-codex-turn-state", "idempotency-key",
    ])
  func same(_ name: String) {
    #expect(seed([beta, (name: name, value: "1")]) == seed([beta, (name: name, value: "2")]))
    #expect(seed([beta, (name: name, value: "1")]) == seed([beta]))
  }

  @Test("A signature changes with each call, a key does not")
  func authorization() {
    func signed(_ value: String) -> Fingerprint? { seed([(name: "Authorization", value: value)]) }
    #expect(signed("AWS4-HMAC-SHA256 Signature=1") == signed("AWS4-HMAC-SHA256 Signature=2"))
    #expect(signed("Bearer a") != signed("Bearer b"))
  }

  @Test(
    "A header that says that the prompt may be shortened or masked has none",
    arguments: [
      ("anthropic-beta", "compact-2026-01-12"), ("Anthropic-Beta", "a,auto-Truncate-2026"),
      ("X-Amzn-Bedrock-GuardrailIdentifier", "g"), ("x-prompt-compression", "on"),
    ])
  func shortened(_ name: String, _ value: String) {
    #expect(seed([(name: name, value: value)]) == nil)
  }

  @Test("Bounds: the smaller one is taken, and one where there is no other")
  func bounds() {
    #expect(PromptBounds(byBytes: 10, byReport: 5).tokens == 5)
    #expect(PromptBounds(byBytes: 10, byReport: 5).basis == .predecessor)
    #expect(PromptBounds(byBytes: 5, byReport: 10).basis == .bytes)
    #expect(PromptBounds(byBytes: 5).tokens == 5 && PromptBounds(byBytes: 5).basis == .bytes)
    #expect(PromptBounds(byReport: 5, isBehindResponse: true).basis == .response)
    #expect(PromptBounds().tokens == nil && PromptBounds().basis == nil)
  }

  @Test("The bounds of the last thousand calls are known")
  func log() {
    let log = PromptBoundLog()
    for call in 1...1_500 { log.note(PromptBounds(byBytes: Int64(call)), of: CallID(rawValue: Int64(call))) }
    #expect(log.bounds(of: CallID(rawValue: 1_500))?.byBytes == 1_500)
    #expect(log.bounds(of: CallID(rawValue: 477))?.byBytes == 477)
    #expect(log.bounds(of: CallID(rawValue: 476)) == nil)
  }
}
